"""A roster beside the people of a course: who is new, who changed, who is gone, who came back.

The plan is a value made of the file and of the people that there are, and nothing else. What is
shown before an import and what an import does are the same plan, so they take the same rows.
Nobody is ever deleted: who is no longer in the file is dropped, keeps all that they handed in, and
comes back with the next file that names them.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from grader.intake.roster import Roster, harmless_person
from grader.intake.students import called
from grader.records import Person
from grader.text import clean_line, counted

_FIELDS = ("full_name", "email", "section")
_LONGEST = 200  # characters of a name, as the store keeps it


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterPerson:
    """A student as a roster and a course know them; `person` is their name in the course."""

    person: str
    full_name: str = ""
    email: str = ""
    section: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)  # what other systems call them

    @property
    def shown(self) -> str:
        return self.full_name or self.person


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    """Somebody who is, or was, in the course."""

    who: RosterPerson
    is_student: bool = True
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class ChangedPerson:
    """A student of whom the file says something else."""

    before: RosterPerson
    after: RosterPerson

    @property
    def fields(self) -> Iterator[tuple[str, str, str]]:
        """What changed: its name, before and after."""
        for name in _FIELDS:
            old, new = getattr(self.before, name), getattr(self.after, name)
            if old != new:
                yield name.replace("_", " "), old, new
        for system, new in self.after.ids.items():
            if (old := self.before.ids.get(system, "")) != new:
                yield f"{system} id" if system != "username" else system, old, new


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterPlan:
    """What an import would do. Those with nothing to do are only counted."""

    new: tuple[RosterPerson, ...] = ()
    changed: tuple[ChangedPerson, ...] = ()
    back: tuple[ChangedPerson, ...] = ()  # dropped until now
    dropped: tuple[RosterPerson, ...] = ()
    same: int = 0
    refused: tuple[str, ...] = ()  # rows that nothing is done with, a sentence each
    notes: tuple[str, ...] = ()
    active: int = field(default=0, compare=False)  # students before it

    @property
    def changes_anything(self) -> bool:
        return bool(self.new or self.changed or self.back or self.dropped)

    @property
    def drops_most(self) -> bool:
        """Whether it is perhaps the roster of another course."""
        return 2 * len(self.dropped) > self.active

    @property
    def digest(self) -> str:
        """The same for plans that do the same, so that what was seen is what is done."""
        done = (self.new, self.changed, self.back, self.dropped)
        return hashlib.sha256(msgspec.json.encode(done)).hexdigest()

    @property
    def in_words(self) -> str:
        """What it does, in one sentence."""
        parts = [
            f"{len(self.new)} new",
            f"{len(self.changed)} changed",
            f"{len(self.back)} back",
            f"{len(self.dropped)} dropped",
            f"{self.same} as before",
        ]
        return f"{', '.join(part for part in parts if part[0] != '0') or 'nobody'}."


def roster_plan(roster: Roster, known: Sequence[KnownPerson]) -> RosterPlan:
    """What an import of the roster would change.

    Only students are read from a roster: rights are given to people by a person. A cell that the
    file leaves empty changes nothing.
    """
    rows, refused = _unique([_said(row.person) for row in roster.rows if row.is_student])
    by_name, by_email = _indexed(known)
    new, changed, back, met, same = [], [], [], set(), 0
    for row in rows:
        before = by_name.get(_folded(row.person)) or by_email.get(_folded(row.email))
        if before is None:
            new.append(row)
            continue
        if before.who.person in met:
            refused.append(f"{_named(row)} is {_named(before.who)}, who stands in another row.")
            continue
        met.add(before.who.person)
        if not before.is_student:
            refused.append(f"{_named(row)} is staff of this course already, and stays so.")
            continue
        change = ChangedPerson(before.who, _filled(row, before.who))
        if not before.is_active:
            back.append(change)
        elif change.before != change.after:
            changed.append(change)
        else:
            same += 1
    named = _named_in(roster)
    gone = [k.who for k in known if _is_gone(k, met) and not named & _names_of(k.who)]
    return RosterPlan(
        new=tuple(new),
        changed=tuple(changed),
        back=tuple(back),
        dropped=tuple(gone),
        same=same,
        refused=tuple(refused),
        notes=tuple(_notes(roster)),
        active=sum(k.is_student and k.is_active for k in known),
    )


def _said(person: Person) -> RosterPerson:
    """What the file says of somebody, made harmless before anything is compared or kept."""
    safe = harmless_person(person)
    ids = {"username": safe.username, **safe.ids}
    return RosterPerson(
        person=called(safe),
        full_name=safe.name,
        email=safe.email,
        section=safe.section,
        ids={system: value for system, value in ids.items() if value},
    )


def _unique(rows: Sequence[RosterPerson]) -> tuple[list[RosterPerson], list[str]]:
    """The rows that name one person each, and what is wrong with the others.

    Two rows of one name or one address: nobody but the instructor knows which is right.
    """
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        found["name", _folded(row.person)].append(number)
        if row.email:
            found["email", _folded(row.email)].append(number)
    twins = {key: numbers for key, numbers in found.items() if len(numbers) > 1}
    left_out = {number for numbers in twins.values() for number in numbers}
    said = {tuple(ns): kind for (kind, _), ns in reversed(twins.items())}  # the name before all
    refused = [_twin_sentence(kind, [rows[n] for n in ns]) for ns, kind in said.items()]
    for number, row in enumerate(rows):
        if len(row.person) > _LONGEST:
            left_out.add(number)
            refused.append(f"{_named(row)} has a name of more than {_LONGEST} characters.")
    return [r for n, r in enumerate(rows) if n not in left_out], list(dict.fromkeys(refused))


def _twin_sentence(kind: str, rows: Sequence[RosterPerson]) -> str:
    value = rows[0].person if kind == "name" else rows[0].email
    what = "are called" if kind == "name" else "have the address"
    names = " and ".join(dict.fromkeys(row.shown for row in rows))
    return (
        f"{counted(len(rows), 'row')} {what} {clean_line(value, _LONGEST)} ({names}): nothing is "
        "done with them. Leave one of them in the file."
    )


def _indexed(
    known: Sequence[KnownPerson],
) -> tuple[Mapping[str, KnownPerson], Mapping[str, KnownPerson]]:
    """The people by name, and by address where it is one person's alone."""
    by_email: dict[str, list[KnownPerson]] = defaultdict(list)
    for one in known:
        if one.who.email:
            by_email[_folded(one.who.email)].append(one)
    single = {email: ones[0] for email, ones in by_email.items() if len(ones) == 1}
    return {_folded(one.who.person): one for one in known}, single


