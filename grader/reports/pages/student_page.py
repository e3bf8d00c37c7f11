"""One student's report as a page: points, the pipeline, what failed in the order of the flow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.flow import stages_in, whole_flow
from grader.records import CheckResult, CountedPoints, Report, StageResult, Verdict
from grader.reports.cost_lines import EXPLAINED, cost_heading, cost_rows
from grader.reports.package_lines import package_notes
from grader.reports.pages.beginning import beginning
from grader.reports.pages.failed_stages import FailedStage, failed_stage
from grader.reports.pages.pipeline import pipeline
from grader.reports.pages.rendering import rendered
from grader.reports.pages.stage_states import StageState, state_of
from grader.reports.shortcut_lines import shortcut_lines
from grader.settings import Assignment

# Of a hidden check that ended so there is nothing to say beside the visible ones.
_SAID = (Verdict.PASSED, Verdict.NOT_IMPLEMENTED, Verdict.BLOCKED)
_LINES = 40  # of one printed text: its end
_LINE_CHARACTERS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedText:
    """What the code printed, and for what."""

    heading: str
    before: int  # lines that are left out before it
    text: str


def student_page(
    report: Report, assignment: Assignment | None, counted_points: CountedPoints | None = None
) -> bytes:
    """The page of a report; of equal ones it has equal bytes.

    Args:
        assignment: what was graded; without it what is expected of a stage is not said.
        counted_points: what the gradebook says of it; None where there is none.
    """
    values = student_values(report, assignment, counted_points)
    return rendered("student.html", styles=("student.css",), **values)


def student_values(
    report: Report, assignment: Assignment | None, counted_points: CountedPoints | None = None
) -> dict[str, Any]:
    """What the template `student.html` shows of a report; see `student_page`."""
    stages = {stage.stage: stage for stage in report.stages}
    flow = whole_flow(assignment.flow if assignment else (), [*stages])
    order = [name for name in stages_in(flow) if name in stages]
    failed = _failed(report, [stages[name] for name in order], assignment)
    unwritten = [stages[n] for n in order if state_of(stages[n]) == StageState.UNWRITTEN]
    told = {one.stage for one in failed} | {stage.stage for stage in unwritten}
    return {
        "title": assignment.title if assignment else report.assignment,
        "report": report,
        "begin": beginning(report, order, counted_points),
        "rows": pipeline(flow, stages, {n: f"#stage-{n}" for n in order}) if stages else (),
        "failed": failed,
        "unwritten": unwritten,
        "expects": _expects(assignment),
        "others": [stages[name] for name in order if name not in told],
        "states": {name: state_of(stages[name]) for name in order},
        "hidden": _hidden(report),
        "n_hidden_passed": sum(check.verdict == Verdict.PASSED for check in _hidden(report)),
        "hidden_wrong": [check for check in _hidden(report) if check.verdict not in _SAID],
        "costs": [(cost_heading(cost), cost_rows(cost)) for cost in report.costs],
        "costs_explained": EXPLAINED,
        "printed": _printed(report),
        "notes": _notes(report, assignment),
    }


def _failed(
    report: Report, stages: Sequence[StageResult], assignment: Assignment | None
) -> list[FailedStage]:
    if report.says_one_thing:
        return []  # the note says why nothing could run
    told = (StageState.LOST, StageState.BLOCKED, StageState.OURS)
    failing = [s for s in stages if state_of(s) in told and s.first_failure is not None]
    return [failed_stage(stage, report, assignment) for stage in failing]


def _expects(assignment: Assignment | None) -> dict[str, str]:
    return {stage.name: stage.expects for stage in assignment.stages} if assignment else {}


def _hidden(report: Report) -> list[CheckResult]:
    return [check for check in report.checks if check.hidden]


def _notes(report: Report, assignment: Assignment | None) -> list[str]:
    notes = list(dict.fromkeys(report.notes))
    notes += package_notes(report, assignment) if assignment else ()
    return notes + [line.plain.strip() for line in shortcut_lines(report.shortcuts)[1:]]


def _printed(report: Report) -> list[PrintedText]:
    """By the order in which the checks ran, what was printed while the code was read first."""
    texts = [("while it was read", report.output)]
    texts += [(f"for {check.check}", check.output) for check in report.checks]
    return [_ending(heading, text) for heading, text in texts if text.strip()]


def _ending(heading: str, text: str) -> PrintedText:
    lines = text.strip("\n").split("\n")
    shown = [_cut(line) for line in lines[-_LINES:]]
    return PrintedText(heading=heading, before=len(lines) - len(shown), text="\n".join(shown))


def _cut(line: str) -> str:
    left = len(line) - _LINE_CHARACTERS
    return f"{line[:_LINE_CHARACTERS]}... ({left:,} more characters)" if left > 0 else line
