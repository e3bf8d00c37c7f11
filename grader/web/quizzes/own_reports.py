"""The mistaken ideas that a student's own code reports name."""

from collections.abc import Iterator

from grader.courses.practising import GradedAttempt, MetIdea, met_ideas
from grader.web.guard.sessions import SignedIn
from grader.web.site import Site


def ideas_of(site: Site, person: SignedIn) -> tuple[MetIdea, ...]:
    """Those of last attempts first."""
    return met_ideas(_attempts(site, person))


def _attempts(site: Site, person: SignedIn) -> Iterator[GradedAttempt]:
    for assignment in site.assignments:
        versions = site.store.reports(assignment.name).versions(person.person)
        for number, version in enumerate(versions, start=1):
            yield GradedAttempt(
                assignment=assignment.name, number=number, report=version.for_student
            )
