"""Running the checks: all of them on one submission, then all of them on the next."""

from collections.abc import Iterator, Set
from dataclasses import replace

import numpy as np
import pytest

from grader.errors import GraderFault
from grader.evidence import FailureEvidence
from grader.harness.collected_checks import CollectedChecks
from grader.harness.comparison import strain_noted
from grader.harness.direct_checks import DirectCheck, direct_check
from grader.harness.failure_evidence import failure_evidence
from grader.harness.judging import Blocked, judged
from grader.harness.markers import Check
from grader.harness.pytest_inside import run_whole
from grader.harness.randomness import Generators
from grader.harness.stand_ins import inner_stages
from grader.harness.student import Student
from grader.harness.student_process import StudentProcess
from grader.promised_packages import promised_names
from grader.records import CheckResult, Verdict
from grader.settings import Assignment


class ChecksSoFar:
    """What is known of one submission by the checks that have run by now."""

    def __init__(self, process: StudentProcess) -> None:
        self.process = process
        self._passed: set[str] = set()
        self._passed_stages: set[str] = set()  # those with a check that passed
        self._wrong_stages: set[str] = set()

    @property
    def right_stages(self) -> Set[str]:
        """Stages that passed a check and lost none, with right answers of their own."""
        carrying = self.process.inner_mistakes.carrying
        return self._passed_stages - self._wrong_stages - carrying

    def add(self, result: CheckResult) -> None:
        if result.verdict == Verdict.PASSED:
            self._passed.add(result.check)
            self._passed_stages.add(result.stage)
        else:
            self._wrong_stages.add(result.stage)

    def assert_may_run(self, check: Check) -> None:
        """Whether the checks that this one needs have passed.

        Raises:
            Blocked: one of them did not pass.
        """
        missing = [needed for needed in check.needs if needed not in self._passed]
        if missing:
            raise Blocked(f"Not run: it needs {missing[0]} to pass first.")


class CheckRunner:
    """Runs the collected checks on any number of submissions, one after another.

    Args:
        secret: what the inputs of hidden checks are drawn from.
        may_call_directly: whether nothing but pytest wants to hear of each check.
    """

    def __init__(
        self,
        checks: CollectedChecks,
        assignment: Assignment,
        *,
        secret: str,
        may_call_directly: bool,
    ) -> None:
        self.checks = checks
        self._assignment = assignment
        self.promised = promised_names(assignment.packages)
        self._inner = inner_stages(assignment.stages)
        self._parameters = {stage.name: stage.parameters for stage in assignment.stages}
        self._generators = Generators(secret)
        self._direct = self._direct_checks() if may_call_directly else {}
        self._so_far: ChecksSoFar | None = None
        self._raised: BaseException | None = None  # by the check that runs

    def run_checks(self, process: StudentProcess) -> Iterator[tuple[CheckResult, str]]:
        """Run every check on one submission: its result, and what was printed meanwhile.

        Raises:
            GraderFault: no process for student code can be made.
        """
        so_far = self._so_far = ChecksSoFar(process)
        for position, check in enumerate(self.checks.run):
            process.begin_check(position, name=check.id, hidden=check.hidden)
            self._raised = None
            with strain_noted() as strain:
                self._run(check)
            result = judged(
                check, self._raised, strain=strain.largest, folder=self._assignment.folder
            )
            causes = process.inner_mistakes.causes(passed=result.verdict == Verdict.PASSED)
            result = replace(result, inner_causes=causes) if causes else result
            if result.verdict != Verdict.PASSED:
                result = replace(result, evidence=self._evidence(result, process))
            so_far.add(result)
            yield result, process.take_output()

    def assert_may_run(self, item: pytest.Item) -> None:
        """Whether the checks that this one needs have passed.

        Raises:
            Blocked: one of them did not pass.
            GraderFault: no submission is being checked.
        """
        self._now().assert_may_run(self.checks.by_item[item])

    def note(self, error: BaseException) -> None:
        """What the running check raised; what it raises while it is cleaned up comes second."""
        if self._raised is None:
            self._raised = error

    def student(self, reference: object) -> Student:
        """The student's functions, for the running check."""
        now = self._now()
        return Student(
            now.process,
            self._inner,
            parameters=self._parameters,
            reference=reference,
            right_stages=now.right_stages,
        )

    def generator(self, item: pytest.Item) -> np.random.Generator:
        """The random inputs of a check."""
        return self._generators.of(self.checks.by_item[item])

    def _evidence(self, result: CheckResult, process: StudentProcess) -> FailureEvidence | None:
        """What the failed check can show; none if it cannot be made, through our fault."""
        try:
            return failure_evidence(
                result,
                self._raised,
                observations=process.seen.observations,
                parameters=self._parameters,
            )
        except Exception:  # noqa: BLE001 - a grade must not depend on what is shown of it
            return None

    def _run(self, check: Check) -> None:
        """Run one check; what it raises is noted."""
        direct = self._direct.get(check.id)
        try:
            if direct is not None and direct.is_ready:
                self.assert_may_run(check.item)
                direct.run()
            else:
                run_whole(check.item)
        except (KeyboardInterrupt, pytest.exit.Exception):
            raise
        except BaseException as error:  # noqa: BLE001 - as pytest does; `judged` tells them apart
            self._raised = error

    def _now(self) -> ChecksSoFar:
        if self._so_far is None:
            raise GraderFault("a check ran without a submission")
        return self._so_far

    def _direct_checks(self) -> dict[str, DirectCheck | None]:
        own = {"rng": self.generator}
        return {check.id: direct_check(check.item, own) for check in self.checks.run}
