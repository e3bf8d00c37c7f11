"""The mistaken ideas that a student's own code reports name, as far as they may be seen."""

from collections.abc import Iterator

from grader.courses.practising import GradedAttempt, MetIdea, met_ideas
from grader.web.guard.sessions import SignedIn
from grader.web.hand_in.own_work import has_opened, work_of
from grader.web.site import Site


def ideas_of(site: Site, person: SignedIn) -> tuple[MetIdea, ...]:
    """Those of last attempts first."""
    return met_ideas(_attempts(site, person))


def _attempts(site: Site, person: SignedIn) -> Iterator[GradedAttempt]:
    for assignment in site.assignments:
        if not has_opened(site, assignment):
            continue
        work = work_of(site, assignment, person.enrolment)
        for one in work.history.attempts if work.is_shown else ():
            if one.report is not None:
                yield GradedAttempt(
                    assignment=assignment.name, number=one.hand_in.number, report=one.report
                )
