"""The report of a submission under a suite: a test is a check, a file of tests is a stage."""

import contextlib
import importlib
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from grader.errors import CourseError, GraderFault, SubmissionError
from grader.records import CheckResult, Isolation, Report, StageResult, Status, Submission, Verdict
from grader.report_key import grader_version
from grader.sandbox.contract import Code, Limits, Sandbox, StudentSession
from grader.settings import Assignment
from grader.suites.connection import SuiteConnection
from grader.suites.handed_package import modules_for, served
from grader.suites.outcomes import SuiteOutcome, TestOutcome
from grader.suites.pytest_run import run_apart
from grader.suites.shared_values import Files
from grader.suites.student_objects import StudentObject
from grader.suites.suite import Suite, as_assignment, stage_of
from grader.text import clean

_BRIDGE = "suite_bridge"
_BESIDE = tuple(
    f"suite_{name}" for name in ("changes", "operations", "randomness", "shared", "values")
)
_MOST_TEXT = 2000
_SLOW = ("numpy", "torch")
_COUNTED = ("passed", "failed", "error", "xpassed")  # a test that is skipped counts for nothing
_VERDICTS = {"passed": Verdict.PASSED, "xpassed": Verdict.PASSED, "failed": Verdict.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedSuite:
    """A suite with its tests, by file, as they are without a submission."""

    suite: Suite
    tests: Mapping[str, str]  # the claim of each

    @property
    def assignment(self) -> Assignment:
        """As the rest of the grader knows it."""
        points: dict[str, int] = {}
        for item, worth in self.items().items():
            points[_file(item)] = points.get(_file(item), 0) + worth
        return as_assignment(self.suite, points)

    def items(self) -> dict[str, int]:
        """What is worth points: a test, or all tests below an entry of the table."""
        return dict(self.suite.points) or dict.fromkeys(self.tests, 1)


def prepared(suite: Suite) -> GradedSuite:
    """Collect the tests without any submission; once, as long as the suite stays as it is.

    Raises:
        CourseError: they cannot be collected so, or the table of points names no test.
    """
    if (known := _PREPARED.get((suite.folder, suite.digest))) is not None:
        return known
    names = frozenset([*map(suite.module_of, suite.files), *suite.packages])
    with tempfile.TemporaryDirectory(prefix="grader-suite-") as scratch:
        outcome = run_apart(
            suite, names, lambda _: _Nobody(), scratch=Path(scratch), seconds=120, collect=True
        )
    if outcome.uncollected and not suite.points:
        file, why = next(iter(outcome.uncollected.items()))
        raise CourseError(
            f"cannot be collected without a submission: {why}",
            at=str(suite.folder / file),
            fix="Mend that, or say in suite.yaml under `points` what each test is worth.",
        )
    tests = {test.test: test.claim for test in outcome.tests}
    for entry in suite.points:
        if not outcome.uncollected and not any(_is_below(test, entry) for test in tests):
            raise CourseError(
                f"points: no test is {entry!r} or below it",
                at=str(suite.folder / "suite.yaml"),
                fix="Write the id of a test as pytest shows it, such as `test_a.py::test_b`.",
            )
    graded = GradedSuite(suite=suite, tests=tests)
    _PREPARED[suite.folder, suite.digest] = graded
    return graded


_PREPARED: dict[tuple[Path, str], GradedSuite] = {}


class _Nobody:
    """Where a submission will be: every name is something, and nothing can be asked of it."""

    def ask(self, op: str, **request: Any) -> Any:
        if op in ("iterate", "next", "length", "is instance", "is subclass"):
            raise GraderFault("tests are collected without a submission")
        if op == "repr":
            return "an object of the submission"
        return StudentObject(
            self, 0, name="nobody", is_class=False, is_iterator=False, leaves=frozenset()
        )

    def is_named(self, value: tuple[Any, ...], number: int) -> bool:
        return False

    def dropped(self, number: int) -> None:
        """Nothing is held."""

    def take_output(self) -> str:
        return ""

    def close(self) -> None:
        """There is nothing."""


def grade_by_suite(
    submissions: Iterable[Submission],
    graded: GradedSuite,
    *,
    sandbox: Sandbox,
    emit: Callable[[Report], None],
    key: Callable[[Submission], str],
) -> None:
    """Grade each submission and hand its report to `emit` at once.

    Raises:
        GraderFault: no process for student code can be made, or the suite ends its own.
    """
    _import_packages(graded.suite)
    for submission in submissions:
        begin = time.monotonic()
        report = Report(
            submission=submission.name,
            status=Status.GRADED,
            assignment=graded.suite.folder.name,
            key=key(submission),
            grader_version=grader_version(),
            submission_digest=submission.content_digest,
            handed_in_at=submission.handed_in_at,
            marked_late=submission.marked_late,
            notes=submission.notes,
        )
        try:
            stages = _stages(graded, _outcome(graded.suite, submission, sandbox))
            isolation = Isolation(level=sandbox.level, layers=sandbox.layers)
            report = replace(report, stages=stages, isolation=isolation)
        except SubmissionError as error:
            report = replace(report, status=Status.UNREADABLE, reason=str(error))
        emit(replace(report, seconds=time.monotonic() - begin))


def _outcome(suite: Suite, submission: Submission, sandbox: Sandbox) -> SuiteOutcome:
    modules = modules_for(suite, submission)
    names = served(suite, modules)
    code = Code(
        main=_BRIDGE,
        cells=((f"{_BRIDGE}.py", _text(_BRIDGE)),),
        modules=modules | {f"{name}.py": _text(name) for name in _BESIDE},
        stages=("serve",),
    )
    limits = Limits(**msgspec.structs.asdict(suite.limits))
    sandbox.prove()

    def opened() -> StudentSession:
        return sandbox.open(code, limits)

    def connect(temporary: Path) -> SuiteConnection:
        shared = Files(of_suite=suite.folder, writable=temporary)
        return SuiteConnection(opened, call_seconds=suite.limits.call_seconds, files=shared)

    with tempfile.TemporaryDirectory(prefix="grader-suite-") as scratch:
        seconds = suite.limits.submission_seconds
        return run_apart(suite, names, connect, scratch=Path(scratch), seconds=seconds)


def _import_packages(suite: Suite) -> None:
    """What takes seconds to import is imported before the runs are forked."""
    sources = (suite.folder.rglob("*.py")) if suite.folder.is_dir() else ()
    text = "\n".join(path.read_text("utf-8", errors="replace") for path in sources)
    for name in _SLOW:
        if re.search(rf"^\s*(?:import|from) {name}\b", text, re.MULTILINE):
            with contextlib.suppress(ImportError):
                importlib.import_module(name)


@cache
def _text(name: str) -> str:
    return files("grader.suites.child").joinpath(f"{name}.py").read_text(encoding="utf-8")


def _stages(graded: GradedSuite, outcome: SuiteOutcome) -> tuple[StageResult, ...]:
    ran = {one.test: one for one in outcome.tests}
    checks: dict[str, list[CheckResult]] = {}
    for item, worth in graded.items().items():
        tests = [one for test, one in ran.items() if _is_below(test, item)]
        why = outcome.uncollected.get(_file(item)) or outcome.ended or "It was not run."
        missing = TestOutcome(test=item, word="error", says=why)
        claim = graded.tests.get(item, "")
        checks.setdefault(_file(item), []).append(_check(item, worth, tests or [missing], claim))
    return tuple(
        StageResult(stage=stage_of(file), title=file, checks=tuple(checks[file]))
        for file in graded.suite.tests
        if file in checks
    )


def _check(item: str, worth: int, tests: list[TestOutcome], claim: str) -> CheckResult:
    """Of several tests below one item, all have to pass."""
    counted = [one for one in tests if one.word in _COUNTED]
    wrong = next((one for one in counted if one.word in ("failed", "error")), None)
    told = wrong or (counted or tests)[0]
    verdict = _VERDICTS.get(told.word, Verdict.CRASHED) if counted else Verdict.PASSED
    worth = worth if counted else 0
    name = f"{stage_of(_file(item))}.{item.partition('::')[2] or 'all'}"
    return CheckResult(
        check=name,
        stage=stage_of(_file(item)),
        claim=claim or told.claim or item.partition("::")[2] or item,
        verdict=verdict,
        points=worth if verdict == Verdict.PASSED else 0,
        max_points=worth,
        message=clean(told.says if counted else f"{told.word}: {told.says}", _MOST_TEXT),
        output=clean(told.printed, _MOST_TEXT) if wrong else "",
    )


def _file(item: str) -> str:
    return item.partition("::")[0]


def _is_below(test: str, item: str) -> bool:
    """Whether a test is an item of the table, or one of the tests that it stands for."""
    return test == item or (test.startswith(item) and test[len(item)] in ":[")
