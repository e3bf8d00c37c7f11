"""nbgrader's tree: submitted/<student>/<assignment>/, with a timestamp.txt if it was collected.

It may be named by the course's folder, by `submitted`, or as a zip of one of them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC
from pathlib import PurePosixPath

from grader.errors import SubmissionError
from grader.intake.download import Download, DownloadItem
from grader.intake.layouts.contract import (
    HandedFile,
    HandIn,
    LayoutReading,
    LayoutSettings,
    unlike,
)
from grader.intake.layouts.small_files import first_lines
from grader.intake.layouts.times import in_zone, stamped
from grader.intake.source_files import MAX_NAME_SHOWN
from grader.records import Person
from grader.text import clean_line

_SUBMITTED = "submitted"
_STAMP = "timestamp.txt"


class Nbgrader:
    """The layout."""

    name = "nbgrader"
    title = "nbgrader's folder of submissions"

    def claimed(self, download: Download, top: PurePosixPath) -> Collection[DownloadItem]:
        items = download.listed(top)
        if _submitted(download, top) != top:
            return items  # of the course's folder all else is nbgrader's own
        is_submitted = (top.name or download.name) == _SUBMITTED
        return [
            item
            for item in items
            if item.is_folder and _is_student(download, item, named=is_submitted)
        ]

    def read(
        self, download: Download, top: PurePosixPath, settings: LayoutSettings
    ) -> LayoutReading:
        found: dict[str, list[tuple[str, DownloadItem]]] = defaultdict(list)
        others = []
        for student in download.listed(_submitted(download, top)):
            folders = [one for one in download.listed(student.path) if one.is_folder]
            if not student.is_folder or not folders:
                others.append(student)
                continue
            for folder in folders:
                found[folder.name].append((student.name, folder))
        chosen = _chosen(found, settings.assignment, download.name)
        odd, left_out = unlike(others)
        hand_ins = [self._hand_in(download, student, folder) for student, folder in found[chosen]]
        return LayoutReading(
            hand_ins=(*hand_ins, *odd),
            left_out=tuple(left_out),
            notes=tuple(_without_times(download, hand_ins)),
        )

    def _hand_in(self, download: Download, student: str, folder: DownloadItem) -> HandIn:
        stamps = [item for item in download.listed(folder.path) if item.name == _STAMP]
        line = next(iter(first_lines(download, stamps[0])), "") if stamps else ""
        return HandIn(
            key=student,
            name=student,
            people=(Person(username=student, ids={"nbgrader": student}),),
            files=(HandedFile(item=folder, called=PurePosixPath()),),
            handed_in_at=stamped(line, in_zone(UTC)),  # as nbgrader takes a bare one,
        )


def _without_times(download: Download, hand_ins: Sequence[HandIn]) -> Iterator[str]:
    """Of a class that was collected with stamps: without its own, a late one seems punctual."""
    without = sum(one.handed_in_at is None for one in hand_ins)
    folders = (one.files[0].item.path for one in hand_ins)
    stamps = (DownloadItem(folder / _STAMP, is_folder=False) for folder in folders)
    if without and any(stamp in download.listed(stamp.path.parent) for stamp in stamps):
        yield (
            f"{without} of {len(hand_ins)} have no {_STAMP} with a time in it, so when these were"
            " handed in is not known."
        )


def _submitted(download: Download, top: PurePosixPath) -> PurePosixPath:
    """The folder of students: `submitted` of a course's folder, or the folder itself."""
    inner = DownloadItem(top / _SUBMITTED, is_folder=True)
    students = download.listed(inner.path) if inner in download.listed(top) else ()
    return inner.path if any(_is_student(download, one, named=True) for one in students) else top


def _is_student(download: Download, item: DownloadItem, *, named: bool) -> bool:
    """Whether a folder holds folders of assignments; outside of `submitted`, stamped ones."""
    inner = download.listed(item.path)
    if not inner or not all(one.is_folder for one in inner):
        return False
    return named or any(
        DownloadItem(one.path / _STAMP, is_folder=False) in download.listed(one.path)
        for one in inner
    )


def _chosen(found: Mapping[str, object], named: str, at: str) -> str:
    if named in found:
        return named
    if len(found) == 1 and not named:
        return next(iter(found))
    names = sorted(clean_line(name, MAX_NAME_SHOWN) for name in found)
    if not names:
        raise SubmissionError(
            "it has no folders of students with their assignments in them",
            at=at,
            fix="Name the folder of the course, or its folder `submitted`.",
        )
    held = ", ".join(names[:5])
    raise SubmissionError(
        f"which assignment is meant? nbgrader's folder has {held}",
        at=at,
        fix=f"Name one of them, e.g. `--layout nbgrader:{names[0]}`.",
    )
