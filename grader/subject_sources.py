"""Where a subject is written, and whether it has changed. Nothing of it is imported here."""

import hashlib
import importlib.metadata
import importlib.util
import re
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
    """Changes with every source in the folder of a named subject, and of shipped ones that it uses.

    Raises:
        CourseError: there is no such subject.
    """
    folder = named_folder(name, at=at)
    used = _used_by(folder)
    if not used:
        return source_digest(folder)
    both = "".join(source_digest(each) for each in (folder, *used))
    return hashlib.sha256(both.encode()).hexdigest()[:16]


def _used_by(folder: Path) -> list[Path]:
    """The folders beside that of a shipped subject whose stages it imports."""
    imported = re.compile(rf"^from {SHIPPED}\.(\w+)", re.MULTILINE)
    sources = (path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    names = {name for source in sources for name in imported.findall(source)}
    there = {path.parent.name for path in folder.parent.glob("*/subject.py")}
    return [folder.parent / name for name in sorted(names & there - {folder.name})]


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
