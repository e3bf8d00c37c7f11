"""What a request is about: an assignment that is open, and what the person handed in for it."""

from collections.abc import Collection
from dataclasses import dataclass

from starlette.requests import Request

from grader.hand_ins.class_record import person_of_enrolment
from grader.hand_ins.history import HandInAttempt, History, history
from grader.hand_ins.terms import HandInTerms, opens_at, terms_now
from grader.settings import Assignment
from grader.store.accounts_store import Enrolment
from grader.web.guard.rights import person_of, refuse
from grader.web.site import Site, site_of

_NOT_THERE = "There is no such assignment in this course."


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWork:
    """An assignment and one's own attempts at it."""

    assignment: Assignment
    history: History
    terms: HandInTerms
    is_shown: bool  # whether grades and reports are

    def attempt(self, number: int) -> HandInAttempt:
        found = self.history.attempt(number)
        return found or refuse(404, "You have no such attempt.")


def own_work(request: Request) -> OwnWork:
    """The assignment of the path, as the person who asks has it."""
    site = site_of(request)
    assignment = site.assignment(request.path_params["assignment"])
    if assignment is None or not has_opened(site, assignment):
        refuse(404, _NOT_THERE)
    return work_of(site, assignment, person_of(request).enrolment)


def work_of(site: Site, assignment: Assignment, enrolment: Enrolment) -> OwnWork:
    done = history(site.store, assignment.name, enrolment)
    terms = terms_now(
        site.course,
        done.decisions,
        assignment=assignment.name,
        person=enrolment.person,
        known_as=known_as(enrolment),
        used=len(done.attempts),
        maximum=assignment.total,
        at=site.clock(),
    )
    shown = site.store.releases.release("code", assignment.name).is_shown
    return OwnWork(assignment=assignment, history=done, terms=terms, is_shown=shown)


def has_opened(site: Site, assignment: Assignment) -> bool:
    opens = opens_at(site.course, assignment.name)
    return opens is None or opens <= site.clock()


def known_as(enrolment: Enrolment) -> Collection[str]:
    """All that a policy may call the person."""
    return {enrolment.person, *person_of_enrolment(enrolment).known_as}
