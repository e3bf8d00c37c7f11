"""The pytest plugin: collects the checks once, then runs them on one submission after another."""

import re
import traceback
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from _pytest.runner import runtestprotocol

from grader.errors import (
    BadValue,
    CallFailed,
    CourseError,
    Crashed,
    GraderFault,
    Killed,
    NotImplementedYet,
    OutOfMemory,
    TimedOut,
)
from grader.harness.comparison import Mismatch, take_strain
from grader.harness.direct_checks import DirectCheck, direct_check, has_hooks
from grader.harness.markers import MARKERS, Check, assert_complete, read_check
from grader.harness.randomness import Generators
from grader.harness.shortcut_rules import assert_watchable
from grader.harness.student import Student, StudentProcess, inner_stages
from grader.records import CheckResult, Verdict
from grader.settings import Assignment

_VERDICTS: dict[type[CallFailed], Verdict] = {
    NotImplementedYet: Verdict.NOT_IMPLEMENTED,
    Crashed: Verdict.CRASHED,
    Killed: Verdict.CRASHED,
    TimedOut: Verdict.TIMED_OUT,
    OutOfMemory: Verdict.OUT_OF_MEMORY,
    BadValue: Verdict.FAILED,
}
_HIDDEN_FAILED = "This hidden check did not pass."
_OUR_FAULT = "This check could not be run. It is not your fault, and it does not count against you."
_MESSAGE_CHARACTERS = 3_000  # the sandbox keeps about 2,500 of what a submission raised
_NOTE_CHARACTERS = 20_000
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")

_PYTEST_FILES = str(files("_pytest"))  # where `pytest.fail` and `pytest.raises` raise

Work = Callable[["GradingPlugin"], None]


class Blocked(Exception):
    """A check that this one needs did not pass."""


