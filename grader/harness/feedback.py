"""How much of a report its student is shown, as the course sets it; the one for staff is whole.

full    everything that a student may have
actual  what came, and not what is right
names   the mistakes by their names, without values and inputs
points  stages and checks with points and verdicts, and nothing else of what was seen
"""

from dataclasses import dataclass, replace

from grader.evidence import FailureEvidence
from grader.harness.grading import without_staff_notes
from grader.records import CheckResult, Report, Verdict
from grader.settings import Feedback

_NOT_PASSED = "This check did not pass."
# What is said of these holds without a value that a check has computed.
_SAID = (Verdict.PASSED, Verdict.BLOCKED, Verdict.NOT_IMPLEMENTED, Verdict.UNGRADED)


def as_shown(report: Report, feedback: Feedback) -> Report:
    """The report of a class as its student gets it."""
    own = without_staff_notes(report)
    if feedback == "full":
        return own
    stages = tuple(
        replace(mine, checks=tuple(map(_Shown(feedback), mine.checks, whole.checks)))
        for mine, whole in zip(own.stages, report.stages, strict=True)
    )
    if feedback == "points":
        return replace(own, stages=stages, findings=(), chain="", costs=(), output="")
    # What errors have in common says how far they are from what is right.
    named = tuple(finding for finding in own.findings if finding.misconceptions)
    return replace(own, stages=stages, findings=named)


def check_as_shown(check: CheckResult, feedback: Feedback) -> CheckResult:
    """One check as its student gets it, before the report is there."""
    return check if feedback == "full" else _Shown(feedback)(check, check)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A check as it is shown, from the student's result and the one for staff."""

    feedback: Feedback

    def __call__(self, mine: CheckResult, whole: CheckResult) -> CheckResult:
        if self.feedback == "points":
            return replace(
                mine, message="", evidence=None, output="", misconceptions=(), inner_causes=()
            )
        message = mine.message if self._may_say(mine) else whole.brief or _NOT_PASSED
        return replace(mine, message=message, evidence=self._evidence(mine.evidence))

    def _may_say(self, check: CheckResult) -> bool:
        """Whether the check's own sentence holds nothing that is kept back."""
        raised = self.feedback == "actual" and check.verdict != Verdict.FAILED
        return check.hidden or check.verdict in _SAID or raised

    def _evidence(self, evidence: FailureEvidence | None) -> FailureEvidence | None:
        if evidence is None or self.feedback == "names":
            return None
        array, loop, calls = evidence.array, evidence.loop, evidence.calls
        return replace(
            evidence,
            array=replace(array, expected=()) if array else None,
            loop=replace(
                loop,
                steps=tuple(replace(s, expected=(), n_expected=0) for s in loop.steps),
            )
            if loop
            else None,
            calls=replace(calls, expected=()) if calls else None,
        )
