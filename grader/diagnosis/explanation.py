"""A report with the reasons why its stages are wrong."""

from collections.abc import Sequence
from dataclasses import replace

from grader.diagnosis.chain import put_together
from grader.diagnosis.inner_causes import inner_causes
from grader.diagnosis.reasons import Reason, reasons_of
from grader.diagnosis.recorded_versions import RecordedVersions, unsettled_causes
from grader.diagnosis.versions import Versions
from grader.errors import NotSettledHere
from grader.observed_calls import AskStudent, FindInnerCause, Observation
from grader.records import CheckResult, Finding, Report, StageResult, Verdict
from grader.subject.subject import Subject


class Explainer:
    """Explains the reports of one assignment; what it computed for one serves the next.

    Args:
        subject: what is known about the assignment; None says nothing.
        with_hidden: whether calls of hidden checks are evidence as well.
    """

    def __init__(self, subject: Subject | None, *, with_hidden: bool = True) -> None:
        self._versions = _versions_of(subject) if subject else None
        self._with_hidden = with_hidden

    def inner_causes(self, ask: AskStudent) -> FindInnerCause:
        """What finds the wrong inner stages behind a wrong answer; see `inner_causes`."""
        if self._versions is None:
            return lambda stage, calls, wrong: None
        if self._versions.subject.recorded is not None:
            return unsettled_causes(self._versions)
        return inner_causes(self._versions, ask)

    def put_together(self, stages: Sequence[StageResult], ask: AskStudent) -> str:
        """What the stages come to together; it depends on which of them failed, and by which."""
        return put_together(stages, ask, self._versions) if self._versions else ""

    def __call__(
        self, report: Report, observations: Sequence[Observation], ask: AskStudent | None = None
    ) -> Report:
        """Add findings for the stages that lost points; points stay what they are.

        Args:
            report: what it says already of the stages together is true and stays.
            observations: all calls of the student's functions by the checks.
            ask: makes one more call of the student's functions, to try them all together.
        """
        versions = self._versions
        if versions is None:
            return report
        seen = [o for o in observations if self._with_hidden or not o.hidden]
        findings: list[Finding] = []
        stages = []
        for stage in report.stages:
            calls = [o for o in seen if o.stage == stage.stage]
            if inner := self._carried(stage):
                found = [Reason(Finding(stage=stage.stage, pattern=_unsure(stage.stage, inner)))]
            else:
                found = _reasons(versions, stage, calls, ask)
            findings += [reason.finding for reason in found]
            stages.append(_with_names(stage, found, self._with_hidden))
        together = report.chain
        if ask and not together:
            together = self.put_together(report.stages, ask)
        return replace(report, stages=tuple(stages), findings=tuple(findings), chain=together)

    def _carried(self, stage: StageResult) -> tuple[str, ...]:
        """The wrong inner stages that explain all that failed in a stage, if they do."""
        failed = [c for c in stage.checks if c.verdict not in (Verdict.PASSED, Verdict.BLOCKED)]
        seen = [check for check in failed if self._with_hidden or not check.hidden]
        if not all(check.inner_causes for check in seen):
            return ()
        return tuple(dict.fromkeys(name for check in seen for name in check.inner_causes))


def _versions_of(subject: Subject) -> Versions:
    if subject.recorded is None:
        return Versions(subject)
    return RecordedVersions(subject, subject.recorded)


def _reasons(
    versions: Versions, stage: StageResult, seen: Sequence[Observation], ask: AskStudent | None
) -> list[Reason]:
    try:
        return reasons_of(versions, stage, seen, ask=ask)
    except NotSettledHere:  # a call whose answers are not recorded: nothing is named by the others
        return []


def _unsure(stage: str, inner: Sequence[str]) -> str:
    names = " and ".join(inner)
    return (
        f"they are those of your {names} inside of a right {stage}. Whether {stage} has a mistake "
        f"of its own besides cannot be told before {names} {'is' if len(inner) == 1 else 'are'} "
        f"right."
    )


def _with_names(stage: StageResult, reasons: Sequence[Reason], with_hidden: bool) -> StageResult:
    """Names stand at the checks that fail for their reason."""
    checks = tuple(
        replace(check, misconceptions=_names(check, reasons))
        if check.verdict not in (Verdict.PASSED, Verdict.BLOCKED)
        and (with_hidden or not check.hidden)
        else check
        for check in stage.checks
    )
    return replace(stage, checks=checks)


def _names(check: CheckResult, reasons: Sequence[Reason]) -> tuple[str, ...]:
    found = [r.finding.misconceptions for r in reasons if check.check not in r.not_in]
    return tuple(id_ for ids in found for id_ in ids)
