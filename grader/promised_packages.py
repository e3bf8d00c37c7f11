"""The packages that a course promises beside NumPy and PyTorch: how they are written and known.

A package is written by its name for pip or for `import`, and may have a bound on its version:
`einops`, `scikit-learn>=1.4`. What is here is asked of the process that runs submissions; this
module knows names and versions alone.
"""

from collections.abc import Iterable, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import InvalidRequirement, Requirement

from grader.errors import CourseError

ALWAYS = ("numpy", "torch")  # the grader itself needs them
_ORDINARY = "NumPy, PyTorch and the standard library"


def assert_packages(packages: Iterable[str], *, at: str) -> None:
    """Each is a name, alone or with a bound on its version, and stands once.

    Raises:
        CourseError: one is not; the sentence says what to write.
    """
    names: set[str] = set()
    for written in packages:
        try:
            found = Requirement(written)
        except InvalidRequirement:
            found = None
        if found is None or found.url or found.marker or found.extras:
            raise CourseError(
                f"packages: {written!r} is no name of a package",
                at=at,
                fix="Write its name for pip, e.g. `einops` or `scikit-learn>=1.4`.",
            )
        if _canonical(found.name) in names:
            raise CourseError(
                f"packages: {found.name!r} stands twice", at=at, fix="Keep one of the two."
            )
        names.add(_canonical(found.name))


def import_names(written: str) -> tuple[str, ...]:
    """What a student writes after `import` for a package; a guess where it is not installed."""
    name = Requirement(written).name
    if (found := _distribution(name)) is None:
        return (_importable(name),)
    named = (found.read_text("top_level.txt") or "").split()
    packages = [file.parts[0] for file in found.files or () if file.name == "__init__.py"]
    return tuple(dict.fromkeys([*named, *packages, _importable(name)]))


def promised_names(packages: Iterable[str]) -> frozenset[str]:
    """All names that may be imported: those of the packages, and what is there in any case."""
    return frozenset([*ALWAYS, *(name for one in packages for name in import_names(one))])


def version_here(written: str) -> str:
    """The version that is installed; empty if none is, or it does not say."""
    found = _distribution(Requirement(written).name)
    return found.version if found else ""


def is_new_enough(written: str) -> bool:
    """Whether the installed version, where it is known, keeps the bound."""
    version = version_here(written)
    return not version or Requirement(written).specifier.contains(version, prereleases=True)


def in_words(packages: Sequence[str]) -> str:
    """The promise, for a sentence."""
    return ", ".join([*packages, _ORDINARY])


def _distribution(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _canonical(name: str) -> str:
    return _importable(name).lower()


def _importable(name: str) -> str:
    return name.replace("-", "_").replace(".", "_")
