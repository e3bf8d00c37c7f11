"""Answers that come as a file instead of through a session."""

from pathlib import Path
from typing import Any

import msgspec

from grader import strict_yaml
from grader.errors import SubmissionError, did_you_mean
from grader.quiz.bank.topics import Topic
from grader.quiz.items.item import Rejected, Response


class AnswersError(SubmissionError):
    """An answers file names a question or an option that does not exist, or cannot be read."""

    exit_code = 2


class AnswersFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`answers.yaml`: the id of each question with its answer, parts named by their ids."""

    topic: str
    student: str = ""
    answers: dict[str, Any]


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
