"""Which part of a class one of several runs grades, so that together they grade all of it."""

import re
from dataclasses import dataclass, replace

from grader.errors import CourseError
from grader.intake.class_intake import ClassIntake

_WORDS = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `count` parts of a class, by its number from 1."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def of(self, intake: ClassIntake) -> ClassIntake:
        """Its part: every `count`th in the order of the names, so equal for equal names."""
        entries = sorted(intake.entries, key=lambda entry: entry.name)
        return replace(intake, entries=tuple(entries[self.number - 1 :: self.count]))


def shard_from(words: str) -> Shard:
    """The shard that `I/N` names.

    Raises:
        CourseError: it names none.
    """
    found = _WORDS.fullmatch(words)
    number, count = map(int, found.groups()) if found else (0, 0)
    if not 1 <= number <= count:
        raise CourseError(
            f"a shard is one of N, from 1/N to N/N, got {words!r}",
            at="--shard",
            fix="Write e.g. `--shard 3/8`. Where tasks are counted from 0, add 1.",
        )
    return Shard(number, count)
