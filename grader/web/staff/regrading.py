"""A regrade: begun with a reason, watched, looked at as a table of changes, then published."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from grader.batch.applied_policy import policy_that_holds
from grader.courses.grade_differences import GradeChange
from grader.settings import Assignment
from grader.staff.regrades import publish_regrade, regrade_changes, take_back_regrade
from grader.store.hand_ins_store import StoredHandIn
from grader.store.regrades_store import StoredRegrade, regrade_key
from grader.text import counted
from grader.web.forms import text_of, with_form
from grader.web.guard.rights import needs, refuse
from grader.web.staff.class_pages import class_at_once
from grader.web.staff.room import StaffRoom, assignment_of, reason_in, room_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RegradeProgress:
    """How far a regrade is."""

    n_done: int
    n_failed: int
    n_all: int

    @property
    def is_over(self) -> bool:
        return self.n_done + self.n_failed == self.n_all


@needs("owner")
def regrades_page(request: Request) -> Response:
    room, assignment = room_of(request), assignment_of(request)
    found = room.site.store.regrades.all_of(assignment.name)
    return room.page(
        "regrades.html",
        of=class_at_once(room, assignment),
        regrades=[(one, _progress(room, one)) for one in found],
        n_students=len(room.site.store.hand_ins.newest(assignment.name)),
    )


@needs("owner")
@with_form
def begin_regrade(request: Request, form: FormData) -> Response:
    """Grade again what the students of the class handed in, all of them or those without points."""
    room, assignment = room_of(request), assignment_of(request)
    reason = reason_in(form)
    wanted = _hand_ins(room, assignment, only=text_of(form, "only"))
    if not wanted:
        refuse(400, "Nobody has handed in anything that could be graded again.")
    entry = room.entry(
        "began a regrade",
        said=f"{counted(len(wanted), 'hand-in')} of {assignment.title} will be graded again. "
        "Nobody's grade changes before you publish it.",
        about=assignment.name,
        reason=reason,
    )
    ids = [one.id for one in wanted]
    made, said = room.site.store.regrades.begin(assignment.name, ids, reason=reason, entry=entry)
    return room.said(said, back=f"/staff/code/{assignment.name}/regrade/{made}")


@needs("owner")
def regrade_page(request: Request) -> Response:
    room, assignment = room_of(request), assignment_of(request)
    regrade = _regrade(room, assignment)
    changes: Sequence[GradeChange] = ()
    if regrade.state == "begun":
        reports, trial = room.reports(assignment), room.site.store.regrades.trial(regrade)
        changes = regrade_changes(reports, trial, enrolled=room.enrolled)
    return room.page(
        "regrade.html",
        of=class_at_once(room, assignment),
        regrade=regrade,
        progress=_progress(room, regrade),
        changes=changes,
        members={one.person: one for one in room.everybody.values()},
        failed=_failed(room, regrade),
    )


@needs("owner")
@with_form
def end_regrade(request: Request, form: FormData) -> Response:
    """Publish a regrade, drop it, or take back one that was published."""
    room, assignment = room_of(request), assignment_of(request)
    regrade, deed = _regrade(room, assignment), text_of(form, "deed")
    if (deed, regrade.state) not in _DEEDS:
        refuse(409, f"This regrade is {regrade.state}. Look at it again.")
    return _DEEDS[deed, regrade.state](room, assignment, regrade, reason_in(form))


def _publish(
    room: StaffRoom, assignment: Assignment, regrade: StoredRegrade, reason: str
) -> Response:
    progress = _progress(room, regrade)
    if not progress.is_over:
        refuse(409, "This regrade is not through yet. Nothing was published.")
    store = room.site.store.regrades
    done = publish_regrade(room.reports(assignment), store.trial(regrade), at=room.site.clock())
    left = f" {counted(len(done.left), 'student')} handed in since, and stay." if done.left else ""
    entry = room.entry(
        "published a regrade",
        said=f"Published: {counted(len(done.places), 'student')} with a new report.{left}",
        about=assignment.name,
        reason=reason,
        regrade=regrade.id,
        students=sorted(done.places),
        left=list(done.left),
    )
    said = store.end(regrade, "published", entry=entry, places=done.places)
    return room.said(said, back=_address(assignment, regrade))


def _drop(room: StaffRoom, assignment: Assignment, regrade: StoredRegrade, reason: str) -> Response:
    entry = room.entry(
        "dropped a regrade",
        said="Dropped: nobody's grade has changed.",
        about=assignment.name,
        reason=reason,
        regrade=regrade.id,
    )
    said = room.site.store.regrades.end(regrade, "dropped", entry=entry)
    return room.said(said, back=_address(assignment, regrade))


def _take_back(
    room: StaffRoom, assignment: Assignment, regrade: StoredRegrade, reason: str
) -> Response:
    changed, left = take_back_regrade(
        room.reports(assignment), regrade.places, at=room.site.clock()
    )
    more = f" {counted(len(left), 'student')} graded since, and left as they are." if left else ""
    entry = room.entry(
        "took a regrade back",
        said=f"Taken back: the reports before count again for {counted(len(changed), 'student')}."
        f"{more}",
        about=assignment.name,
        reason=reason,
        regrade=regrade.id,
    )
    said = room.site.store.regrades.end(regrade, "taken back", entry=entry)
    return room.said(said, back=_address(assignment, regrade))


_DEEDS = {
    ("publish", "begun"): _publish,
    ("drop", "begun"): _drop,
    ("take back", "published"): _take_back,
}


def _regrade(room: StaffRoom, assignment: Assignment) -> StoredRegrade:
    id_ = room.request.path_params["regrade"]
    found = room.site.store.regrades.regrade(assignment.name, id_)
    if found is None:
        refuse(404, "There is no such regrade.")
    return found


def _address(assignment: Assignment, regrade: StoredRegrade) -> str:
    return f"/staff/code/{assignment.name}/regrade/{regrade.id}"


def _hand_ins(room: StaffRoom, assignment: Assignment, *, only: str) -> list[StoredHandIn]:
    """The newest of each active student; all of them where an earlier attempt may count."""
    store = room.site.store.hand_ins
    active = {one.person for one in room.everybody.values() if one.is_active}
    newest = [one for one in store.newest(assignment.name).values() if one.person in active]
    if only == "ungraded":
        reports = room.reports(assignment).newest()
        graded = {name for name, report in reports.items() if report.status == "graded"}
        newest = [one for one in newest if one.person not in graded]
    if policy_that_holds(room.reports(assignment)).attempts is None:
        return newest
    return [each for one in newest for each in store.of_person(assignment.name, one.person)]


def _progress(room: StaffRoom, regrade: StoredRegrade) -> RegradeProgress:
    jobs = room.site.store.jobs.jobs([regrade_key(regrade.id, one) for one in regrade.of])
    states = [job.state for job in jobs.values()]
    return RegradeProgress(
        n_done=states.count("done"), n_failed=states.count("failed"), n_all=len(regrade.of)
    )


def _failed(room: StaffRoom, regrade: StoredRegrade) -> list[str]:
    """Who could not be graded again, through our fault: their grades stay."""
    jobs = room.site.store.jobs.jobs([regrade_key(regrade.id, one) for one in regrade.of])
    ids = [int(job.payload["hand_in"]) for job in jobs.values() if job.state == "failed"]
    found = (room.site.store.hand_ins.by_id(one) for one in ids)
    return sorted({room.shown_person(one.person) for one in found if one is not None})
