"""A report with the reasons why its stages are wrong."""

from collections.abc import Sequence
from dataclasses import replace

from grader.diagnosis import arrays, loops
from grader.diagnosis.chain import chain
from grader.diagnosis.patterns import pattern
from grader.observed_calls import AskStudent, Observation
from grader.records import Finding, Report, StageResult, Verdict
from reference.decoder.contract import FUNCTIONS
from reference.decoder.misconceptions.catalogue import Misconception

_CHANGES = "An argument is changed in place; the caller still needs it as it was."


def explained(
    report: Report,
    observations: Sequence[Observation],
    ask: AskStudent | None = None,
    *,
    with_hidden: bool = True,
) -> Report:
    """Add findings for the stages that lost points; points stay what they are.

    Args:
        observations: all calls of the student's functions by the checks.
        ask: makes one more call of the student's functions, to try them all together.
        with_hidden: whether calls of hidden checks are evidence as well.
    """
    seen = [o for o in observations if with_hidden or not o.hidden]
    findings: list[Finding] = []
    stages = []
    for stage in report.stages:
        found = _findings(stage, [o for o in seen if o.stage == stage.stage])
        findings += found
        names = tuple(id_ for finding in found for id_ in finding.misconceptions)
        stages.append(_with_names(stage, names, with_hidden) if names else stage)
    together = chain(report, ask) if ask else ""
    return replace(report, stages=tuple(stages), findings=tuple(findings), chain=together)


def _findings(stage: StageResult, seen: Sequence[Observation]) -> list[Finding]:
    """What is known of one stage; nothing if it is right, not written or of another assignment."""
    if not seen or stage.first_failure is None or stage.stage not in FUNCTIONS:
        return []
    if any(o.is_missing for o in seen):
        return []
    if stage.stage == "generate":
        found = loops.explaining(stage.stage, seen)
        return [_finding(stage.stage, found)] if found else []
    calls = arrays.calls_of(stage.stage, seen)
    findings = []
    if found := arrays.explaining(stage.stage, calls):
        findings.append(_finding(stage.stage, found))
    elif pairs := arrays.explaining_pairs(stage.stage, calls):
        findings.append(_finding_of_pairs(stage.stage, pairs))
    elif said := pattern(stage.stage, calls):
        findings.append(Finding(stage=stage.stage, pattern=said))
    return findings + _of_changes(stage.stage, calls)


def _of_changes(stage: str, calls: Sequence[arrays.SeenCall]) -> list[Finding]:
    """Arguments changed in place, which is a mistake of its own beside those in the values."""
    if not any(call.changed for call in calls):
        return []
    if found := arrays.changing(stage, calls):
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
