"""Units beside a number: which are accepted, and what each is worth in the unit of the answer."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from grader.errors import did_you_mean
from grader.quiz.items.item import LintFinding, Rejected, error

PARTS = re.compile(r"(?P<number>[+-]?[0-9.][0-9.,/]*(?:e[+-]?[0-9]+)?)\s*(?P<unit>.*)", re.I | re.S)
LONGEST_SYMBOL = 3  # characters, as in KiB; what is longer is a word, such as bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """The unit of an answer, and others with the factor that turns them into it."""

    main: str
    others: Mapping[str, int | float]
    required: bool = False

    def split(self, text: str) -> tuple[str, str] | Rejected:
        """The number as written and its unit by its declared name, empty if none was written."""
        found = PARTS.fullmatch(text.strip())
        if not found:
            return text.strip(), ""
        number, written = found["number"], " ".join(found["unit"].split())
        if not written:
            if self.required:
                return Rejected(f"the unit is missing: write e.g. {number} {self.main}")
            return number, ""
        unit = self._named(written)
        if unit is None:
            known = list(dict.fromkeys([self.main, *self.others]))
            return Rejected(
                f"{written!r} is no unit of this answer. {did_you_mean(written, known)}"
            )
        return number, unit

    def factor(self, unit: str) -> Fraction:
        """What one of this unit is in the unit of the answer."""
        return Fraction(str(self.others.get(unit, 1)))

    def problems(self) -> Iterator[LintFinding]:
        """What is wrong with the units of a question."""
        if not self.main and (self.others or self.required):
            yield error("unit", "there are other units and no `unit`", "Write the answer's unit.")
        for name, factor in self.others.items():
            where = f"other_units.{name}"
            if not factor > 0 or factor == float("inf"):
                yield error(where, f"the factor {factor} is not above zero", "Write e.g. 1000.")
            if name == self.main and factor != 1:
                yield error(where, "the unit of the answer has another factor than 1", "Write 1.")
            if not name.strip() or name[0] in "0123456789.+-":
                yield error(where, "a unit begins with a letter or a sign", "Write another name.")

    def _named(self, written: str) -> str | None:
        """As declared, or else without regard to case where case tells no two units apart."""
        known = list(dict.fromkeys([self.main, *self.others]))
        if written in known:
            return written
        near = [name for name in known if _differ_in_case_only(written, name)]
        return near[0] if len({self.factor(name) for name in near}) == 1 else None


def _differ_in_case_only(written: str, name: str) -> bool:
    """Also not where that makes another unit: kb is bits and kB is bytes, Ms no milliseconds."""
    if written.casefold() != name.casefold():
        return False
    other = {one.casefold() for one, two in zip(written, name, strict=False) if one != two}
    return len(name) > LONGEST_SYMBOL or not other & {"b", "m"}
