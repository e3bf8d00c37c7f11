"""The students' pages as the zips by which Moodle and Canvas give feedback files back."""

import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from grader.errors import GraderError
from grader.gradebooks.filling import Filled, FillingRules, GradesDoNotFit, Misfit, named
from grader.gradebooks.plain_zip import write_zip
from grader.gradebooks.row_matching import RowIdentity, match_rows
from grader.gradebooks.student_grades import PointsInColumn
from grader.records import Status
from grader.text import counted

Page = Callable[[str], bytes]

_PAGE = "report.html"
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f/\\:*?"<>|_]+')
_OF_CANVAS = re.compile(r"(?P<before>(?P<name>.+?)(_LATE)?_(?P<user>\d+)_(?P<file>\d+))_.+")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page goes, and whose place it is."""

    whose: RowIdentity
    path: str


def moodle_zip(
    rows: Iterable[RowIdentity],
    students: Sequence[PointsInColumn],
    page: Page,
    *,
    rules: FillingRules,
    at: str,
) -> Filled:
    """Feedback files for an assignment of Moodle; it knows the students by its worksheet's numbers.

    Args:
        rows: those of the grading worksheet.
        page: of a submission; asked for if it has a grade or is to blame for having none.
        at: the worksheet's name.

    Raises:
        GradesDoNotFit: a student has no row.
    """
    places = [_Place(row, f"{_moodle_folder(row)}/{_PAGE}") for row in rows]
    return _zipped(places, students, page, system="moodle", rules=rules, at=at)


def canvas_zip(
    downloaded: BinaryIO,
    students: Sequence[PointsInColumn],
    page: Page,
    *,
    rules: FillingRules,
    at: str,
) -> Filled:
    """Files for «Upload Submissions» of Canvas: it knows a student by a file's name as downloaded.

    Args:
        downloaded: what «Download Submissions» gave, of which only the names are read.
        page: of a submission; asked for if it has a grade or is to blame for having none.
        at: its name.

    Raises:
        GradesDoNotFit: a student has no file in it.
        GraderError: it is no such zip.
    """
    found = [match for name in _names(downloaded, at) if (match := _OF_CANVAS.fullmatch(name))]
    first = {match["user"]: match for match in reversed(found)}
    if not first:
        fix = "Take what Download Submissions gave, as it came."
        raise GraderError("holds no file that is named as Canvas names them", at=at, fix=fix)
    places = [
        _Place(
            RowIdentity(row=row, system_id=user, username=match["name"]),
            f"{match['before']}_{_PAGE}",
        )
        for row, (user, match) in enumerate(sorted(first.items()))
    ]
    return _zipped(places, students, page, system="canvas", rules=rules, at=at)


def _zipped(
    places: Sequence[_Place],
    students: Sequence[PointsInColumn],
    page: Page,
    *,
    system: str,
    rules: FillingRules,
    at: str,
) -> Filled:
    matches = match_rows(students, [place.whose for place in places], system=system)
    misfits = [Misfit(says, "Say with --roster who is who.") for says in matches.problems]
    if matches.missing and not rules.allow_missing:
        fix = "Say with --roster who is who, or leave these out with --allow-missing."
        n_missing = counted(len(matches.missing), "student")
        misfits.append(Misfit(f"{n_missing} without a place: {named(matches.missing)}", fix))
    if misfits:
        raise GradesDoNotFit(misfits, at=at)
    paths = {place.whose.row: place.path for place in places}
    chosen = {paths[row]: students[place] for place, row in matches.rows.items()}
    has_page = {path: s.submission for path, s in chosen.items() if s.why_none != Status.UNGRADED}
    notes = [f"{counted(len(has_page), 'page')}."]
    left = [s.name for s in chosen.values() if s.why_none == Status.UNGRADED]
    if left:
        notes.append(f"Without a page, since they have no grade: {named(left)}.")
    if matches.by_name:
        notes.append(f"Matched by the name alone: {named(matches.by_name)}. Look at these.")
    if matches.missing:
        notes.append(f"Left out: {named(matches.missing)}.")
    return Filled(
        write=lambda file: write_zip(file, has_page, lambda path: page(has_page[path])),
        notes=tuple(notes),
    )


def _moodle_folder(row: RowIdentity) -> str:
    """As in a download: Moodle splits at underscores and reads the number."""
    name = " ".join(_NOT_IN_NAMES.sub(" ", row.name).split()) or "Participant"
    return f"{name}_{row.system_id}_assignsubmission_file_"


def _names(downloaded: BinaryIO, at: str) -> list[str]:
    try:
        with zipfile.ZipFile(downloaded) as archive:
            return sorted(name.rpartition("/")[2] for name in archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise GraderError("is no zip", at=at, fix="Take it as Canvas gave it.") from error
