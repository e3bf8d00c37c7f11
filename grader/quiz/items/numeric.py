"""A number, exact or with a tolerance.

Numbers are compared as exact decimals, so a tolerance of 0.05 means 0.05 and not the nearest
binary fraction.
"""

import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction
from math import isfinite
from typing import ClassVar

import msgspec

from grader.quiz.items.folding import without_invisible
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
from grader.quiz.items.units import Units

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,3})?", re.IGNORECASE)
RATIO = re.compile(r"[+-]?[0-9]+/[0-9]*[1-9][0-9]*")
THOUSANDS = re.compile(r"(?<![0-9.])[0-9]{1,3}(\s[0-9]{3})+(?!\s?[0-9])")  # as in 25 600
LONGEST = 60  # characters; a longer number is a slip
TRAP_WIDTH = Fraction(1, 200)  # takers round the value of a trap in their own way


class Trap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A wrong value that many reach, with what to say to them."""

    value: int | float
    misconception: str = ""
    feedback: str = ""


class Numeric(Item, frozen=True, kw_only=True, tag="numeric"):
    """One number is right, within `tolerance` or `rel_tolerance`; exactly, without either."""

    answer: int | float
    tolerance: int | float | None = None
    rel_tolerance: int | float | None = None
    unit: str = ""
    # each with the factor that makes the unit of the answer of it
    other_units: dict[str, int | float] = msgspec.field(default_factory=dict)
    unit_required: bool = False
    traps: tuple[Trap, ...] = ()
    feedback: str = ""

    shape: ClassVar[str] = "a number"
    example: ClassVar[str] = """
        id: example.numeric
        kind: numeric
        concept: 15
        difficulty: 2
        stem: The model gives each of 50 tokens the same probability. What is the loss?
        explanation: It is the natural logarithm of 50.
        answer: 3.912
        tolerance: 0.005
        unit: nats
        traps:
          - {value: 5.644, misconception: loss.base_two, feedback: That is in bits.}
        feedback: The loss is minus the logarithm of the probability of the right token.
        """

    def present(self, seed: int) -> Presentation:
        if self.unit_required:
            how = "Type a number with its unit."
        else:
            how = f"Type a number{f' ({self.unit})' if self.unit else ''}, such as 12 or 0.25."
        return Presentation(
            item=self.id,
            kind=self.kind(),
            stem=self.stem,
            points=self.points,
            how=how,
            unit=self.unit,
        )

    def form(self, seed: int, response: Response | None = None) -> LineForm:
        unit = "" if self.unit_required else self.unit
        value = str(response or "")
        return LineForm(value=value, unit=unit, is_number=True, with_unit=self.unit_required)

    def read(self, value: object) -> Response | Rejected:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return Rejected(f"{value!r} is not a number")
        return self.read_typed(str(value), seed=0)

    def read_typed(self, text: str, *, seed: int) -> Response | Rejected:
        written = _plain(text)
        if len(written) > LONGEST:
            return Rejected(f"that is longer than {LONGEST} characters")
        if not self.unit:
            return _number(written)
        parts = self._units().split(written)
        if isinstance(parts, Rejected):
            return parts
        number, unit = _number(parts[0]), parts[1]
        is_plain = isinstance(number, Rejected) or not (self.unit_required or unit != self.unit)
        return number if is_plain or not unit else f"{number} {unit}"

    def mark(self, response: Response) -> Mark:
        value = self._value(response)
        if self._is_near(value, _exact(self.answer)):
            return scored(Fraction(1), self.points)
        if trap := self._trap(value):
            return scored(
                Fraction(0),
                self.points,
                feedback=(trap.feedback,),
                misconceptions=(trap.misconception,) if trap.misconception else (),
            )
        return scored(Fraction(0), self.points, feedback=(self.feedback,) if self.feedback else ())

    def share_if_right(self, response: Response, key: Response) -> Fraction:
        return Fraction(self._is_near(self._value(response), self._value(key)))

    def key(self) -> Response:
        return f"{self.answer} {self.unit}" if self.unit_required else str(self.answer)

    def show(self, response: Response) -> str:
        text = str(response)
        return text if " " in text else f"{text} {self.unit}".strip()

    def guess_level(self) -> Fraction:
        return Fraction(0)

    def misconception_ids(self) -> tuple[str, ...]:
        return tuple(trap.misconception for trap in self.traps if trap.misconception)

    def problems(self) -> Iterator[LintFinding]:
        numbers = [self.answer, self.tolerance, self.rel_tolerance, *(t.value for t in self.traps)]
        if not all(isfinite(number) for number in numbers if number is not None):
            yield error("answer", "a number is not finite", "Write plain numbers.")
            return
        yield from self._tolerance_problems()
        yield from self._units().problems()
        if not self.feedback.strip():
            yield warning("feedback", "there is no feedback", "Say it to a taker who is wrong.")
        for number, trap in enumerate(self.traps):
            where = f"traps[{number}]"
            if abs(_exact(trap.value) - _exact(self.answer)) <= self._width():
                yield error(
                    where, f"{trap.value} is a right answer", "Change the trap or tolerance."
                )
            if not trap.misconception:
                yield warning(where, "it names no misconception", "Write `misconception: <id>`.")
            if not trap.feedback.strip():
                yield warning(where, "there is no feedback", "Say what leads to this value.")

    def _tolerance_problems(self) -> Iterator[LintFinding]:
        given = [self.tolerance, self.rel_tolerance]
        if None not in given:
            yield error("tolerance", "there are two tolerances", "Keep one of them.")
        if any(value is not None and value <= 0 for value in given):
            yield error(
                "tolerance",
                "a tolerance is not above zero",
                "Write it above zero, or leave it out where the answer is exact.",
            )
        if self.rel_tolerance is not None and self.answer == 0:
            yield error(
                "rel_tolerance",
                "a tolerance relative to 0 allows no other number",
                "Write `tolerance: 0.01`, or what you accept.",
            )
        if given == [None, None] and _exact(self.answer).denominator != 1:
            yield error(
                "tolerance",
                f"the answer {self.answer} is not an integer and has no tolerance",
                "Write `tolerance: 0.01`, or what rounding you accept.",
            )

    def _units(self) -> Units:
        return Units(main=self.unit, others=self.other_units, required=self.unit_required)

    def _value(self, response: Response) -> Fraction:
        """The number of a response in the unit of the answer."""
        number, _, unit = str(response).partition(" ")
        return _exact(number) * self._units().factor(unit)

    def _is_near(self, value: Fraction, right: Fraction) -> bool:
        return abs(value - right) <= self._width()

    def _width(self) -> Fraction:
        if self.rel_tolerance is not None:
            return _exact(self.rel_tolerance) * abs(_exact(self.answer))
        return _exact(self.tolerance or 0)

    def _trap(self, value: Fraction) -> Trap | None:
        """The nearest trap that the value falls into."""

        def miss(trap: Trap) -> Fraction:
            return abs(value - _exact(trap.value))

        near = [
            trap
            for trap in self.traps
            if miss(trap) <= max(self._width(), TRAP_WIDTH * abs(_exact(trap.value)))
        ]
        return min(near, key=miss, default=None)


def _plain(text: str) -> str:
    """Digits of any script as 0 to 9, a minus of any width, thousands without their spaces."""
    text = without_invisible(text).strip().replace("\N{MINUS SIGN}", "-")
    digits = (str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)
    return THOUSANDS.sub(lambda found: re.sub(r"\s", "", found[0]), "".join(digits))


def _number(text: str) -> str | Rejected:
    if NUMBER.fullmatch(text) or RATIO.fullmatch(text):
        return text
    if re.fullmatch(r"[+-]?[0-9]+(,[0-9]+)+", text):
        plain = text.replace(",", "")
        return Rejected(f"{text!r} can be read in two ways: write {plain}, or a point for decimals")
    return Rejected(f"{text!r} is not a number")


def _exact(number: object) -> Fraction:
    return Fraction(str(number))