def _filled(row: RosterPerson, before: RosterPerson) -> RosterPerson:
    """What is known then: the name in the course stays, and so does what the file leaves out."""
    said = {name: getattr(row, name) or getattr(before, name) for name in _FIELDS}
    return replace(before, ids={**before.ids, **row.ids}, **said)


def _named_in(roster: Roster) -> set[str]:
    """All that stands in the file, also in rows that are refused: none of these is gone."""
    return {name for row in roster.rows for name in _names_of(_said(row.person))}


def _names_of(who: RosterPerson) -> set[str]:
    return {_folded(who.person), _folded(who.email)} - {""}


def _is_gone(known: KnownPerson, met: set[str]) -> bool:
    return known.is_student and known.is_active and known.who.person not in met


def _notes(roster: Roster) -> Iterator[str]:
    if n_others := sum(not row.is_student for row in roster.rows):
        yield (
            f"{counted(n_others, 'row')} of people who are no students: left out. Roles are given "
            "on the page of people."
        )
    # that somebody is found by nothing is said of the rows themselves
    yield from (note for note in roster.notes if not note.endswith("finds nobody."))


def _named(row: RosterPerson) -> str:
    return clean_line(row.shown, _LONGEST)


def _folded(text: str) -> str:
    return text.strip().casefold()
