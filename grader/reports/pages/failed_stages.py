"""A stage that did not pass, as its card: what is expected, what failed, why, and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.evidence import CallInput, FailureEvidence
from grader.records import CheckResult, Finding, Report, StageResult, Verdict
from grader.reports.pages.calls_table import calls_table
from grader.reports.pages.heat_maps import ArrayPicture, array_picture
from grader.reports.pages.loop_table import LoopTable, loop_table
from grader.reports.pages.stage_states import StageState, state_of
from grader.settings import DEFAULT_ASSIGNMENT, Assignment

_MOST = 4  # of several mistakes that fit; nobody reads more
_QUESTIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedCheck:
    """A check that did not pass, with its pictures."""

    result: CheckResult
    inputs: tuple[CallInput, ...] = ()
    picture: ArrayPicture | None = None
    loop: LoopTable | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedIdea:
    """Mistakes that fit: one line an idea, and words where several do."""

    lead: str
    ideas: tuple[str, ...]
    hints: tuple[str, ...]
    questions: tuple[str, ...]
    pattern: str
    names: tuple[str, ...] = ()  # the ids of the mistakes, for where they can be practised


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedStage:
    """A card."""

    stage: str
    title: str
    state: StageState
    points: int
    max_points: int
    expects: str
    first: FailedCheck
    others: tuple[FailedCheck, ...]
    ideas: tuple[NamedIdea, ...]
    carried: str  # that the same mistake shows in other stages
    handout: bool  # whether the handout has a section of its name
    debug: str  # the command that makes a script of the input; empty where there is none


def failed_stage(stage: StageResult, report: Report, assignment: Assignment | None) -> FailedStage:
    """The card of a stage with a check that did not pass; visible checks come first."""
    failed = [check for check in stage.checks if check.verdict != Verdict.PASSED]
    first, *others = sorted(failed, key=lambda check: check.hidden)
    known = assignment.stage(stage.stage) if assignment and _has(assignment, stage) else None
    return FailedStage(
        stage=stage.stage,
        title=stage.title,
        state=state_of(stage),
        points=stage.points,
        max_points=stage.max_points,
        expects=known.expects if known else "",
        first=_shown(first),
        others=tuple(map(_shown, others)),
        ideas=tuple(_idea(f) for f in report.findings if f.stage == stage.stage),
        carried=_carried(report, stage.stage),
        handout=bool(assignment and stage.stage in assignment.handout_sections),
        debug=_debug(first, report.assignment),
    )


def _debug(check: CheckResult, assignment: str) -> str:
    if check.hidden or check.verdict in (Verdict.BLOCKED, Verdict.UNGRADED):
        return ""
    named = "" if assignment == DEFAULT_ASSIGNMENT else f" --assignment {assignment}"
    return f"grader debug submission.py {check.stage}{named}"


def _has(assignment: Assignment, stage: StageResult) -> bool:
    return any(one.name == stage.stage for one in assignment.stages)


def _shown(check: CheckResult) -> FailedCheck:
    evidence = None if check.hidden else check.evidence
    if evidence is None:
        return FailedCheck(result=check)
    return FailedCheck(
        result=check,
        inputs=evidence.inputs,
        picture=array_picture(evidence.array) if evidence.array else None,
        loop=_steps(evidence),
    )


def _steps(evidence: FailureEvidence) -> LoopTable | None:
    if evidence.loop:
        return loop_table(evidence.loop)
    return calls_table(evidence.calls) if evidence.calls else None


def _idea(finding: Finding) -> NamedIdea:
    says = dict(zip(finding.misconceptions, finding.says, strict=True))
    ideas: Sequence[str] = [f"“{text}”" for text in finding.says]
    lead = "Your answers fit" if len(ideas) == 1 else "Your answers fit several ideas alike"
    if finding.pairs:
        ideas = [" and ".join(f"“{says[id_]}”" for id_ in pair) for pair in finding.pairs]
        lead = "Your answers fit two ideas at once"
        lead += ", these or those" if len(ideas) > 1 else ""
    more = (f"and {len(ideas) - _MOST} more",) if len(ideas) > _MOST else ()
    return NamedIdea(
        lead=lead,
        ideas=(*ideas[:_MOST], *more),
        hints=finding.hints[:_MOST],
        questions=finding.questions[:_QUESTIONS],
        pattern=finding.pattern,
        names=finding.misconceptions[:_MOST],
    )


def _carried(report: Report, inner: str) -> str:
    found = dict.fromkeys(
        c.stage for c in report.checks if c.verdict == Verdict.PASSED and inner in c.inner_causes
    )
    if not found:
        return ""
    *first, last = found
    names = f"{', '.join(first)} and {last}" if first else last
    return f"The same mistake is inside of {names}. It costs nothing there, and is mended here."
