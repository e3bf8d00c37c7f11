"""The total of a student over all that has a weight. Exact; what has no grade is never a 0."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Literal

import msgspec

from grader.errors import CourseError
from grader.policies.policy import NotNegative, exactly

_TAKEN = ("student", "name", "email", "total", "total_exact", "remarks")  # by other columns


class GradebookItem(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Something with a weight: the results of an assignment or a quiz, or the mean of several."""

    results: str | tuple[str, ...]  # folders, as seen from course.yaml
    weight: NotNegative
    name: str = ""
    drop_lowest: Annotated[int, msgspec.Meta(ge=0)] = 0  # of several, the worst so many
    not_handed_in: Literal["open", "zero"] = "open"  # whether what never came is a 0

    @property
    def folders(self) -> tuple[str, ...]:
        return (self.results,) if isinstance(self.results, str) else self.results


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """What a student has for one thing, as a part of what can be earned.

    Without a part there is no grade yet, unless it is excused: then it counts for nothing.
    """

    part: Fraction | None = None
    is_excused: bool = False


def mean_part(parts: Sequence[Earned], *, drop_lowest: int = 0) -> Earned:
    """Several things as one; excused ones are left out, and then the lowest.

    As long as one has no grade the mean has none, even if it could be dropped in the end.
    """
    left = [each for each in parts if not each.is_excused]
    if not left:
        return Earned(is_excused=bool(parts))
    known = sorted(each.part for each in left if each.part is not None)
    if len(known) < len(left):
        return Earned()
    kept = known[min(drop_lowest, len(known) - 1) :]
    return Earned(part=sum(kept, Fraction(0)) / len(kept))


def total_part(items: Sequence[tuple[Fraction, Earned]]) -> Fraction | None:
    """The weighted mean of all that is not excused; None while something has no grade.

    Args:
        items: the weight of each thing and what was earned for it.
    """
    left = [(weight, each) for weight, each in items if not each.is_excused and weight]
    if not left or any(each.part is None for _, each in left):
        return None
    whole = sum((weight for weight, _ in left), Fraction(0))
    return sum((weight * (each.part or 0) for weight, each in left), Fraction(0)) / whole


def check_gradebook(items: Sequence[GradebookItem], *, at: str) -> None:
    """See that the items of a gradebook can be told apart and add up to something.

    Args:
        at: the file, for the error.

    Raises:
        CourseError: they cannot, or do not.
    """
    names = [name_of(item) for item in items]
    for item, name in zip(items, names, strict=True):
        key = f"gradebook: {name or 'an item'}"
        if not item.folders or not all(item.folders):
            raise CourseError(f"{key}: it has no results", at=at, fix="Write `results: FOLDER`.")
        if twice := next((one for one in item.folders if item.folders.count(one) > 1), ""):
            raise CourseError(f"{key}: {twice!r} stands twice", at=at, fix="Keep one of the two.")
        if name in _TAKEN:
            fix = f"Write another `name`; these are taken: {', '.join(_TAKEN)}."
            raise CourseError(f"{key}: the gradebook has a column of this name", at=at, fix=fix)
        if names.count(name) > 1:
            raise CourseError(f"{key}: the name stands twice", at=at, fix="Write another `name`.")
        if item.drop_lowest >= len(item.folders):
            raise CourseError(
                f"{key}: drop_lowest: {item.drop_lowest} of {len(item.folders)} are dropped",
                at=at,
                fix="Leave at least one.",
            )
    if items and not any(exactly(item.weight) for item in items):
        raise CourseError("gradebook: no weight is above 0", at=at, fix="Write e.g. `weight: 70`.")


def name_of(item: GradebookItem) -> str:
    """The heading of its column: its name, or the folder's."""
    return item.name or (item.folders[0].rstrip("/").rpartition("/")[2] if item.folders else "")
