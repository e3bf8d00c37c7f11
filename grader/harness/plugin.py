"""The pytest plugin: pytest collects the checks once and is kept from its own loop over them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.errors import GraderFault
from grader.harness.check_run import CheckRunner
from grader.harness.collected_checks import collected_checks
from grader.harness.collection_errors import not_collected
from grader.harness.direct_checks import has_hooks
from grader.harness.markers import MARKERS
from grader.harness.shortcut_rules import assert_watchable
from grader.harness.student import Student
from grader.settings import Assignment

Work = Callable[[CheckRunner], None]


class GradingPlugin:
    """Collects the checks of an assignment and hands them to `work`.

    pytest's own loop is replaced: one collection serves any number of submissions.

    Args:
        with_hidden: whether hidden checks are run.
        secret: what the inputs of hidden checks are drawn from.
        work: called once, when the checks are collected, with what runs them.
    """

    def __init__(
        self, assignment: Assignment, *, with_hidden: bool, secret: str, work: Work
    ) -> None:
        self._assignment = assignment
        self._with_hidden = with_hidden
        self._secret = secret
        self._work = work
        self._broken: list[str] = []  # what could not be collected
        self._collected: CheckRunner | None = None
        self.error: BaseException | None = None

    @property
    def _runner(self) -> CheckRunner:
        if self._collected is None:
            raise GraderFault("a check ran before the checks were collected")
        return self._collected

    @pytest.fixture
    def student(self, reference: object) -> Student:
        """The student's functions, across the wall."""
        return self._runner.student(reference)

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """Random inputs: fixed for a visible check, from the course secret for a hidden one."""
        return self._runner.generator(request.node)

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
            self._collected = self._take_checks(session)
            self._work(self._collected)
        except BaseException as error:  # noqa: BLE001 - pytest must not print it; raised again by our caller
            self.error = error
        return True

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._runner.assert_may_run(item)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[Any]
    ) -> pytest.TestReport:
        """Keep what the check raised. pytest's own report would format tracebacks nobody reads."""
        when = call.when
        assert when != "collect"
        if call.excinfo is not None:
            self._runner.note(call.excinfo.value)
        return pytest.TestReport(
            nodeid=item.nodeid,
            location=item.location,
            keywords={},
            outcome="failed" if call.excinfo else "passed",
            longrepr=None,
            when=when,
        )

    def _take_checks(self, session: pytest.Session) -> CheckRunner:
        if self._broken:
            raise not_collected(self._broken[0], self._assignment.folder)
        checks = collected_checks(session.items, self._assignment, with_hidden=self._with_hidden)
        assert_watchable(self._assignment)
        may_call_directly = not has_hooks(session.config, self)
        return CheckRunner(
            checks, self._assignment, secret=self._secret, may_call_directly=may_call_directly
        )
