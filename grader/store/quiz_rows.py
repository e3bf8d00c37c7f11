"""Quizzes in the store: the identity that attempts refer to, and what tells two apart."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Column, Connection, Select, insert, select, update
from sqlalchemy.exc import IntegrityError

from grader.store.tables import courses, quizzes


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizFacts:
    """A quiz by its identity (course, name, and whether it is practice), and what it is.

    `course` is empty for practice, and for a quiz that belongs to none. `questions` has a digest
    of each question by its id.
    """

    course: str
    name: str
    is_practice: bool
    title: str
    path: str
    digest: str
    questions: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredQuiz(QuizFacts):
    """A quiz as it was when an attempt at it last began."""

    id: int

    @property
    def label(self) -> str:
        """The name for people: `Week 3 course: week-3.yaml`, or the name alone."""
        return f"{self.course}: {self.name}" if self.course else self.name


def quiz_columns() -> Select[Any]:
    """All quizzes, for `quizzes_of`."""
    columns = [column for column in quizzes.c if column.name != "course"]
    joined = quizzes.join(courses, quizzes.c.course == courses.c.id)
    query = select(*columns, courses.c.key.label("course")).select_from(joined)
    return query.order_by(quizzes.c.id)


def quizzes_of(connection: Connection, query: Select[Any]) -> Iterator[StoredQuiz]:
    return (StoredQuiz(**row._mapping) for row in connection.execute(query))


def make_quiz(
    connection: Connection, facts: QuizFacts, *, is_same: Callable[[StoredQuiz], bool]
) -> StoredQuiz:
    """The row of this identity; a new one, or one brought up to date if it is the same quiz."""
    course = row_id(connection, courses.c.key, facts.course)
    values = asdict(facts) | {"course": course, "questions": dict(facts.questions)}
    query = quiz_columns().where(
        quizzes.c.course == course,
        quizzes.c.name == facts.name,
        quizzes.c.is_practice == facts.is_practice,
    )
    found = next(quizzes_of(connection, query), None)
    if found is None:
        try:
            with connection.begin_nested():
                connection.execute(insert(quizzes).values(values))
        except IntegrityError:
            pass  # another program was faster
        found = next(quizzes_of(connection, query))
    if (found.path, found.digest) == (facts.path, facts.digest) or not is_same(found):
        return found
    connection.execute(update(quizzes).where(quizzes.c.id == found.id).values(values))
    return next(quizzes_of(connection, query))


def row_id(connection: Connection, column: Column[Any], value: str) -> int:
    """The id of the row with this unique value; the row is made if it is missing."""
    table = column.table
    query = select(table.c.id).where(column == value)
    found: int | None = connection.scalar(query)
    if found is not None:
        return found
    try:
        with connection.begin_nested():
            connection.execute(insert(table).values({column.name: value}))
    except IntegrityError:
        pass  # another program was faster
    made: int = connection.execute(query).scalar_one()
    return made
