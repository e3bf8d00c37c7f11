"""A word or a few, compared with the forms that are accepted."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Annotated, ClassVar

import msgspec

from grader.quiz.items.folding import Fold, folded, without_invisible
from grader.quiz.items.form import LineForm
from grader.quiz.items.item import (
    Item,
    LintFinding,
    Presentation,
    Rejected,
    Response,
    error,
    warning,
)
from grader.quiz.items.marks import Mark, scored

LONGEST = 200  # characters


class NearMiss(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Forms that are not right, with what to say to those who write them."""

    forms: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    feedback: str = ""
    misconception: str = ""
    points: Annotated[int, msgspec.Meta(ge=0)] = 0


class Short(Item, frozen=True, kw_only=True, tag="short"):
    """Any of the accepted forms is right. `fold` says which differences do not count.

    `case`: large and small letters. `space`: any run of spaces is one. `punctuation`: hyphens and
    the like are spaces. `accents`: é is e. In a formula, such as d/h, only spaces and case may
    differ. Forms are plain text, not patterns.
    """

    accepted: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    near: tuple[NearMiss, ...] = ()
    fold: tuple[Fold, ...] = ("case", "space", "punctuation")
    feedback: str = ""

    shape: ClassVar[str] = "a short text in quotes"
    example: ClassVar[str] = """
        id: example.short
        kind: short
        concept: 5
        difficulty: 1
        points: 2
        stem: What is added to the output of a sub-layer so that its input is not lost?
        explanation: The input of the sub-layer itself goes around it and is added.
        accepted: [residual connection, skip connection, its input]
        near:
          - forms: [normalization, layer norm]
            misconception: residual.is_norm
            feedback: That scales what is there and adds nothing.
        feedback: Follow the arrow that goes around the sub-layer.
        """

    def present(self, seed: int) -> Presentation:
        return Presentation(
            item=self.id,
            kind=self.kind(),
            stem=self.stem,
            points=self.points,
            how="Type the answer in a few words.",
        )

    def form(self, seed: int, response: Response | None = None) -> LineForm:
        return LineForm(value=str(response or ""))

    def read(self, value: object) -> Response | Rejected:
        if not isinstance(value, str):
            return Rejected(f"{value!r} is not a text")
        return self.read_typed(value, seed=0)

    def read_typed(self, text: str, *, seed: int) -> Response | Rejected:
        text = without_invisible(text).strip()
        if len(text) > LONGEST:
            return Rejected(f"the answer has {len(text)} characters; at most {LONGEST} are read")
        if not any(character.isalnum() for character in text):
            return Rejected("there is no word in that")
        return text

    def mark(self, response: Response) -> Mark:
        if self._is_one_of(response, self.accepted):
            return scored(Fraction(1), self.points)
        for near in self.near:
            if self._is_one_of(response, near.forms):
                return scored(
                    Fraction(near.points, self.points),
                    self.points,
                    feedback=(near.feedback,),
                    misconceptions=(near.misconception,) if near.misconception else (),
                )
        return scored(Fraction(0), self.points, feedback=(self.feedback,) if self.feedback else ())

    def share_if_right(self, response: Response, key: Response) -> Fraction:
        return Fraction(self._is_one_of(response, (str(key),)))

    def key(self) -> Response:
        return self.accepted[0].strip()

    def show(self, response: Response) -> str:
        return str(response)

    def guess_level(self) -> Fraction:
        return Fraction(0)

    def misconception_ids(self) -> tuple[str, ...]:
        return tuple(near.misconception for near in self.near if near.misconception)

    def problems(self) -> Iterator[LintFinding]:
        if not self.feedback.strip():
            yield warning("feedback", "there is no feedback", "Say it to a taker who is wrong.")
        yield from self._form_problems()
        for number, near in enumerate(self.near):
            where = f"near[{number}]"
            if not near.feedback.strip():
                yield warning(where, "there is no feedback", "Say what these forms miss.")
            if not near.misconception:
                yield warning(where, "it names no misconception", "Write `misconception: <id>`.")
            if near.points >= self.points:
                yield error(
                    where,
                    f"it earns {near.points} of {self.points} points",
                    "Write fewer points, or put its forms under `accepted`.",
                )

    def _form_problems(self) -> Iterator[LintFinding]:
        seen: dict[str, str] = {}
        groups = [("accepted", self.accepted)]
        groups += [(f"near[{number}]", near.forms) for number, near in enumerate(self.near)]
        for where, forms in groups:
            for form in forms:
                if isinstance(rejected := self.read(form), Rejected):
                    yield error(
                        where, f"{form!r} cannot be an answer: {rejected.why}", "Change it."
                    )
                if len(form.strip()) == 1:
                    yield error(
                        where,
                        f"{form!r} is a single character, which may be a command in a terminal",
                        "Ask for a word, or write `kind: choice`.",
                    )
                compared = folded(form, self.fold)
                if compared in seen:
                    problem = f"{form!r} is the same as {seen[compared]!r}"
                    yield error(where, problem, "Keep one of them.")
                seen.setdefault(compared, form)

    def _is_one_of(self, response: Response, forms: Iterable[str]) -> bool:
        return folded(str(response), self.fold) in (folded(form, self.fold) for form in forms)
