"""Answers that come as a file instead of through a session."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from grader import strict_yaml
from grader.errors import SubmissionError, did_you_mean
from grader.quiz.bank.topics import Topic
from grader.quiz.items.item import Rejected, Response
from grader.quiz.marking.seal import SealKind, fits, kind_of


class AnswersError(SubmissionError):
    """An answers file names a question or an option that does not exist, or cannot be read."""

    exit_code = 2


class AnswersFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`answers.yaml`: the id of each question with its answer, parts named by their ids.

    What `grader quiz export-answers` writes has a seal. Then `asked` may name the questions, if
    they are not all of the topic.
    """

    topic: str
    student: str = ""
    answers: dict[str, Any]
    asked: tuple[str, ...] = ()
    attempt: dict[str, str] = {}
    seal: str = ""

    @property
    def seed(self) -> int | None:
        """The seed of the attempt, from which follows what its taker saw; None if not told."""
        told = self.attempt.get("seed", "")
        return int(told) if re.fullmatch(r"[0-9]{1,10}", told) else None

    def assert_sealed(self, *, secret: str, required: bool, at: str) -> None:
        """That nobody has changed the answers since they were exported; of written ones, nothing.

        Args:
            secret: of the course.
            required: whether answers without a seal, or with one that anybody can make though
                the course has a secret, are refused.

        Raises:
            AnswersError: the seal does not fit, or is missing.
        """
        kind = kind_of(self.seal)
        weak = kind is None or (kind == SealKind.PLAIN and secret != "")
        if required and weak:
            raise AnswersError(
                "has no seal of the course",
                at=at,
                fix="It is to be made by `grader quiz export-answers`, where the quiz was taken.",
            )
        if kind == SealKind.COURSE and not secret:
            raise AnswersError(
                "its seal needs the secret of the course", at=at, fix="Name it with --course."
            )
        if not self.seal and not self.asked:
            return
        contents = sealed_contents(
            topic=self.topic,
            student=self.student,
            answers=self.answers,
            asked=self.asked,
            attempt=self.attempt,
        )
        if not self.seal:
            raise AnswersError(
                "has `asked`, which only counts under a seal", at=at, fix="Leave `asked` out."
            )
        if kind is None or not fits(self.seal, contents, secret=secret):
            raise AnswersError(
                "was changed since it was exported: the seal does not fit",
                at=at,
                fix="Export it again.",
            )


def sealed_contents(
    *,
    topic: str,
    student: str,
    answers: Mapping[str, Any],
    asked: Sequence[str],
    attempt: Mapping[str, str],
) -> dict[str, Any]:
    """What a seal is made of, in the order in which it is written."""
    contents: dict[str, Any] = {"topic": topic, "student": student, "answers": dict(answers)}
    if asked:
        contents["asked"] = list(asked)
    return contents | {"attempt": dict(attempt)}


def read_answers(path: Path) -> AnswersFile:
    """Read an answers file. Raises CourseError if it is no such file."""
    return strict_yaml.read(path, AnswersFile, trusted=False)


def responses(file: AnswersFile, topic: Topic, *, at: str) -> dict[str, Response]:
    """The responses by question. A question that is left out, or is empty, has no answer.

    Raises:
        AnswersError: an answer belongs to no question of the topic, or cannot be read.
    """
    items = {item.id: item for item in topic.items}
    read: dict[str, Response] = {}
    for name, value in file.answers.items():
        if name not in items:
            raise AnswersError(
                f"there is no question {name!r} in topic {topic.name!r}",
                at=at,
                fix=did_you_mean(name, items),
            )
        if value is None or value in ("", []):
            continue
        response = items[name].read(value)
        if isinstance(response, Rejected):
            fix = f"Write {items[name].shape}."
            raise AnswersError(response.why, at=f"{at}#{name}", fix=fix)
        read[name] = response
    return read
