"""The results folder of a batch: what lies where, and how it is written so that it survives.

grades.csv                    one row a submission
run.json                      versions, digest of the assignment, isolation reached
reports/<name>.json           for the student; the report that counts
reports/<name>.html           the same as a page; none while it would be that of another report
staff/<name>.json             the same with what only staff may see
earlier/reports/<name>/       the versions before it, numbered, with the time when each was made
earlier/staff/<name>/         the same for staff
grade-decisions.jsonl         what people decided about grades; lines are only added
withdrawn/                    reports of what is no longer handed in, until it is again
course-secret                 made on first use when the course has none

An earlier version is copied to its place before the next one takes the name, so at every moment
there is one whole report that counts, and none of those before it is gone.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from grader.batch.class_grades import grades_csv, grades_kept
from grader.batch.kept_reports import KeptReports
from grader.course_secret import kept_secret
from grader.durable_files import (
    alone_in,
    append_lines,
    make_folder,
    move,
    time_of,
    whole_lines,
    write_whole,
)
from grader.errors import CourseError, GraderError
from grader.records import (
    GradingRun,
    Report,
    ReportVersion,
    is_new_version,
    report_from_json,
    run_from_json,
    to_json,
)

_NAME_BYTES = 200
_TIME = "%Y%m%dT%H%M%S.%fZ"


class Results:
    """The files of one results folder: a keeper of reports, as `batch.keeper` asks for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.grades = folder / "grades.csv"
        self._run = folder / "run.json"
        self._secret = folder / "course-secret"
        self._decisions = folder / "grade-decisions.jsonl"
        self._reports = folder / "reports"
        self._staff = folder / "staff"
        self._earlier = folder / "earlier"
        self._withdrawn = folder / "withdrawn"

    def secret(self) -> str:
        make_folder(self.folder)
        return kept_secret(self._secret)

    def has_secret(self) -> bool:
        """Whether one was made already."""
        return self._secret.is_file()

    def newest(self) -> Mapping[str, Report]:
        """The reports that are there and whole. A broken one counts as missing."""
        return self._kept(_report)

    def newest_for_staff(self) -> Mapping[str, Report]:
        """The same reports, with what only staff may see."""
        return self._kept(self._for_staff)

    def keep(self, report: Report, for_student: Report, *, at: datetime) -> None:
        name = _file_name(report.submission)
        for folder in (self._staff, self._reports):
            make_folder(folder)
        if is_new_version(_report(self._reports / name), for_student):
            self._set_aside(name)
        self.page_of(report.submission).unlink(missing_ok=True)  # it shows the one before
        write_whole(self._staff / name, to_json(report), at=at)
        write_whole(self._reports / name, to_json(for_student), at=at)

    def page_of(self, submission: str) -> Path:
        """Where the page of the report that counts lies, or will."""
        return (self._reports / _file_name(submission)).with_suffix(".html")

    def write_page(self, submission: str, page: bytes) -> Path:
        """Write the page of the report that counts.

        Raises:
            GraderFault: it cannot be written.
        """
        path = self.page_of(submission)
        if not path.exists() or path.read_bytes() != page:
            write_whole(path, page)
        return path

    def versions(self, submission: str) -> tuple[ReportVersion, ...]:
        return tuple(self._versions(_file_name(submission)))

    def entries(self) -> Sequence[str]:
        return whole_lines(self._decisions)

    def add(self, entries: Sequence[str]) -> None:
        with alone_in(self.folder):
            append_lines(self._decisions, entries)
            if (run := self.last_run()) is not None:
                self._write_grades(run)

    def _kept(self, read: Callable[[Path], Report | None]) -> Mapping[str, Report]:
        return KeptReports(self._reports, read=read, file_name=_file_name, name_in=_name_in)

    def _for_staff(self, path: Path) -> Report | None:
        """The twin of a report; without one, the report itself."""
        return (_report(self._staff / path.name) if path.exists() else None) or _report(path)

    def begin_run(self, run: GradingRun) -> None:
        with alone_in(self.folder):
            self._begin(run)

    def _begin(self, run: GradingRun) -> None:
        present = {_file_name(name) for name in run.submissions}
        for kind in (self._staff, self._reports):  # the one that counts goes last
            aside = self._withdrawn / kind.name
            for path in [path for path in kind.glob("*.json") if path.name not in present]:
                move(path, aside / path.name)
                path.with_suffix(".html").unlink(missing_ok=True)
            for path in [path for path in aside.glob("*.json") if path.name in present]:
                move(path, kind / path.name)
        write_whole(self._run, to_json(run))

    def end_run(self, run: GradingRun) -> None:
        with alone_in(self.folder):
            self._end(run)

    def _end(self, run: GradingRun) -> None:
        self._write_grades(run)
        write_whole(self._run, to_json(run))

    def last_run(self) -> GradingRun | None:
        try:
            return run_from_json(self._run.read_bytes())
        except (OSError, msgspec.DecodeError):
            return None

    def _write_grades(self, run: GradingRun) -> None:
        """Make the gradebook. A run of version 0.1.0 does not say which submissions it had."""
        newest = self.newest()
        stages = run.stages or dict.fromkeys(s.stage for r in newest.values() for s in r.stages)
        known = any(name in newest for name in run.submissions)
        grades = grades_kept(self, run=run, names=sorted(run.submissions) if known else None)
        write_whole(self.grades, grades_csv(grades, stages, may_be_decided=grades.has_decisions))

    def _set_aside(self, name: str) -> None:
        """Copy the report that counts, and its twin for staff, among the earlier ones.

        Students' copy comes last: if it is there, a crash came later, and all is done.
        """
        current = self._reports / name
        made_at = time_of(current)
        earlier = self._earlier_files(name)
        if earlier and _is_copy(earlier[-1], current):
            return
        copy = f"{len(earlier) + 1:04}-{made_at.strftime(_TIME)}.json"
        for kind in (self._staff, self._reports):
            folder = self._earlier / kind.name / Path(name).stem
            make_folder(folder)
            if (kind / name).exists():
                write_whole(folder / copy, (kind / name).read_bytes(), at=made_at)

    def _earlier_files(self, name: str) -> list[Path]:
        folder = self._earlier / self._reports.name / Path(name).stem
        found = folder.glob("*-*.json") if folder.is_dir() else ()
        return sorted(found, key=lambda path: int(path.name.partition("-")[0]))

    def _versions(self, name: str) -> Iterator[ReportVersion]:
        current = self._reports / name
        before = self._earlier_files(name)
        if before and current.exists() and _is_copy(before[-1], current):
            before.pop()  # a run was stopped before the next version was there
        staff = self._earlier / self._staff.name / Path(name).stem
        files = [(path, staff / path.name, _time_in(path)) for path in before]
        if current.exists():
            files.append((current, self._staff / name, time_of(current)))
        for path, twin, made_at in files:
            if (report := _report(path)) is not None:
                yield ReportVersion(
                    report=_report(twin) or report, for_student=report, made_at=made_at
                )


