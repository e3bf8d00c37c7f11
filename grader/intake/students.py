"""Whose attempts are whose, and what each submission is called."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from grader.intake.layouts.contract import HandIn
from grader.intake.reading import harmless
from grader.intake.roster import Roster, RosterMatch, harmless_person, together
from grader.intake.source_files import composed
from grader.records import Person
from grader.text import clean_line

_NEVER = datetime.min.replace(tzinfo=UTC)
_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptsOf:
    """One student or group: the attempts, oldest first, and who it is."""

    name: str
    attempts: tuple[HandIn, ...]
    people: tuple[Person, ...]
    matches: tuple[RosterMatch, ...] = ()

    @property
    def is_matched(self) -> bool:
        """Whether everybody is on the roster."""
        return bool(self.matches) and len(self.matches) == len(self.people)


def attempts_by_student(
    hand_ins: Sequence[HandIn], roster: Roster
) -> tuple[tuple[AttemptsOf, ...], tuple[str, ...]]:
    """All students and groups by their names, which differ, and what is odd, a sentence each."""
    by_key: dict[str, list[HandIn]] = defaultdict(list)
    for hand_in in hand_ins:
        by_key[hand_in.key].append(hand_in)
    found = [_student(attempts, roster) for attempts in by_key.values()]
    rows = Counter(match.row for student in found for match in student.matches)
    twice = {row for row, times in rows.items() if times > 1}
    found = [_student(list(student.attempts), roster, not_by_name=twice) for student in found]
    found.sort(key=lambda student: (student.name, not student.is_matched))
    names = harmless(_different([student.name for student in found]))
    named = tuple(replace(student, name=name) for student, name in zip(found, names, strict=True))
    return tuple(sorted(named, key=lambda student: student.name)), tuple(_doubled(named))


def _student(
    attempts: list[HandIn], roster: Roster, *, not_by_name: Set[int] = frozenset()
) -> AttemptsOf:
    """One student or group.

    Args:
        not_by_name: rows that several are found for, so that a name alone says too little.
    """
    in_order = tuple(sorted(attempts, key=lambda one: (one.handed_in_at or _NEVER, one.order)))
    last = in_order[-1]
    matches: tuple[RosterMatch | None, ...] = tuple(map(roster.find, last.people))
    if matches == (None,):
        others = (roster.find(Person(name=name)) for name in last.also_called)
        matches = (next((match for match in others if match), None),)
    matches = tuple(
        None if match and match.by == "name" and match.row in not_by_name else match
        for match in matches
    )
    if last.group and (members := roster.members(last.group)):
        matches, said = members, (Person(),) * len(members)  # the id is one member's: whose?
    else:
        said = last.people
    people = tuple(
        together(match.person, harmless_person(one)) if match else harmless_person(one)
        for match, one in zip(matches, said, strict=True)
    )
    known = tuple(match for match in matches if match)
    name = last.name
    if known and len(known) == len(people):
        name = "+".join(sorted(called(match.person) for match in known)) or last.name
    name = composed(name).replace("/", "_").replace("\\", "_").replace("\0", "_")
    return AttemptsOf(name=name or "unnamed", attempts=in_order, people=people, matches=known)


def called(person: Person) -> str:
    """What a submission of a person on the roster is called."""
    return person.id or person.username or person.email or person.name


def _different(names: Sequence[str]) -> list[str]:
    """The names, with a number behind what another has already."""
    taken = set(names)
    seen: set[str] = set()
    made = []
    for name in names:
        unique = name
        if name in seen:
            numbered = (f"{name}-{number}" for number in itertools.count(2))
            unique = next(one for one in numbered if one not in taken)
            taken.add(unique)
        seen.add(name)
        made.append(unique)
    return made


def _doubled(students: Sequence[AttemptsOf]) -> Iterator[str]:
    """Who is behind several submissions that the download does not call attempts of one student."""
    of_row: dict[int, list[AttemptsOf]] = defaultdict(list)
    for student in students:
        for match in student.matches:
            of_row[match.row].append(student)
    for several in of_row.values():
        if len(several) > 1:
            names = " and ".join(student.name for student in several)
            files = " and ".join(
                clean_line(student.attempts[-1].files[0].item.name, _SHOWN)
                for student in several
                if student.attempts[-1].files
            )
            yield f"One person on the roster has several submissions, {names} ({files})."
