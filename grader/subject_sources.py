"""Where a subject is written, and whether it has changed. Nothing of it is imported here."""

import hashlib
import importlib.metadata
import importlib.util
from pathlib import Path

from grader.errors import CourseError, did_you_mean

GROUP = "grader.subjects"  # the entry points of other packages: a name, and `module:SUBJECT`
SHIPPED = "reference"  # the package with a folder for each subject that comes with the grader
OWN_FILES = ("reference.py", "misconceptions.py")  # of an assignment that holds its subject itself
RECORDED_FILE = "answers.recorded"  # what a release has in the place of a subject
_SUBJECT = "subject:SUBJECT"  # where a shipped one stands in its folder


def subject_names() -> list[str]:
    """The subjects that there are: shipped ones, and those of installed packages."""
    spec = importlib.util.find_spec(SHIPPED)
    folders = spec.submodule_search_locations or [] if spec else []
    shipped = [file.parent.name for f in folders for file in Path(f).glob("*/subject.py")]
    others = [point.name for point in importlib.metadata.entry_points(group=GROUP)]
    return sorted({*shipped, *others})


def where(name: str, *, at: str) -> str:
    """The place of a named subject, as `module:attribute`.

    Args:
        at: the file that names it.

    Raises:
        CourseError: there is no such subject.
    """
    if name.isidentifier() and importlib.util.find_spec(f"{SHIPPED}.{name}"):
        return f"{SHIPPED}.{name}.{_SUBJECT}"
    for point in importlib.metadata.entry_points(group=GROUP, name=name):
        return point.value
    raise CourseError(
        f"there is no subject {name!r}", at=at, fix=did_you_mean(name, subject_names())
    )


def named_digest(name: str, *, at: str) -> str:
    """Changes with every source in the folder of a named subject.

    Raises:
        CourseError: there is no such subject.
    """
    return source_digest(named_folder(name, at=at))


def named_folder(name: str, *, at: str) -> Path:
    """The folder of a named subject.

    Raises:
        CourseError: there is no such subject.
    """
    module = where(name, at=at).partition(":")[0]
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise CourseError(
            f"the subject {name!r} names the module {module}, which is not there",
            at=at,
            fix="Install the package of the subject again.",
        )
    return Path(spec.origin).parent


def source_digest(folder: Path) -> str:
    """Changes with every Python file in a folder, and not with the ends of its lines."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()[:16]


def is_own(folder: Path) -> bool:
    """Whether an assignment's folder holds its subject itself."""
    return any((folder / name).is_file() for name in OWN_FILES)


def is_recorded(folder: Path) -> bool:
    """Whether an assignment's folder is a release: it has answers in the place of functions."""
    return (folder / RECORDED_FILE).is_file()