def assert_apart(results: Path, submissions: Path) -> None:
    """The results lie outside the folder of submissions, or reports would be handed in.

    Raises:
        CourseError: they lie in it.
    """
    if results.resolve().is_relative_to(submissions.resolve()):
        raise CourseError(
            f"the results would lie among the submissions of {submissions}",
            at=str(results),
            fix="Name a folder outside it with -o.",
        )


def report_in(path: Path) -> Report:
    """The report in a file.

    Raises:
        GraderError: the file holds none.
    """
    try:
        return report_from_json(path.read_bytes())
    except msgspec.DecodeError as error:
        raise GraderError(
            f"is no report: {error}",
            at=str(path),
            fix="Name a results folder, a file of its reports/, or what `grader check --json` "
            "printed.",
        ) from error


def _report(path: Path) -> Report | None:
    """The report in a file, if there is a whole one."""
    try:
        return report_from_json(path.read_bytes())
    except (msgspec.DecodeError, OSError):
        return None


def _is_copy(earlier: Path, current: Path) -> bool:
    same_time = _time_in(earlier) == time_of(current)
    return same_time and earlier.read_bytes() == current.read_bytes()


def _time_in(path: Path) -> datetime:
    """When an earlier version was made, from its file's name."""
    return datetime.strptime(path.stem.partition("-")[2], _TIME).replace(tzinfo=UTC)


def _file_name(submission: str) -> str:
    """A report's file name; a long one is cut, because file systems take 255 bytes at the most."""
    name = submission.encode()
    if len(name) <= _NAME_BYTES and name.strip(b"."):  # dots alone would name another folder
        return f"{submission}.json"
    digest = hashlib.sha256(name).hexdigest()[:16]
    return f"{name[: _NAME_BYTES - 17].decode(errors='ignore')}-{digest}.json"


def _name_in(file: str) -> str | None:
    """The submission of a report's file, where the name was not cut: see `_file_name`."""
    name = file.removesuffix(".json")
    is_whole = not name.startswith(".") and len(os.fsencode(name)) < _NAME_BYTES - 3
    return name if is_whole else None
