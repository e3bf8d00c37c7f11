"""An attempt as an answers file, which a student hands in and `grade` marks."""

from datetime import UTC, datetime

import msgspec

from grader.courses.attempts import opened, settled
from grader.courses.reviewing import NotHandedIn, PastAttempt, chosen_attempt
from grader.quiz.attempt.quiz import Quiz
from grader.quiz.attempt.session import Phase
from grader.quiz.marking.answers import sealed_contents
from grader.quiz.marking.seal import seal
from grader.store.quiz_store import QuizStore


def exported_answers(store: QuizStore, quiz: Quiz, past: PastAttempt, *, at: datetime) -> bytes:
    """The answers file of an attempt that was handed in, sealed by the course's secret if any.

    Attempts whose time is up are handed in first.

    Raises:
        NoSuchAttempt: the student has no such attempt.
        NotHandedIn: it is going on.
    """
    chosen = chosen_attempt(settled(store, quiz, at=at, student=past.student), quiz, past)
    session = opened(store, quiz, chosen).session
    if session.phase != Phase.FINISHED or chosen.finished_at is None:
        raise NotHandedIn(f"attempt number {chosen.number} is not handed in", at=quiz.name)
    responses = {name: answer.response for name, answer in session.answers.items()}
    contents = sealed_contents(
        topic=quiz.name,
        student=chosen.student,
        answers={name: r if isinstance(r, str) else list(r) for name, r in responses.items()},
        # a topic is known by its name
        asked=() if _is_whole_topic(quiz) else tuple(item.id for item in session.topic.items),
        attempt={
            "number": str(chosen.number),
            "seed": str(chosen.seed),
            "begun": _utc(chosen.started_at),
            "handed_in": _utc(chosen.finished_at),
        },
    )
    contents["seal"] = seal(contents, secret=quiz.course.secret)
    return msgspec.yaml.encode(contents)


def _is_whole_topic(quiz: Quiz) -> bool:
    return quiz.practice is not None and quiz.practice.path.stem == quiz.name


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