class GradingPlugin:
    """Collects the checks of an assignment and runs them on submissions.

    pytest's own loop is replaced by `work`, which calls `run_checks` once a submission: one
    collection serves any number of them.

    Args:
        with_hidden: whether hidden checks are run.
        secret: what the inputs of hidden checks are drawn from.
        work: called once, when the checks are collected.
    """

    def __init__(
        self, assignment: Assignment, *, with_hidden: bool, secret: str, work: Work
    ) -> None:
        self._assignment = assignment
        self._with_hidden = with_hidden
        self._work = work
        self._stages = {stage.name: stage for stage in assignment.stages}
        self._inner = inner_stages(self._stages)
        self._broken: list[str] = []
        self._process: StudentProcess | None = None
        self._raised: dict[str, BaseException] = {}
        self._passed: set[str] = set()
        self._passed_stages: set[str] = set()  # those with a check that passed
        self._wrong_stages: set[str] = set()
        self._by_item: dict[pytest.Item, Check] = {}
        self.checks: list[Check] = []
        self.left_out: list[Check] = []
        self._direct: dict[str, DirectCheck] = {}
        self._generators = Generators(secret)
        self.error: BaseException | None = None

    def run_checks(self, process: StudentProcess) -> Iterator[tuple[CheckResult, str]]:
        """Run every check on one submission: its result, and what was printed meanwhile."""
        self._process = process
        self._passed.clear()
        self._passed_stages.clear()
        self._wrong_stages.clear()
        for position, check in enumerate(self.checks):
            self._raised.clear()
            process.begin_check(position, hidden=check.hidden)
            take_strain()  # what another check or a test has left
            self._run(check)
            result = self._result(check)
            if result.verdict == Verdict.PASSED:
                self._passed.add(check.id)
                self._passed_stages.add(check.stage)
            else:
                self._wrong_stages.add(check.stage)
            yield result, process.take_output()

    def _run(self, check: Check) -> None:
        """Run one check; what it raises is noted."""
        direct = self._direct.get(check.id)
        try:
            if direct is not None and direct.is_ready:
                self.pytest_runtest_setup(check.item)
                direct.run()
            else:
                # The check that pytest ran last need not be the one before this.
                check.item.session._setupstate.teardown_exact(check.item)
                module = cast(pytest.Item, check.item.parent)  # it stays; the check itself goes
                runtestprotocol(check.item, log=False, nextitem=module)
        except (KeyboardInterrupt, pytest.exit.Exception):
            raise
        except BaseException as error:  # noqa: BLE001 - as pytest does; `_judge` tells them apart
            self._raised[check.item.nodeid] = error

    @pytest.fixture
    def student(self, reference: object) -> Student:
        """The student's functions, across the wall."""
        return self._student(reference)

    def _student(self, reference: object) -> Student:
        if self._process is None:
            raise GraderFault("a check ran without a submission")
        right = self._passed_stages - self._wrong_stages  # of the checks that have run by now
        return Student(self._process, self._stages, self._inner, reference, right)

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """Random inputs: fixed for a visible check, from the course secret for a hidden one."""
        return self._generators.of(self._by_item[request.node])

    def pytest_configure(self, config: pytest.Config) -> None:
        for marker in MARKERS:
            config.addinivalue_line("markers", marker)

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        folder = self._assignment.folder
        if collection_path.parent == folder and collection_path.is_dir():
            return collection_path.name != "hidden"
        return None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._broken.append(str(report.longrepr))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        try:
            self._take_checks(session.items)
            self._work(self)
        except BaseException as error:  # noqa: BLE001 - pytest must not print it; raised again by our caller
            self.error = error
        return True

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        check = self._by_item[item]
        missing = [needed for needed in check.needs if needed not in self._passed]
        if missing:
            raise Blocked(f"Not run: it needs {missing[0]} to pass first.")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[Any]
    ) -> pytest.TestReport:
        """Keep what the check raised. pytest's own report would format tracebacks nobody reads."""
        when = call.when
        assert when != "collect"
        if call.excinfo is not None:
            self._raised.setdefault(item.nodeid, call.excinfo.value)
        return pytest.TestReport(
            nodeid=item.nodeid,
            location=item.location,
            keywords={},
            outcome="failed" if call.excinfo else "passed",
            longrepr=None,
            when=when,
        )

    def _take_checks(self, items: list[pytest.Item]) -> None:
        if self._broken:
            raise CourseError(
                f"the checks cannot be collected:\n{self._broken[0]}",
                at=str(self._assignment.folder),
                fix="Mend the file that is named above.",
            )
        order = {name: position for position, name in enumerate(self._stages)}
        checks = [read_check(item, self._assignment) for item in items]
        # Hidden checks come last: what a process that saw hidden inputs says is shown nowhere.
        # Sorting is stable: within a stage the order of the files holds.
        checks.sort(key=lambda check: (check.hidden, order[check.stage]))
        assert_complete(checks, self._assignment)
        assert_watchable(self._assignment)
        self.checks = [check for check in checks if self._with_hidden or not check.hidden]
        self._by_item = {check.item: check for check in self.checks}
        self.left_out = [check for check in checks if check.hidden and not self._with_hidden]
        if not has_hooks(self.checks[0].item.config, self):
            own = {
                "student": lambda direct: self._student(direct.shared("reference")),
                "rng": lambda direct: self._generators.of(self._by_item[direct.item]),
            }
            found = {check.id: direct_check(check.item, own) for check in self.checks}
            self._direct = {id_: direct for id_, direct in found.items() if direct}

    def _result(self, check: Check) -> CheckResult:
        verdict, message, staff_note = self._judge(check)
        return CheckResult(
            check=check.id,
            stage=check.stage,
            claim=check.claim,
            verdict=verdict,
            points=check.points if verdict == Verdict.PASSED else 0,
            max_points=check.points,
            hidden=check.hidden,
            message=_cut(message, _MESSAGE_CHARACTERS),
            staff_note=_cut(_without_addresses(staff_note), _NOTE_CHARACTERS),
            strain=take_strain(),
        )

    def _judge(self, check: Check) -> tuple[Verdict, str, str]:
        """The verdict, the sentence for the student, and the note for staff."""
        error = self._raised.get(check.item.nodeid)
        match error:
            case None:
                return Verdict.PASSED, "", ""
            case CallFailed():
                verdict = _VERDICTS[type(error)]
            case Mismatch():
                verdict = Verdict.FAILED
            case AssertionError() | pytest.fail.Exception() if self._raised_in_check(error):
                verdict = Verdict.FAILED
            case GraderFault():
                raise error
            case Blocked():
                return Verdict.BLOCKED, str(error), ""
            case _:
                note = "".join(traceback.format_exception(error))
                return Verdict.UNGRADED, _OUR_FAULT, note
        if check.hidden:
            return verdict, getattr(error, "discreet", _HIDDEN_FAILED), str(error)
        return verdict, _sentence(error), ""

    def _raised_in_check(self, error: BaseException) -> bool:
        """Whether the instructor's own code says so: an assert of ours is our fault."""
        frames = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
        others = [file for file in frames if not file.startswith(_PYTEST_FILES)]
        return Path(others[-1]).is_relative_to(self._assignment.folder)


def _sentence(error: BaseException) -> str:
    """A check's own sentence; what pytest adds to it only repeats the expression."""
    if isinstance(error, CallFailed):  # as it is: it may also be a note of the whole report
        return str(error)
    own, _, _ = str(error).partition("\nassert ")
    return _without_addresses(own)


def _without_addresses(text: str) -> str:
    """The text without addresses of objects: they differ from run to run."""
    return _ADDRESS.sub("", text)


def _cut(text: str, limit: int) -> str:
    left = len(text) - limit
    return f"{text[:limit]}... ({left:,} more characters)" if left > 0 else text
