"""Attempts at quizzes and their answers, in any database that SQLAlchemy reaches."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, Row, Select, delete, func, insert, select, true, update
from sqlalchemy.exc import IntegrityError

from grader.store.database import StoreError, open_database, reading, shown_name, writing
from grader.store.quiz_rows import (
    QuizFacts,
    StoredQuiz,
    make_quiz,
    quiz_columns,
    quizzes_of,
    row_id,
)
from grader.store.tables import answers, attempts, courses, drafts, people, quizzes

Response = str | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAttempt:
    """One attempt. `marks` is the JSON of the marks as they were when it was finished.

    `topic` is the name of the quiz when the attempt began. For an attempt of an earlier version
    that no quiz has claimed, `quiz` is None, and the topic is all that is known.
    """

    id: int
    student: str
    quiz: StoredQuiz | None
    topic: str
    topic_digest: str
    seed: int
    settings: Mapping[str, Any]
    started_at: datetime
    finished_at: datetime | None = None
    marks: str | None = None
    number: int  # of the student's attempts at this topic or quiz


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """One answer that was given, whether or not a later one replaced it.

    `number` grows with every answer that is stored.
    """

    item: str
    response: Response
    answered_at: datetime
    number: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptProgress:
    """How far an attempt is: all answers, oldest first, and the texts that are being written."""

    attempt: StoredAttempt
    answers: tuple[StoredAnswer, ...]
    drafts: Mapping[str, str]


class QuizStore:
    """An open store. Each method is one transaction; what it wrote survives any crash after it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._engine.dispose()

    def quiz(self, *, course: str, name: str, is_practice: bool = False) -> StoredQuiz | None:
        """The quiz with this identity; None if nobody has begun it."""
        query = quiz_columns().where(
            courses.c.key == course, quizzes.c.name == name, quizzes.c.is_practice == is_practice
        )
        with self._reading() as connection:
            return next(quizzes_of(connection, query), None)

    def quizzes(self, *, path: str) -> tuple[StoredQuiz, ...]:
        """The quizzes of courses that were last begun from this file."""
        query = quiz_columns().where(quizzes.c.path == path, quizzes.c.is_practice.is_(False))
        with self._reading() as connection:
            return tuple(quizzes_of(connection, query))

    def enter_quiz(self, facts: QuizFacts, *, is_same: Callable[[StoredQuiz], bool]) -> StoredQuiz:
        """Keep what a quiz is now, under its identity.

        Where another quiz has this identity, as `is_same` says, that is returned unchanged.
        """
        with self._transaction() as connection:
            return make_quiz(connection, facts, is_same=is_same)

    def rename_quiz(self, quiz: int, *, course: str, name: str) -> None:
        """Give a quiz another identity; its attempts go with it."""
        with self._transaction() as connection:
            values = {"course": row_id(connection, courses.c.key, course), "name": name}
            connection.execute(update(quizzes).where(quizzes.c.id == quiz).values(values))

    def unclaimed(self, *, topic: str | None = None) -> tuple[StoredAttempt, ...]:
        """The attempts of earlier versions that belong to no quiz yet, oldest first."""
        query = _all_attempts().where(attempts.c.quiz.is_(None))
        if topic is not None:
            query = query.where(attempts.c.topic == topic)
        with self._reading() as connection:
            return _attempts_of(connection, query)

    def claim(self, quiz: int, *, attempt_ids: Iterable[int]) -> None:
        """Give attempts that belong to no quiz to this one, with the next numbers in their order.

        One that another program has given to a quiz in the meantime stays there.
        """
        with self._transaction() as connection:
            for key in sorted(attempt_ids):
                query = select(attempts.c.person, attempts.c.quiz).where(attempts.c.id == key)
                person, owner = connection.execute(query.with_for_update()).one()
                if owner is None:
                    number = _next_number(connection, quiz=quiz, person=person)
                    statement = update(attempts).where(attempts.c.id == key)
                    connection.execute(statement.values(quiz=quiz, number=number))

    def begin(
        self,
        *,
        student: str,
        quiz: StoredQuiz,
        topic_digest: str,
        seed: int,
        settings: Mapping[str, Any],
        at: datetime,
        number: int | None = None,
    ) -> StoredAttempt:
        """Store a new attempt.

        `number` is that of the new attempt; by default the next. If another program has begun
        this one in the meantime, that attempt is returned, so nobody loses an attempt to a race.
        """
        values = {
            "quiz": quiz.id,
            "topic": quiz.name,
            "topic_digest": topic_digest,
            "seed": seed,
            "settings": dict(settings),
            "started_at": at,
        }
        with self._transaction() as connection:
            person = row_id(connection, people.c.name, student)
            number = number or _next_number(connection, quiz=quiz.id, person=person)
            values |= {"person": person, "number": number}
            try:
                with connection.begin_nested():
                    connection.execute(insert(attempts).values(values))
            except IntegrityError:
                pass  # it is there already
            same = _all_attempts().where(
                attempts.c.quiz == quiz.id, attempts.c.person == person, attempts.c.number == number
            )
            [begun] = _attempts_of(connection, same)
            return begun

    def attempts(
        self, *, student: str | None = None, quiz: int | None = None
    ) -> tuple[StoredAttempt, ...]:
        """The attempts, oldest first: of a student or of all, at one topic or quiz or at all."""
        query = _all_attempts()
        if student is not None:
            query = query.where(people.c.name == student)
        if quiz is not None:
            query = query.where(attempts.c.quiz == quiz)
        with self._reading() as connection:
            return _attempts_of(connection, query)

    def unfinished(self) -> tuple[StoredAttempt, ...]:
        """The attempts that were not handed in, oldest first."""
        with self._reading() as connection:
            return _attempts_of(connection, _all_attempts().where(attempts.c.finished_at.is_(None)))

    def attempt(self, attempt: int) -> StoredAttempt:
        """One attempt as it is now."""
        with self._reading() as connection:
            found = _attempts_of(connection, _all_attempts().where(attempts.c.id == attempt))
        if not found:
            raise self._no_attempt(attempt)
        return found[0]

    def progress(self, attempt: int) -> AttemptProgress:
        """How far an attempt is at one moment."""
        found = self._progress(_all_attempts().where(attempts.c.id == attempt))
        if found is None:
            raise self._no_attempt(attempt)
        return found

    def own_progress(
        self, *, student: str, number: int, course: str, name: str, is_practice: bool
    ) -> AttemptProgress | None:
        """The same of a student's attempt at the quiz with this identity; None if there is none."""
        joined = quizzes.join(courses, quizzes.c.course == courses.c.id)
        known = (quizzes.c.name == name) & (quizzes.c.is_practice == is_practice)
        of_quiz = select(quizzes.c.id).select_from(joined).where(courses.c.key == course, known)
        own = (people.c.name == student) & (attempts.c.number == number)
        return self._progress(_all_attempts().where(own, attempts.c.quiz.in_(of_quiz)))

    def answers(self, attempt: int) -> tuple[StoredAnswer, ...]:
        """All answers of an attempt, oldest first."""
        with self._reading() as connection:
            return _answers_of(connection, attempt)

    def save_answer(
        self,
        attempt: int,
        *,
        item: str,
        response: Response,
        at: datetime,
        is_final: bool = False,
        after: int | None = None,
        continues_since: datetime | None = None,
    ) -> int:
        """Add an answer; its number, or 0 if it is not the one that counts now.

        The same answer once more changes nothing. An answer to an attempt that was handed in, or
        another one to a question whose first answer is final, is not stored.

        Args:
            after: the number of the answer that the taker saw, 0 for none; where there is a newer
                one, nothing is stored.
            continues_since: an answer that was given since then goes: this is the same text,
                written on. It is for texts that are saved as they are typed.
        """
        values = {"attempt": attempt, "item": item, "response": response, "answered_at": at}
        with self._transaction() as connection:
            is_open = not self._lock(connection, attempt)
            earlier = _answers_of(connection, attempt, item)
            if earlier and earlier[-1].response == response:
                return earlier[-1].number
            last = earlier[-1].number if earlier else 0
            if not is_open or (is_final and earlier) or after not in (None, last):
                return 0
            added = connection.scalar(insert(answers).values(values).returning(answers.c.id))
            if earlier and continues_since and earlier[-1].answered_at >= continues_since:
                connection.execute(delete(answers).where(answers.c.id == last))
            _drop_draft(connection, attempt, item)
        return int(added or 0)

    def drafts(self, attempt: int) -> Mapping[str, str]:
        """The texts that are being written, by question."""
        with self._reading() as connection:
            return _drafts_of(connection, attempt)

    def save_draft(self, attempt: int, *, item: str, text: str, at: datetime) -> None:
        """Keep a text as far as it is written, in place of an earlier one; an empty one goes.

        An attempt that was handed in has no drafts.
        """
        values = {"attempt": attempt, "item": item, "text": text, "saved_at": at}
        with self._transaction() as connection:
            is_finished = self._lock(connection, attempt)
            _drop_draft(connection, attempt, item)
            if text and not is_finished:
                connection.execute(insert(drafts).values(values))

    def hand_in(
        self, attempt: int, *, at: datetime, mark: Callable[[tuple[StoredAnswer, ...]], str]
    ) -> None:
        """Close an attempt; doing it twice changes nothing.

        `mark` makes the marks of the answers that are stored at that moment, so that one given in
        another window just before is marked, too. A draft counts where no answer was given.
        """
        with self._transaction() as connection:
            if self._lock(connection, attempt):
                return
            _answer_by_drafts(connection, attempt)
            marks = mark(_answers_of(connection, attempt))
            statement = update(attempts).where(attempts.c.id == attempt)
            connection.execute(statement.values(finished_at=at, marks=marks))

    def _progress(self, query: Select[Any]) -> AttemptProgress | None:
        with self._reading() as connection:
            found = next(iter(_attempts_of(connection, query)), None)
            if found is None:
                return None
            given, texts = _answers_of(connection, found.id), _drafts_of(connection, found.id)
        return AttemptProgress(attempt=found, answers=given, drafts=texts)

    def _lock(self, connection: Connection, attempt: int) -> bool:
        """Let nobody else change the attempt until the transaction ends; whether it is finished."""
        query = select(attempts.c.finished_at).where(attempts.c.id == attempt)
        row = connection.execute(query.with_for_update()).one_or_none()
        if row is None:
            raise self._no_attempt(attempt)
        return row.finished_at is not None

    def _no_attempt(self, attempt: int) -> StoreError:
        problem = f"there is no attempt {attempt}"
        return StoreError(problem, at=shown_name(self._engine), fix="Begin one.")

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with writing(self._engine) as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with reading(self._engine) as connection:
            yield connection


