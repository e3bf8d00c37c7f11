"""What is compared: a class, other terms, and what comes with the assignment."""

import contextlib
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import CourseError, SubmissionError
from grader.intake.class_intake import opened_class
from grader.intake.roster import Roster
from grader.records import Submission
from grader.settings import ASSIGNMENT_FILE, Assignment, assignments
from grader.similarity.compared_code import ComparedCode, NotCompared, Origin
from grader.similarity.source_reader import SourceReader
from grader.subject_sources import OWN_FILES, named_folder

_SHIPPED = ("examples/submissions", "audit/right")  # below the folder of an assignment
_FENCED = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(slots=True, kw_only=True)
class Gathered:
    """All that is compared, and what could not be."""

    submissions: list[ComparedCode] = field(default_factory=list)
    partners: list[ComparedCode] = field(default_factory=list)
    not_compared: list[NotCompared] = field(default_factory=list)
    given: frozenset[int] = frozenset()  # fingerprints of starter and handout


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Something to be read."""

    name: str
    origin: Origin
    shelf: str
    read: Callable[[], Submission]


def gather(
    folder: Path,
    archives: Sequence[Path],
    *,
    assignment: Assignment,
    roster: Roster | None = None,
) -> Gathered:
    """Read a class, other terms and shipped texts.

    Args:
        folder: the submissions of the class, a folder or a zip as it was downloaded.
        archives: those of other terms.
        roster: who is in the class, so that submissions have the names of its gradebook.

    Raises:
        CourseError: the class is one of the other terms, or one of them is named twice.
        NoSuchSubmission: a folder is not there.
        SubmissionError: a folder holds nothing.
    """
    _assert_different([folder, *archives])
    with contextlib.ExitStack() as opened:
        sources = [
            *_entries(folder, Origin.CLASS, opened=opened, roster=roster),
            *_archives(archives, opened=opened),
            *_shipped(assignment, but=folder.resolve(), opened=opened),
        ]
        return _gathered(sources, assignment)


def gather_read(
    class_: Mapping[str, Callable[[], Submission]], *, assignment: Assignment, shelf: str
) -> Gathered:
    """The same of a class that lies in no folder.

    Args:
        class_: how each submission is read, by its name.
        shelf: what the class is called.
    """
    with contextlib.ExitStack() as opened:
        own = (
            _Source(name=name, origin=Origin.CLASS, shelf=shelf, read=read)
            for name, read in sorted(class_.items())
        )
        return _gathered([*own, *_shipped(assignment, but=None, opened=opened)], assignment)


def _gathered(sources: Iterable[_Source], assignment: Assignment) -> Gathered:
    found = Gathered()
    with SourceReader() as reader:
        found.given = given_prints(assignment, reader)
        for source in sources:
            _add(source, found, reader)
    return found


def _assert_different(folders: Sequence[Path]) -> None:
    known: set[Path] = set()
    for folder in folders:
        if folder.resolve() in known:
            raise CourseError(
                "the folder is named twice, and would be compared with itself",
                at=str(folder),
                fix="Name each term once, and the class not as another term.",
            )
        known.add(folder.resolve())


def _add(source: _Source, found: Gathered, reader: SourceReader) -> None:
    """Read one; an example that cannot be read is one that shows that."""
    try:
        submission = source.read()
    except SubmissionError as error:
        why = error.problem
    else:
        texts = (*submission.cells, *sorted(submission.modules.items()))
        prints = reader.read([text for _, text in texts])
        if not isinstance(prints, str):
            of_class = source.origin == Origin.CLASS
            (found.submissions if of_class else found.partners).append(
                ComparedCode(
                    name=source.name,
                    origin=source.origin,
                    shelf=source.shelf,
                    texts=texts,
                    digest=_digest(text for _, text in texts),
                    prints=prints,
                )
            )
            return
        why = prints
    if source.origin != Origin.SHIPPED:
        found.not_compared.append(NotCompared(name=source.name, shelf=source.shelf, why=why))


def _digest(texts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


def _entries(
    folder: Path,
    origin: Origin,
    shelf: str = "",
    *,
    opened: contextlib.ExitStack,
    roster: Roster | None = None,
) -> Iterator[_Source]:
    """The submissions of a class, as downloaded; they are read before `opened` closes."""
    for entry in opened.enter_context(opened_class(folder, roster=roster)).entries:
        yield _Source(
            name=entry.name,
            origin=origin,
            shelf=shelf or folder.resolve().name,
            read=entry.newest.read,
        )


def _archives(folders: Sequence[Path], *, opened: contextlib.ExitStack) -> Iterator[_Source]:
    """Two terms whose folders have one name are told apart by the folder above."""
    names = [folder.resolve().name for folder in folders]
    for folder, name in zip(folders, names, strict=True):
        is_alone = names.count(name) == 1
        shelf = name if is_alone else f"{folder.resolve().parent.name}/{name}"
        yield from _entries(folder, Origin.ARCHIVE, shelf, opened=opened)


def _shipped(
    assignment: Assignment, *, but: Path | None, opened: contextlib.ExitStack
) -> Iterator[_Source]:
    """Right submissions and examples of this assignment and of those that come with the grader.

    Args:
        but: the folder of the class, if there is one; it may be one of them, to try the command.
    """
    known = {each.folder: each for each in (assignment, *assignments())}
    for folder, each in known.items():
        for place in _SHIPPED:
            if (folder / place).is_dir() and (folder / place).resolve() != but:
                shelf = f"{each.name}/{place.partition('/')[0]}"
                with contextlib.suppress(SubmissionError):  # nothing is in it yet
                    yield from _entries(folder / place, Origin.SHIPPED, shelf, opened=opened)
        files = _reference_files(each)
        if files:
            yield _Source(
                name="the reference",
                origin=Origin.SHIPPED,
                shelf=each.name,
                read=lambda files=files: _joined(files),  # type: ignore[misc]
            )


def _reference_files(assignment: Assignment) -> list[Path]:
    """The right code of the subject, without the wrong versions beside it."""
    own = [assignment.folder / OWN_FILES[0]]
    if not assignment.subject:
        return [path for path in own if path.is_file()]
    at = str(assignment.folder / ASSIGNMENT_FILE)
    return sorted(named_folder(assignment.subject, at=at).glob("*.py"))


def _joined(files: Sequence[Path]) -> Submission:
    cells = tuple((path.name, path.read_text(encoding="utf-8")) for path in files)
    return Submission(name="the reference", cells=cells, modules={}, digest="")


def given_prints(assignment: Assignment, reader: SourceReader) -> frozenset[int]:
    """The fingerprints of what everybody got: the starter, and code in the handout."""
    texts = list[str]()
    for name in ("starter.py", "handout.md"):
        path = assignment.folder / name
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            texts += [text] if path.suffix == ".py" else _FENCED.findall(text)
    read = [reader.read([text]) for text in texts]
    prints = [one.prints for one in read if not isinstance(one, str)]
    return frozenset(one.digest for each in prints for one in each)
