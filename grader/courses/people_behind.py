"""Who is behind each submission of a class: what was known when it was graded, and a roster."""

from collections.abc import Iterable, Iterator, Mapping

from grader.errors import GraderError, did_you_mean
from grader.intake.roster import Roster, RosterMatch, together
from grader.records import GradingRun, Person


def people_behind(
    submissions: Iterable[str], known: Mapping[str, tuple[Person, ...]], roster: Roster
) -> dict[str, tuple[Person, ...]]:
    """The people of each submission; one whose people nobody knows is left out.

    Args:
        known: who that was when it was graded, as far as that was known. Where it was not, the
            submission's name is looked for among the roster's groups, ids, addresses and names.
    """
    found = {name: tuple(_people(name, known.get(name, ()), roster)) for name in submissions}
    return {name: people for name, people in found.items() if people}


def no_report_on(name: str, run: GradingRun | None, submissions: Iterable[str]) -> GraderError:
    """What is said where there is no report on a name: nobody else is offered for one we know.

    Args:
        run: the last one, which knows who is behind a submission and who handed nothing in.
        submissions: that have a report.
    """
    if run is not None and any(name in (p.name, *p.known_as) for p in run.missing):
        return GraderError(
            f"{name} has handed nothing in",
            fix="To excuse them, write it under `excused` in course.yaml, and grade again.",
        )
    for submission, people in run.people.items() if run is not None else ():
        if any(name in (p.name, *p.known_as) for p in people):
            return GraderError(
                f"{name} is no submission's name", fix=f"Theirs is called {submission!r}."
            )
    return GraderError(f"there is no report on {name!r}", fix=did_you_mean(name, submissions))


def _people(submission: str, known: tuple[Person, ...], roster: Roster) -> Iterator[Person]:
    if known:
        for person in known:
            yield _together(roster.find(person), person)
        return
    if members := roster.members(submission):
        yield from (member.person for member in members)
        return
    called = Person(id=submission, email=submission, username=submission)
    if match := roster.find(called) or roster.find(Person(name=submission)):
        yield match.person


def _together(match: RosterMatch | None, said: Person) -> Person:
    """What the roster says, and the ids of other systems that were known before."""
    if match is None:
        return said
    return together(match.person, said)
