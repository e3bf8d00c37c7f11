"""Results folders of parts of a class become one, with all that is in them.

The new folder is filled beside its name and takes the name when it is whole, and the folders that
it is made of stay as they are. So a merge that is killed is done by doing it again.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import msgspec

from grader.batch.grade_decisions import TakenBack, entry_from_line
from grader.batch.results import Results
from grader.batch.shared_results import SharedResults
from grader.decision_list import to_line
from grader.durable_files import make_folder
from grader.errors import CourseError, GraderFault, NoSuchPath
from grader.records import GradingRun, ReportVersion

_SECRET = "the secret that hidden inputs are drawn from"  # noqa: S105 - words of a sentence
_COMPARED = {
    "assignment": "the assignment",
    "assignment_digest": "what is in the folder of the assignment",
    "secret_of_course": "where the secret comes from",
    "versions": "the version of the grader or of what computes",
}


def merge_here(folder: Path) -> SharedResults:
    """Make run.json and grades.csv anew of the reports that shards have left in one folder.

    Raises:
        NoSuchPath: the folder holds no results.
        GraderFault: it cannot be written.
    """
    results = SharedResults(folder)
    results.end_run(_run_of(results))
    return results


def merge_into(target: Path, folders: Sequence[Path]) -> SharedResults:
    """Make a new results folder of several, which stay as they are.

    What is kept twice is there once. Of two reports on one submission the newer one counts, and
    the other is an earlier version of it.

    Raises:
        NoSuchPath: a folder holds no results.
        CourseError: they are not of one class, or the new folder is there already.
        GraderFault: the new folder cannot be written.
    """
    sources = [Results(folder) for folder in folders]
    runs = [_run_of(source) for source in sources]
    for source, run in zip(sources[1:], runs[1:], strict=True):
        _assert_same_grading((sources[0], runs[0]), (source, run))
    if target.exists() and any(target.iterdir()):
        raise CourseError(
            "is there already, and several folders are joined in a new one",
            at=str(target),
            fix="Name another folder with -o, or delete this one.",
        )
    making = target.with_name(f".{target.name}.merging")
    shutil.rmtree(making, ignore_errors=True)  # what a merge that was killed has left
    make_folder(making)
    run = _joined(runs)
    _fill(SharedResults(making), sources, run)
    _take_name(making, target)
    return SharedResults(target)


def _run_of(results: Results) -> GradingRun:
    if (run := results.last_run()) is None:
        raise NoSuchPath(
            "holds no results of a class",
            at=str(results.folder),
            fix="Name the folder that `grader batch SUBMISSIONS -o RESULTS` has written.",
        )
    return run


def _assert_same_grading(
    first: tuple[Results, GradingRun], other: tuple[Results, GradingRun]
) -> None:
    """Their grades can stand in one gradebook: they are those that one run would have given."""
    differ = [w for n, w in _COMPARED.items() if getattr(first[1], n) != getattr(other[1], n)]
    if not differ and not first[1].secret_of_course and first[0].secret() != other[0].secret():
        differ = [_SECRET]
    if differ:
        raise CourseError(
            f"{differ[0]} is not the same as in {first[0].folder}, so the grades of the two do "
            "not compare",
            at=str(other[0].folder),
            fix="Grade again, everywhere with the same assignment, the same course.yaml with a "
            "secret and the same versions, each into the folder that it has.",
        )


def _joined(runs: Sequence[GradingRun]) -> GradingRun:
    """A run on all submissions of several."""
    folders = {run.folder for run in runs}
    return replace(
        runs[0],
        submissions=tuple(sorted({name for run in runs for name in run.submissions})),
        folder=folders.pop() if len(folders) == 1 else "",
        missing=tuple(p for p in runs[0].missing if all(p in run.missing for run in runs)),
        people={name: people for run in runs for name, people in run.people.items()},
    )


def _fill(merged: SharedResults, sources: Sequence[Results], run: GradingRun) -> None:
    if not run.secret_of_course:
        merged.take_secret(sources[0].secret())
    for name in run.submissions:
        for version in _versions(name, sources):
            merged.keep(version.report, version.for_student, at=version.made_at)
    merged.add(_decisions([list(source.entries()) for source in sources]))
    merged.end_run(run)


def _versions(name: str, sources: Sequence[Results]) -> Iterator[ReportVersion]:
    """All versions of a report, oldest first."""
    found = [version for source in sources for version in source.versions(name)]
    before: ReportVersion | None = None
    for version in sorted(found, key=lambda version: version.made_at):
        if version != before:
            yield version
        before = version


def _decisions(lists: Sequence[list[str]]) -> list[str]:
    """All decisions, each list after the one before; what all begin with is there once.

    A decision is known by its place, so what takes one back names its new place.
    """
    begins = takewhile(lambda lines: len(set(lines)) == 1, zip(*lists, strict=False))
    common = [line for line, *_ in begins]
    joined = list(common)
    for lines in lists:
        moved = len(joined) - len(common)
        for entry in map(entry_from_line, lines[len(common) :]):
            if isinstance(entry, TakenBack) and entry.number > len(common):
                entry = msgspec.structs.replace(entry, number=entry.number + moved)
            joined.append(to_line(entry))
    return joined


def _take_name(making: Path, target: Path) -> None:
    try:
        if target.exists():
            target.rmdir()  # it is empty
        os.replace(making, target)
    except OSError as error:
        raise GraderFault(
            f"cannot be made ({error.strerror}); the folders that were named are as they were",
            at=str(target),
            fix="Change the rights or name another folder with -o.",
        ) from error
