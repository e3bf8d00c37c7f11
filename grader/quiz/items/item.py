"""What every kind of question has and can do.

A kind is a struct in `grader.quiz.items` that fills in these methods. Its fields are its YAML.
Responses are plain values that name options and steps by their ids, so they can be stored and
compared whatever order the taker saw; a presentation is all that a taker may see.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from html import unescape
from typing import Annotated, ClassVar, Literal, Self

import msgspec

from grader.quiz.items.form import QuestionForm
from grader.quiz.items.marks import Mark
from grader.quiz.items.verify_keys import Backing

Response = str | tuple[str, ...]
Concept = Annotated[int, msgspec.Meta(ge=1)]  # a row of the table in `concepts.yaml`


@dataclass(frozen=True, slots=True)
class Rejected:
    """A response that cannot be read. That is not a wrong answer: the taker is asked again."""

    why: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A response that is probably a slip; it counts once the taker has confirmed it."""

    question: str


@dataclass(frozen=True, slots=True)
class ShownPart:
    """One option or step as the taker sees it. The label says nothing about the id."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """All that a taker sees before answering: no key, no feedback, no ids of parts."""

    item: str
    kind: str
    stem: str
    points: int
    how: str  # how to answer, in one or two sentences
    parts: tuple[ShownPart, ...] = ()
    targets: tuple[ShownPart, ...] = ()  # what the parts are matched to
    unit: str = ""
    many_lines: bool = False  # the answer is a text that may have several lines


class Severity(StrEnum):
    """How bad a finding is: only an error makes a question unfit for use."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class LintFinding:
    """Something about a question that its author should know."""

    severity: Severity
    where: str
    problem: str
    fix: str = ""


def error(where: str, problem: str, fix: str) -> LintFinding:
    return LintFinding(severity=Severity.ERROR, where=where, problem=problem, fix=fix)


def warning(where: str, problem: str, fix: str) -> LintFinding:
    return LintFinding(severity=Severity.WARNING, where=where, problem=problem, fix=fix)


def seen(text: str) -> str:
    """A short Markdown text as it looks: without escapes, marks of no width and extra spaces."""
    plain = unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text))
    return " ".join(re.sub(r"[\u200b-\u200f\u2060\ufeff\u00ad]", "", plain).split())


def quoted(text: str) -> str:
    """The text of a part inside a sentence."""
    return f'"{" ".join(text.split()).rstrip(".")}"'


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """One question.

    `example` is the YAML of a small question of this kind, without fault; `shape` says what an
    answers file holds for it.
    """

    example: ClassVar[str]
    shape: ClassVar[str]

    id: str
    concept: Concept | None = None
    difficulty: Literal[1, 2, 3] | None = None
    stem: str
    explanation: str = ""
    purpose: Literal["concept", "ordering", "ablation", "diagnosis"] = "concept"
    points: Annotated[int, msgspec.Meta(ge=1)] = 1
    tags: tuple[str, ...] = ()
    verify: Backing | None = None

    @classmethod
    def kind(cls) -> str:
        return str(cls.__struct_config__.tag)

    def as_shown(self, seed: int) -> Self:
        """The question as the taker of this seed sees it, so that what is told later fits that."""
        return self

    def present(self, seed: int) -> Presentation:
        """What the taker sees; the seed decides the order of options and steps."""
        raise NotImplementedError

    def form(self, seed: int, response: Response | None = None) -> QuestionForm:
        """The same as a form, filled with a response; `read_typed` reads what it sends."""
        raise NotImplementedError

    def read(self, value: object) -> Response | Rejected:
        """A response that names parts by id, as in an answers file or in the store."""
        raise NotImplementedError

    def read_typed(self, text: str, *, seed: int) -> Response | Rejected:
        """A response as typed by a taker who saw the presentation of this seed."""
        raise NotImplementedError

    def doubt(self, response: Response, *, seed: int) -> Doubt | None:
        """What to ask before this response counts; None if it is plainly meant."""
        return None

    def mark(self, response: Response) -> Mark:
        """The mark of a response that `read` or `read_typed` gave."""
        raise NotImplementedError

    def key(self) -> Response:
        """A response that earns all points."""
        raise NotImplementedError

    def share_if_right(self, response: Response, key: Response) -> Fraction:
        """The share of the points (0 to 1) if `key` were the right answer."""
        return Fraction(response == key)

    def show(self, response: Response) -> str:
        """The response in the words of the question, as Markdown."""
        raise NotImplementedError

    def show_key(self) -> str:
        """The right answer in words, as Markdown."""
        return self.show(self.key())

    def guess_level(self) -> Fraction | None:
        """The share of the points that the best blind guess earns on average; None if not known."""
        raise NotImplementedError

    def misconception_ids(self) -> tuple[str, ...]:
        """Every misconception that the question names."""
        raise NotImplementedError

    def problems(self) -> Iterator[LintFinding]:
        """What is wrong with the question itself; `where` is the key inside it."""
        raise NotImplementedError
