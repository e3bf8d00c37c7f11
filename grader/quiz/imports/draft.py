"""Questions as they are read from a file: keys of our YAML, as far as the file has them."""

import re
import string
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from grader.quiz.exports.export_job import Loss

LONGEST_NAME = 60


class NotTaken(Exception):
    """A question that has no counterpart here, or is broken; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One question: how the file calls it, and the keys of our YAML but the id."""

    name: str
    fields: dict[str, Any]


@dataclass(slots=True, kw_only=True)
class DraftTopic:
    """What becomes one file."""

    name: str
    title: str
    questions: dict[str, dict[str, Any]] = field(default_factory=dict)  # by id


@dataclass(slots=True)
class Reading:
    """All that was read, and all that could not be taken over."""

    topics: list[DraftTopic] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)

    def topic(self, name: str, title: str = "") -> DraftTopic:
        """The topic of this name, new or known."""
        name = slug(name) or "imported"
        for known in self.topics:
            if known.name == name:
                return known
        self.topics.append(DraftTopic(name=name, title=title or name.replace("-", " ")))
        return self.topics[-1]

    def add(self, topic: DraftTopic, draft: Draft) -> None:
        name = slug(draft.name.removeprefix(f"{topic.name}.")) or "question"
        free, number = f"{topic.name}.{name}", 2
        while free in topic.questions:
            free, number = f"{topic.name}.{name}-{number}", number + 1
        topic.questions[free] = draft.fields

    def lose(self, question: str, what: str) -> None:
        self.losses.append(Loss(question, what))


def slug(text: str) -> str:
    """Small letters, digits and single hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:LONGEST_NAME].strip("-")


def letters(amount: int) -> Iterable[str]:
    """Ids for options: a, b, c, ..."""
    return [*string.ascii_lowercase, *(f"o{number}" for number in range(27, amount + 1))][:amount]


def whole_points(value: float) -> int:
    return max(1, round(value))


def number(text: str) -> int | float:
    """A number as short as it can be written.

    Raises:
        NotTaken: the text is no number, or none that is finite.
    """
    try:
        value = float(text)
    except ValueError:
        raise NotTaken(f"{text!r} is not a number") from None
    if value in (float("inf"), float("-inf")) or value != value:
        raise NotTaken(f"{text!r} is not a finite number")
    return int(value) if value == int(value) and abs(value) < 1e15 else value