def default_store() -> Path:
    """The file in the user's data folder, after the XDG rules."""
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "grader" / "quiz.sqlite"


def open_store(where: str | Path) -> QuizStore:
    """Open a store by the path of an SQLite file, which is made if missing, or by database URL.

    Raises:
        StoreError: there is no such database, it cannot be used, or a newer grader made it.
    """
    return QuizStore(open_database(where))


def _all_attempts() -> Select[Any]:
    joined = attempts.join(people, attempts.c.person == people.c.id)
    columns = [column for column in attempts.c if column.name != "person"]
    query = select(*columns, people.c.name.label("student")).select_from(joined)
    return query.order_by(attempts.c.id)


def _attempts_of(connection: Connection, query: Select[Any]) -> tuple[StoredAttempt, ...]:
    rows = connection.execute(query).all()
    if not rows:
        return ()
    named = quiz_columns().where(quizzes.c.id.in_({row.quiz for row in rows}))
    by_id = {quiz.id: quiz for quiz in quizzes_of(connection, named)}
    return tuple(StoredAttempt(**{**row._mapping, "quiz": by_id.get(row.quiz)}) for row in rows)


def _next_number(connection: Connection, *, quiz: int, person: int) -> int:
    query = select(func.coalesce(func.max(attempts.c.number), 0))
    query = query.where(attempts.c.quiz == quiz, attempts.c.person == person)
    last: int = connection.execute(query).scalar_one()
    return last + 1


