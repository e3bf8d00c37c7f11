"""A report with the reasons why its stages are wrong."""

from collections.abc import Sequence
from dataclasses import replace

from grader.diagnosis import arrays, loops
from grader.diagnosis.chain import put_together
from grader.diagnosis.patterns import pattern
from grader.diagnosis.versions import Versions
from grader.observed_calls import AskStudent, Observation
from grader.records import Finding, Report, StageResult, Verdict
from grader.subject.misconception import Misconception
from grader.subject.subject import Subject

_CHANGES = "An argument is changed in place; the caller still needs it as it was."


class Explainer:
    """Explains the reports of one assignment; what it computed for one serves the next.

    Args:
        subject: what is known about the assignment; None says nothing.
        with_hidden: whether calls of hidden checks are evidence as well.
    """

    def __init__(self, subject: Subject | None, *, with_hidden: bool = True) -> None:
        self._versions = Versions(subject) if subject else None
        self._with_hidden = with_hidden

    def __call__(
        self, report: Report, observations: Sequence[Observation], ask: AskStudent | None = None
    ) -> Report:
        """Add findings for the stages that lost points; points stay what they are.

        Args:
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
            found = _findings(versions, stage, [o for o in seen if o.stage == stage.stage])
            findings += found
            names = tuple(id_ for finding in found for id_ in finding.misconceptions)
            stages.append(_with_names(stage, names, self._with_hidden) if names else stage)
        together = put_together(report, ask, versions) if ask else ""
        return replace(report, stages=tuple(stages), findings=tuple(findings), chain=together)


def _findings(versions: Versions, stage: StageResult, seen: Sequence[Observation]) -> list[Finding]:
    """What is known of one stage; nothing if it is right, not written or not of the subject."""
    subject, name = versions.subject, stage.stage
    if not seen or stage.first_failure is None or name not in subject.functions:
        return []
    if any(o.is_missing for o in seen):
        return []
    if name in subject.loops:
        found = loops.explaining(subject, name, seen)
        return [_finding(name, found)] if found else []
    calls = arrays.calls_of(versions, name, seen)
    findings = []
    if found := arrays.explaining(versions, name, calls):
        findings.append(_finding(name, found))
    elif pairs := arrays.explaining_pairs(versions, name, calls):
        findings.append(_finding_of_pairs(name, pairs))
    elif said := pattern(versions, name, calls):
        findings.append(Finding(stage=name, pattern=said))
    return findings + _of_changes(versions, name, calls)


def _of_changes(versions: Versions, stage: str, calls: Sequence[arrays.SeenCall]) -> list[Finding]:
    """Arguments changed in place, which is a mistake of its own beside those in the values."""
    if not any(call.changed for call in calls):
        return []
    if found := arrays.changing(versions, stage, calls):
        return [_finding(stage, found)]
    return [Finding(stage=stage, pattern=_CHANGES)]


def _finding(stage: str, found: Sequence[Misconception]) -> Finding:
    questions = dict.fromkeys(question for entry in found for question in entry.questions)
    return Finding(
        stage=stage,
        misconceptions=tuple(entry.id for entry in found),
        says=tuple(entry.says for entry in found),
        hints=tuple(dict.fromkeys(entry.hint for entry in found)),
        questions=tuple(questions),
    )


def _finding_of_pairs(stage: str, pairs: Sequence[tuple[Misconception, ...]]) -> Finding:
    """One finding for all pairs that fit."""
    halves = {entry.id: entry for pair in pairs for entry in pair}
    ids = tuple(tuple(entry.id for entry in pair) for pair in pairs)
    return replace(_finding(stage, list(halves.values())), pairs=ids)


def _with_names(stage: StageResult, names: tuple[str, ...], with_hidden: bool) -> StageResult:
    checks = tuple(
        replace(check, misconceptions=names)
        if check.verdict not in (Verdict.PASSED, Verdict.BLOCKED)
        and (with_hidden or not check.hidden)
        else check
        for check in stage.checks
    )
    return replace(stage, checks=checks)
