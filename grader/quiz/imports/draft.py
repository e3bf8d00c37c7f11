"""Questions as they are read from a file: keys of our YAML, as far as the file has them."""

import re
import string
import unicodedata
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.quiz.bank.concepts import CONCEPTS_FILE
from grader.quiz.bank.topics import MISCONCEPTIONS_FILE
from grader.quiz.exports.export_job import Loss
from grader.quiz.imports.comparison import NOT_COUNTED, Figures, broken, difference, to_mend

LONGEST_NAME = 60
RESERVED = {Path(name).stem for name in (MISCONCEPTIONS_FILE, CONCEPTS_FILE)}


class NotTaken(Exception):
    """A question that has no counterpart here, or is broken; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One question: how the file calls it, and the keys of our YAML but the id.

    The name becomes the id. The title is what people call it there, if that is something else.
    """

    name: str
    fields: dict[str, Any]
    title: str = ""
    source: Figures = NOT_COUNTED


@dataclass(slots=True, kw_only=True)
class DraftTopic:
    """What becomes one file; the key tells it from others of the same name."""

    name: str
    title: str
    key: str
    questions: dict[str, dict[str, Any]] = field(default_factory=dict)  # by id


@dataclass(slots=True)
class Reading:
    """All that was read, and all that could not be taken over."""

    topics: list[DraftTopic] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    _said: int = 0  # losses of earlier questions

    def topic(self, name: str, title: str = "", *, key: str = "") -> DraftTopic:
        """The topic of this key (by default its name), new or known."""
        key = key or name
        for known in self.topics:
            if known.key == key:
                return known
        used = RESERVED | {known.name for known in self.topics}
        made = _free(slug(name) or "imported", used)
        self.topics.append(DraftTopic(name=made, title=title or made.replace("-", " "), key=key))
        return self.topics[-1]

    def add(self, topic: DraftTopic, draft: Draft) -> None:
        """Adds a question under an id that its name makes, and says what is not the same.

        Raises:
            NotTaken: what would be taken over is broken.
        """
        for fault in broken(draft.fields):
            raise NotTaken(fault)
        title = draft.title or draft.name
        for fault in to_mend(draft.fields):
            self.lose(title, fault)
        is_said = any(loss.question == title for loss in self.losses[self._said :])
        if not is_said and (differs := difference(draft.source, draft.fields)):
            self.lose(title, differs)
        self._name(topic, draft, title)
        self._said = len(self.losses)

    def _name(self, topic: DraftTopic, draft: Draft, title: str) -> None:
        own = draft.name.removeprefix(f"{topic.name}.")
        name = _free(f"{topic.name}.{slug(own) or 'question'}", topic.questions)
        if _letters(own) != slug(own).replace("-", ""):
            self.lose(
                title, "lost: a part of this name (ids hold a-z, 0-9 and hyphens, and are short)"
            )
        elif _letters(title) not in _letters(draft.name):
            self.lose(title, "lost: this name (the file has an id beside it, which is kept)")
        topic.questions[name] = draft.fields

    def lose(self, question: str, what: str) -> None:
        self.losses.append(Loss(question, what))


def _free(name: str, used: Container[str]) -> str:
    """The name, with a number if it is used."""
    free, number = name, 2
    while free in used:
        free, number = f"{name}-{number}", number + 1
    return free


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).lower()
    return "".join(letter for letter in plain if letter.isalnum())


def slug(text: str) -> str:
    """Small letters, digits and single hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:LONGEST_NAME].strip("-")


def letters(amount: int) -> Iterable[str]:
    """Ids for options: a, b, c, ..."""
    return [*string.ascii_lowercase, *(f"o{number}" for number in range(27, amount + 1))][:amount]


def whole_points(value: float, lose: Callable[[str], None]) -> int:
    """Points as ours are: whole, and at least one."""
    whole = max(1, round(value))
    if whole != value:
        least = ", and at least 1" if value <= 0 else ""
        lose(f"{value:g} points became {whole}: ours are whole{least}")
    return whole


def number(text: str) -> int | float:
    """A number as short as it can be written.

    Raises:
        NotTaken: the text is no number, or none that is finite.
    """
    try:
        value = float(text.replace("_", "?"))  # Python's own way of writing thousands
    except ValueError:
        raise NotTaken(f"{text!r} is not a number") from None
    if value in (float("inf"), float("-inf")) or value != value:
        raise NotTaken(f"{text!r} is not a finite number")
    return int(value) if value == int(value) and abs(value) < 1e15 else value