def _drop_draft(connection: Connection, attempt: int, item: str) -> None:
    of_item = (drafts.c.attempt == attempt) & (drafts.c.item == item)
    connection.execute(delete(drafts).where(of_item))


def _answer_by_drafts(connection: Connection, attempt: int) -> None:
    """Make drafts the answers to questions that have none, and keep none."""
    answered = {answer.item for answer in _answers_of(connection, attempt)}
    query = select(drafts).where(drafts.c.attempt == attempt).order_by(drafts.c.id)
    for row in connection.execute(query).all():
        if row.item not in answered:
            values = {"item": row.item, "response": row.text, "answered_at": row.saved_at}
            connection.execute(insert(answers).values(attempt=attempt, **values))
    connection.execute(delete(drafts).where(drafts.c.attempt == attempt))


def _answers_of(
    connection: Connection, attempt: int, item: str | None = None
) -> tuple[StoredAnswer, ...]:
    of_item = answers.c.item == item if item is not None else true()
    query = select(answers).where(answers.c.attempt == attempt, of_item).order_by(answers.c.id)
    return tuple(map(_answer, connection.execute(query)))


def _drafts_of(connection: Connection, attempt: int) -> Mapping[str, str]:
    query = select(drafts.c.item, drafts.c.text).where(drafts.c.attempt == attempt)
    return {item: text for item, text in connection.execute(query.order_by(drafts.c.id))}


def _answer(row: Row[Any]) -> StoredAnswer:
    response = row.response if isinstance(row.response, str) else tuple(row.response)
    return StoredAnswer(
        item=row.item, response=response, answered_at=row.answered_at, number=row.id
    )
