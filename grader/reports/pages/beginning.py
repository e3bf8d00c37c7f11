"""What stands first on a student's page: the points, and one sentence on where to begin.

Points and sentence are made here and nowhere else, so what a course adds to them, such as the
points after a late penalty and why, has this one place.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.records import CountedPoints, Report, Status
from grader.reports.pages.stage_states import StageState, state_of
from grader.text import all_of, counted

_WITHOUT_POINTS = ("excused", "not taken")  # though there is a report


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """Points and the sentence beside them."""

    points: str  # empty where there is no grade
    of: str  # `of 65 visible points`
    says: str
    stage: str = ""  # where to begin
    then: str = ""  # what follows the name of that stage
    more: tuple[str, ...] = ()  # further sentences


def beginning(
    report: Report, order: Sequence[str], counted_points: CountedPoints | None = None
) -> Beginning:
    """The points of a report and where its student begins.

    Args:
        order: the names of the stages, in the order of the flow.
        counted_points: what the gradebook says; None where there is none.
    """
    begun = _of_report(report, order)
    if counted_points is None:
        return begun
    explained = (counted_points.explained,) if counted_points.explained else ()
    of = begun.of
    if counted_points.points:
        of = f"of {counted_points.max_points} points"
    elif counted_points.status in _WITHOUT_POINTS:
        of = counted_points.status
    return replace(begun, points=counted_points.points, of=of, more=(*begun.more, *explained))


def _of_report(report: Report, order: Sequence[str]) -> Beginning:
    if report.status == Status.UNREADABLE:
        said = f"It cannot be read: {report.reason}"
        return Beginning(points="", of="no grade yet", says=said)
    if report.status == Status.UNGRADED:
        said = f"Not graded, and not your fault: {report.reason}."
        more = ("Nothing is lost; it is tried again.",)
        return Beginning(points="", of="no grade yet", says=said, more=more)
    kind = "visible points" if report.hidden_checks_left else "points"
    says, stage, then = _sentence(report, order)
    return Beginning(
        points=str(report.points),
        of=f"of {report.max_points} {kind}",
        says=says,
        stage=stage,
        then=then,
        more=_hidden_left(report),
    )


def _sentence(report: Report, order: Sequence[str]) -> tuple[str, str, str]:
    """What is wrong, the stage to begin with, and what follows its name."""
    states = {stage.stage: state_of(stage) for stage in report.stages}
    lost = [name for name in order if states[name] in (StageState.LOST, StageState.BLOCKED)]
    unwritten = [name for name in order if states[name] == StageState.UNWRITTEN]
    if report.noted_reason:
        return f"No check passed. Begin with this: {report.noted_reason}", "", ""
    if lost:
        failed = all(stage.first_failure for stage in report.stages if stage.stage in lost)
        verb = "did not pass all checks" if failed else "did not get all points"
        first = next((n for n in lost if states[n] == StageState.LOST), lost[0])
        many = f"{counted(len(lost), 'stage').capitalize()} {verb}. Begin with "
        is_first = len(lost) > 1 and first == lost[0]
        return many, first, ", the first in the flow." if is_first else "."
    if unwritten and len(unwritten) == len(order):
        return "No stage is written yet. Begin with ", unwritten[0], "."
    if unwritten:
        verb = "is" if len(unwritten) == 1 else "are"
        many = counted(len(unwritten), "stage")
        return f"{many} {verb} not written yet. Go on with ", unwritten[0], "."
    kind = "visible check" if report.hidden_checks_left else "check"
    return f"{all_of(len(report.checks), kind).capitalize()} passed.", "", ""


def _hidden_left(report: Report) -> tuple[str, ...]:
    if not report.hidden_checks_left:
        return ()
    checks = counted(report.hidden_checks_left, "hidden check")
    worth = counted(report.hidden_points_left, "point")
    verb = "is" if report.hidden_checks_left == 1 else "are"
    return (f"{checks}, worth {worth}, {verb} run when your course grades you.",)
