"""What other installed packages add: entry points, read only when one is asked for by its name."""

from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from grader.errors import CourseError, did_you_mean

FORMATS = "grader.formats"  # a `grader.quiz.exports.formats.Format`
SANDBOXES = "grader.sandboxes"  # a function that makes a `grader.sandbox.contract.Sandbox`
_KINDS = {FORMATS: "format", SANDBOXES: "sandbox"}


@dataclass(frozen=True, slots=True)
class Extension:
    """What an entry point leads to, and the words for where it comes from."""

    value: Any
    at: str


def extension_names(group: str) -> list[str]:
    """The names that installed packages add to a group, sorted."""
    return sorted({point.name for point in entry_points(group=group)})


def load_extension(group: str, name: str, *, shipped: tuple[str, ...]) -> Extension:
    """What the entry point of this name leads to; it is not yet looked at.

    Args:
        shipped: the names that come with the grader, for the sentence about a wrong one.

    Raises:
        CourseError: there is no such name, two packages claim it, or it cannot be imported.
    """
    kind = _KINDS[group]
    points = list(entry_points(group=group, name=name))
    if not points:
        known = [*shipped, *extension_names(group)]
        raise CourseError(f"there is no {kind} {name!r}", fix=did_you_mean(name, known))
    if len({point.value for point in points}) > 1:
        packages = " and ".join(sorted({_package(point) for point in points}))
        raise CourseError(f"{packages} both add {name!r} to {group}", fix="Remove one of them.")
    at = f"package {_package(points[0])}, {group}: {name}"
    try:
        return Extension(points[0].load(), at)
    except Exception as error:  # whatever a stranger's module raises is its author's to mend
        raise CourseError(
            f"{points[0].value} cannot be loaded: {type(error).__name__}: {error}",
            at=at,
            fix="Install the package again, or tell its author.",
        ) from error


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "of an unknown name"
