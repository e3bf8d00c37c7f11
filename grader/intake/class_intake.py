"""A class as it was downloaded: who handed in what, matched with the roster, ready to be read.

Nothing is dropped: what nobody on the roster is found for keeps the name that it has in the
download, and is graded under it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path

from grader.errors import SubmissionError
from grader.intake.download import Download, opened_download
from grader.intake.handed_files import AttemptFiles, attempt_files, read_attempt
from grader.intake.layouts.contract import HandIn, LayoutSettings
from grader.intake.layouts.known import layout_named, recognized, top_of
from grader.intake.layouts.plain import Plain, is_of_a_course
from grader.intake.reading import entries, read
from grader.intake.roster import Roster
from grader.intake.source_files import MAX_NAME_SHOWN
from grader.intake.students import AttemptsOf, attempts_by_student
from grader.records import Person, Submission
from grader.text import clean_line

_NO_ROSTER = Roster()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassAttempt:
    """One attempt of a student or group. Reading it may raise `SubmissionError`."""

    read: Callable[[], Submission]
    shown: str  # the name of its file or folder, as it is
    handed_in_at: datetime | None = None
    marked_late: bool = False
    n_taken: int | None = None  # files; None: not looked at
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassEntry:
    """A student or a group, with all attempts, the oldest first; the last one counts."""

    name: str  # of the submission
    attempts: tuple[ClassAttempt, ...]
    people: tuple[Person, ...] = ()
    matched_by: tuple[str, ...] = ()  # of each that is on the roster, by what
    is_matched: bool = True  # everybody is on the roster, if there is one

    @property
    def newest(self) -> ClassAttempt:
        return self.attempts[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassIntake:
    """All that was downloaded."""

    source: Path
    layout: str
    title: str  # what the layout is called, with its article
    entries: tuple[ClassEntry, ...]
    roster: Roster | None = None
    missing: tuple[Person, ...] = ()  # on the roster, and nothing of theirs is there
    left_out: tuple[str, ...] = ()  # what is no student's
    notes: tuple[str, ...] = ()

    @property
    def people(self) -> dict[str, tuple[Person, ...]]:
        """Who is behind each submission, where anybody is known."""
        return {entry.name: entry.people for entry in self.entries if entry.people}


@contextmanager
def opened_class(
    source: Path,
    *,
    layout: str = "",
    roster: Roster | None = None,
    zone: tzinfo | None = None,
    as_packages: bool = False,
) -> Iterator[ClassIntake]:
    """What lies at a path, as long as something of it is read.

    Args:
        source: a folder, or a zip as it was downloaded.
        layout: the name of one; by default it is recognized. After a colon, which assignment.
        roster: who is in the course.
        zone: of times that the download gives without one; None is that of this machine.
        as_packages: see `as_package` of `grader.intake.reading.read`.

    Raises:
        NoSuchSubmission: there is nothing at the path.
        SubmissionError: it holds no submissions, or can be of two layouts.
        CourseError: there is no such layout.
    """
    name, _, assignment = layout.partition(":")
    with opened_download(source) as download:
        if name:
            chosen = layout_named(name, zone)
            top = top_of(download, chosen)
        else:
            chosen, top = recognized(download, zone)
        known = roster or _NO_ROSTER
        if isinstance(chosen, Plain) and source.is_dir():
            yield _plain(source, chosen, roster, as_packages=as_packages)
            return
        settings = LayoutSettings(assignment=assignment, logins=known.logins)
        found = chosen.read(download, top, settings)
        if not found.hand_ins:
            raise SubmissionError(
                f"{chosen.title} holds no submissions" if name else "it holds no submissions",
                at=clean_line(str(source), 4096),
                fix="Name the folder or zip with the submissions.",
            )
        students, odd = attempts_by_student(found.hand_ins, known)
        yield ClassIntake(
            source=source,
            layout=chosen.name,
            title=chosen.title,
            entries=tuple(
                _entry(download, student, as_packages=as_packages) for student in students
            ),
            roster=roster,
            missing=known.missing({match.row for one in students for match in one.matches}),
            left_out=tuple(clean_line(one, MAX_NAME_SHOWN) for one in found.left_out),
            notes=(*known.notes, *download.notes, *found.notes, *odd),
        )


def _plain(source: Path, chosen: Plain, roster: Roster | None, *, as_packages: bool) -> ClassIntake:
    """A plain folder: names are those of its entries, whoever is on the roster."""
    known = roster or _NO_ROSTER
    made, rows = [], set()
    found = entries(source)
    of_course = [name for name, path in found.items() if is_of_a_course(path.name)]
    for name, path in found.items():
        if name in of_course:
            continue
        match = known.find(Person(name=name, username=name))
        if match:
            rows.add(match.row)
        made.append(
            ClassEntry(
                name=name,
                attempts=(
                    ClassAttempt(
                        read=partial(read, path, name, as_package=as_packages), shown=path.name
                    ),
                ),
                people=(match.person,) if match else (),
                matched_by=(match.by,) if match else (),
                is_matched=match is not None,
            )
        )
    return ClassIntake(
        source=source,
        layout=chosen.name,
        title=chosen.title,
        entries=tuple(made),
        roster=roster,
        missing=known.missing(rows),
        left_out=tuple(clean_line(found[name].name, MAX_NAME_SHOWN) for name in of_course),
        notes=known.notes,
    )


def _entry(download: Download, student: AttemptsOf, *, as_packages: bool) -> ClassEntry:
    return ClassEntry(
        name=student.name,
        attempts=tuple(
            _attempt(download, one, student.name, as_package=as_packages)
            for one in student.attempts
        ),
        people=student.people,
        matched_by=tuple(match.by for match in student.matches),
        is_matched=student.is_matched,
    )


def _attempt(download: Download, hand_in: HandIn, name: str, *, as_package: bool) -> ClassAttempt:
    try:
        files = attempt_files(download, hand_in)
    except OSError:  # reading it says so
        files = AttemptFiles(taken=(), left_out=(), notes=())
    return ClassAttempt(
        read=partial(read_attempt, download, hand_in, name, as_package=as_package),
        shown=hand_in.files[0].item.name if hand_in.files else name,
        handed_in_at=hand_in.handed_in_at,
        marked_late=hand_in.marked_late,
        n_taken=len(files.taken),
        left_out=files.left_out,
        notes=files.notes,
    )
