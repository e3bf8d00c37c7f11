"""The assignments on the first page of a student."""

from collections.abc import Iterator

from starlette.requests import Request

from grader.hand_ins.history import HandInAttempt
from grader.records import Status
from grader.text import counted
from grader.web.due import DueItem
from grader.web.guard.rights import person_of
from grader.web.hand_in.own_work import OwnWork, has_opened, work_of
from grader.web.site import site_of


def assignments_due(request: Request) -> Iterator[DueItem]:
    site = site_of(request)
    for assignment in site.assignments:
        if has_opened(site, assignment):
            yield _item(work_of(site, assignment, person_of(request).enrolment))


def _item(work: OwnWork) -> DueItem:
    attempts = work.history.attempts
    shape, sign, word = _state(work, attempts[-1]) if attempts else ("unwritten", "○", "open")
    return DueItem(
        title=work.assignment.title,
        kind="Assignment",
        link=f"/code/{work.assignment.name}/",
        button="Look at it" if attempts else "Hand in",
        due=work.terms.due,
        shape=shape,
        sign=sign,
        word=word,
        detail=work.terms.lateness if not attempts else _counting(work),
        is_done=bool(attempts) and not attempts[-1].is_open,
    )


def _state(work: OwnWork, last: HandInAttempt) -> tuple[str, str, str]:
    """The shape, sign and word of where the newest attempt is."""
    if last.is_open:
        return "waiting", "…", "being graded"
    if not work.is_shown or last.report is None:
        return "waiting", "…", "handed in"
    if last.report.status == Status.UNGRADED:
        return "ours", "!", "not graded, our fault"
    if last.report.status == Status.UNREADABLE:
        return "lost", "✗", "cannot be read"
    if last.report.points == last.report.max_points:
        return "passed", "✓", "all points"
    return "lost", "✗", f"{last.report.points} of {counted(last.report.max_points, 'point')}"


def _counting(work: OwnWork) -> str:
    grade = work.history.grade
    if grade is None or not work.is_shown or not grade.counts:
        return ""
    points = grade.counted_points
    return f"{points.points} of {counted(points.max_points, 'point')} count. {points.explained}"
