"""The results folder of a batch: what lies where, and how it is written so that it survives.

grades.csv            one row a submission
run.json              versions, digest of the assignment, isolation reached
reports/<name>.json   for the student
staff/<name>.json     the same with what only staff may see
course-secret         made on first use when the course has none
"""

import contextlib
import csv
import hashlib
import io
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from grader.errors import GraderFault
from grader.records import Report, Status, report_from_json, to_json
from grader.text import table_cell

_NAME_BYTES = 200


class Results:
    """The files of one results folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.grades = folder / "grades.csv"
        self.run = folder / "run.json"
        self.secret = folder / "course-secret"
        self._reports = folder / "reports"
        self._staff = folder / "staff"

    def prepare(self) -> None:
        """Make the folders.

        Raises:
            GraderFault: they cannot be made.
        """
        for folder in (self._reports, self._staff):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise GraderFault(
                    f"cannot be made ({error.strerror})",
                    at=str(folder),
                    fix="Make room or change the rights, or name another folder.",
                ) from error

    def finished(self) -> dict[str, Report]:
        """The reports that are there and whole, by submission. A broken one counts as missing."""
        reports: dict[str, Report] = {}
        for path in sorted(self._reports.glob("*.json")):
            try:
                report = report_from_json(path.read_bytes())
            except (msgspec.DecodeError, OSError):
                continue
            reports[report.submission] = report
        return reports

    def write(self, report: Report, for_student: Report) -> None:
        """Keep a report: once this returns, a crash or a power cut does not lose it."""
        name = _file_name(report.submission)
        write_whole(self._staff / name, to_json(report))
        write_whole(self._reports / name, to_json(for_student))


def _file_name(submission: str) -> str:
    """A report's file name; a long one is cut, because file systems take 255 bytes at the most."""
    name = submission.encode()
    if len(name) <= _NAME_BYTES:
        return f"{submission}.json"
    digest = hashlib.sha256(name).hexdigest()[:16]
    return f"{name[: _NAME_BYTES - 17].decode(errors='ignore')}-{digest}.json"


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that at every moment it is the old one or the new one, never a part.

    Raises:
        GraderFault: it cannot be written, as on a full disk.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        with open(partial, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise GraderFault(
            f"cannot be written ({error.strerror}); every report before it is kept",
            at=str(path),
            fix="Make room or change the rights, and run the same command again.",
        ) from error


def grades_csv(reports: Iterable[Report], stages: Iterable[str]) -> bytes:
    """The gradebook, sorted by submission. A submission without a grade has empty points."""
    names = list(stages)
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["submission", "status", "points", "max_points", *names, "reason"])
    for report in sorted(reports, key=lambda report: report.submission):
        by_stage = {stage.stage: stage.points for stage in report.stages}
        graded = report.status == Status.GRADED
        points = [by_stage.get(name, "") if graded else "" for name in names]
        total = [report.points, report.max_points] if graded else ["", ""]
        cells = [table_cell(report.submission), report.status.value, *total, *points]
        rows.writerow([*cells, table_cell(report.reason)])
    return text.getvalue().encode()
