"""A regrade beside the results: graded in a copy, looked at, then applied, and undone if need be.

RESULTS/regrade/            a copy of the results in which what is touched was graded again
RESULTS/regrade/base        what the results were when it was made, and that it is whole
RESULTS/regrades.jsonl      what was applied and undone; lines are only added

Applying keeps new versions, undoing keeps the earlier ones once more as the newest: no version is
lost by either.
"""

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import msgspec

from grader.batch.applied_policy import apply_policy, policy_that_holds
from grader.batch.results import Results
from grader.durable_files import append_lines, whole_lines, write_whole
from grader.errors import CourseError, GraderError
from grader.policies.policy import Policy
from grader.records import GradingRun

_REGRADE, _BASE, _DONE = "regrade", "base", "done"
_OWN = {_REGRADE, "regrades.jsonl"}


class RegradeApplied(msgspec.Struct, frozen=True, kw_only=True, tag="applied", tag_field="entry"):
    """New versions took the place of earlier ones."""

    by: str
    at: datetime
    reason: str
    versions: dict[str, int]  # how many each changed submission had before
    policy: Policy  # that held before
    run: GradingRun  # the last one before


class RegradeUndone(msgspec.Struct, frozen=True, kw_only=True, tag="undone", tag_field="entry"):
    """The last regrade that held holds no longer."""

    by: str
    at: datetime
    reason: str


RegradeEntry = RegradeApplied | RegradeUndone


def begin_trial(results: Results, submissions: Path) -> Results:
    """The copy in which to grade; one that was begun on the same results goes on.

    Args:
        submissions: the folder that is graded, wherever it was before.

    Raises:
        CourseError: the results are those of no class.
    """
    run = last_run(results)
    trial, base = results.folder / _REGRADE, _digest(results)
    _done_mark(results).unlink(missing_ok=True)
    if _text(trial / _BASE) != base:
        shutil.rmtree(trial, ignore_errors=True)
        _copy(results.folder, trial)
        write_whole(trial / _BASE, base.encode())
    copy = Results(trial)
    if (begun := copy.last_run()) is not None and begun.folder != str(submissions.resolve()):
        copy.end_run(replace(run, folder=str(submissions.resolve())))
    return copy


def end_trial(results: Results) -> None:
    """Say that the copy is whole, so that it can be applied."""
    write_whole(_done_mark(results), b"")


def finished_trial(results: Results) -> Results:
    """The copy that waits to be applied.

    Raises:
        GraderError: there is none, or the results have changed since it was made.
    """
    again = f"Run `grader regrade {results.folder}` and look at what would change."
    if not _done_mark(results).exists():
        raise GraderError("no regrade waits to be applied", at=str(results.folder), fix=again)
    if _text(results.folder / _REGRADE / _BASE) != _digest(results):
        raise GraderError(
            "the results have changed since they were graded again",
            at=str(results.folder),
            fix=again,
        )
    return Results(results.folder / _REGRADE)


def changes_anything(results: Results) -> bool:
    """Whether applying the copy would keep anything that is not there.

    Raises:
        GraderError: no copy is whole, or the results have changed since.
    """
    trial = finished_trial(results)
    same_policy = policy_that_holds(trial) == policy_that_holds(results)
    same_names = last_run(trial).submissions == last_run(results).submissions
    old, new = results.newest(), trial.newest()
    same = len(old) == len(new) and all(old.get(name) == report for name, report in new.items())
    return not (same_policy and same_names and same)


def apply_trial(results: Results, *, reason: str, by: str, at: datetime) -> tuple[str, ...]:
    """Let the copy's results count; the submissions that have another version now.

    Raises:
        GraderError: no copy is whole, or the results have changed since.
    """
    trial, before = finished_trial(results), last_run(results)
    old, new = results.newest(), trial.newest()
    changed = sorted(name for name, report in new.items() if report != old.get(name))
    entry = RegradeApplied(
        by=by,
        at=at,
        reason=reason,
        versions={name: len(results.versions(name)) for name in changed},
        policy=policy_that_holds(results),
        run=before,
    )
    append_lines(_list(results), [msgspec.json.encode(entry).decode()])
    run = last_run(trial)
    results.begin_run(run)
    for name in changed:
        version = trial.versions(name)[-1]
        results.keep(version.report, version.for_student, at=version.made_at)
    apply_policy(results, policy_that_holds(trial), reason=reason, by=by, at=at)
    results.end_run(run)
    shutil.rmtree(trial.folder, ignore_errors=True)
    return tuple(changed)


def undo_regrade(
    results: Results, *, reason: str, by: str, at: datetime
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Let the versions before the last regrade count again.

    Returns:
        The submissions that changed, and those that were graded since and stay as they are.

    Raises:
        GraderError: no regrade holds.
    """
    applied = applied_regrades(results)
    if not applied:
        raise GraderError("no regrade was applied that could be undone", at=str(results.folder))
    last = applied[-1]
    results.begin_run(last.run)
    changed, left = [], []
    for name, n_before in last.versions.items():
        versions = results.versions(name)
        if not n_before:
            continue  # new then: withdrawn by the run before
        if len(versions) != n_before + 1:
            left.append(name)
            continue
        version = versions[n_before - 1]
        results.keep(version.report, version.for_student, at=at)
        changed.append(name)
    apply_policy(results, last.policy, reason=reason, by=by, at=at)
    results.end_run(last.run)
    entry = RegradeUndone(by=by, at=at, reason=reason)
    append_lines(_list(results), [msgspec.json.encode(entry).decode()])
    return tuple(changed), tuple(left)


def applied_regrades(results: Results) -> Sequence[RegradeApplied]:
    """Those that hold, oldest first."""
    held: list[RegradeApplied] = []
    for line in whole_lines(_list(results)):
        entry = msgspec.json.decode(line, type=RegradeEntry)
        if isinstance(entry, RegradeApplied):
            held.append(entry)
        else:
            held.pop()
    return held


def last_run(results: Results) -> GradingRun:
    """What is known of the last run.

    Raises:
        CourseError: the folder holds no results of a class.
    """
    if (run := results.last_run()) is None:
        raise CourseError(
            "holds no results of a class",
            at=str(results.folder),
            fix="Name the folder that `grader batch SUBMISSIONS -o RESULTS` has written.",
        )
    return run


def _copy(folder: Path, trial: Path) -> None:
    """Copy the results with their times. A report is never written to, so a second name will do."""
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if relative.parts[0] in _OWN or not path.is_file():
            continue
        target = trial / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            if path.suffix != ".json":
                raise OSError
            os.link(path, target)
        except OSError:
            shutil.copy2(path, target)


def _digest(results: Results) -> str:
    """Of all that counts: reports, decisions and the run."""
    digest = hashlib.sha256()
    for report in results.newest().values():
        digest.update(msgspec.json.encode(report))
    digest.update(msgspec.json.encode([list(results.entries()), results.last_run()]))
    return digest.hexdigest()


def _text(path: Path) -> str:
    return path.read_text() if path.is_file() else ""


def _done_mark(results: Results) -> Path:
    return results.folder / _REGRADE / _DONE


def _list(results: Results) -> Path:
    return results.folder / "regrades.jsonl"
