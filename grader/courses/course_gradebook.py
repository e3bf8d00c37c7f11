"""One gradebook for a course: assignments and quizzes with their weights, a row a person.

People are joined by what a run knows them by: the roster's id, user name, email, and the name of
the submission. Whoever is known in none of these ways is joined by the name that stands there.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

from grader.policies.policy import exactly
from grader.policies.weights import Earned, GradebookItem, mean_part, name_of, total_part
from grader.records import Person
from grader.text import decimal, table_cell

_EXCUSED, _NO_GRADE, _NOTHING = "excused", "no grade yet", "nothing handed in"


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRow:
    """One person: a cell for each item, and the total as a part of what can be earned."""

    person: Person
    cells: tuple[Earned, ...]
    total: Fraction | None
    remarks: tuple[str, ...]


class QuizSheet(Protocol):
    """What somebody earned in a quiz, or in a topic of one."""

    @property
    def student(self) -> str: ...
    @property
    def points(self) -> Fraction: ...
    @property
    def max_points(self) -> int: ...
    @property
    def waiting_points(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GradebookSource:
    """What is known of one assignment or quiz: people, and what they earned.

    Attributes:
        people: who is behind each submission.
        missing: who handed nothing in.
        submissions: the names of all, also of those whom nobody is known behind.
        earned: for an assignment, by submission; who handed nothing in is not there.
        excused: what those are called whom its policy excuses.
        sheets: of a quiz.
    """

    people: Mapping[str, Sequence[Person]] = field(default_factory=dict)
    missing: Sequence[Person] = ()
    submissions: Sequence[str] = ()
    earned: Mapping[str, Earned] = field(default_factory=dict)
    excused: Sequence[str] = ()
    sheets: Sequence[QuizSheet] = ()


@dataclass(slots=True)
class _Class:
    """All people of a course, by a key that none of them shares."""

    people: dict[str, Person] = field(default_factory=dict)
    _keys: dict[str, str] = field(default_factory=dict)

    def key_of(self, name: str) -> str | None:
        """The key of whoever is known by a name; None if nobody is."""
        return self._keys.get(name.casefold())

    def enter(self, person: Person, submission: str = "") -> str:
        """The key of somebody, who is known by it from now on."""
        names = [person.id, person.email, person.username, submission]
        names = [name.casefold() for name in names if name] or [person.name.casefold()]
        key = next((self._keys[name] for name in names if name in self._keys), names[0])
        for name in names:
            self._keys.setdefault(name, key)
        known = self.people.get(key)
        if known is None or (person.name and not known.name):
            self.people[key] = person
        return key


def course_gradebook(
    items: Sequence[GradebookItem], sources: Mapping[str, GradebookSource]
) -> tuple[CourseRow, ...]:
    """The rows, sorted by person.

    Args:
        sources: what is known of each folder of results that an item names.
    """
    class_ = _Class()
    named = [sources[name] for item in items for name in item.folders]
    for source in named:
        _enter_people(source, class_)  # first: a quiz knows no more than one name
    for source in named:
        _enter_students(source, class_)  # all, before anything is asked of one of them
    columns = [(item, [_earned(sources[n], class_) for n in item.folders]) for item in items]
    return tuple(_row(key, class_.people[key], columns) for key in sorted(class_.people))


def gradebook_table(rows: Iterable[CourseRow], items: Sequence[GradebookItem]) -> bytes:
    """The gradebook as CSV, in percent; what has no grade is blank, and the remarks say why."""
    text = io.StringIO()
    written = csv.writer(text, lineterminator="\n")
    names = [table_cell(name_of(item)) for item in items]
    written.writerow(["student", "name", "email", *names, "total", "total_exact", "remarks"])
    for row in rows:
        person = row.person
        written.writerow(
            [
                *map(table_cell, (_shown(person), person.name, person.email)),
                *(_percent(cell.part) for cell in row.cells),
                _percent(row.total),
                "" if row.total is None else f"{100 * row.total} of 100",
                table_cell("; ".join(row.remarks)),
            ]
        )
    return text.getvalue().encode()


def _shown(person: Person) -> str:
    return person.id or person.username or person.email or person.name


def _percent(part: Fraction | None) -> str:
    return "" if part is None else decimal(100 * part)


_Column = tuple[GradebookItem, Sequence[Mapping[str, Earned]]]


def _row(key: str, person: Person, columns: Sequence[_Column]) -> CourseRow:
    cells, remarks = [], []
    for item, parts in columns:
        came = [part.get(key) for part in parts]
        nothing = Earned(part=Fraction(0)) if item.not_handed_in == "zero" else Earned()
        earned = [nothing if one is None else one for one in came]
        cell = mean_part(earned, drop_lowest=item.drop_lowest)
        cells.append(cell)
        if said := _remark(cell, came):
            remarks.append(f"{name_of(item)}: {said}")
    weighted = [
        (exactly(item.weight), cell) for (item, _), cell in zip(columns, cells, strict=True)
    ]
    return CourseRow(
        person=person, cells=tuple(cells), total=total_part(weighted), remarks=tuple(remarks)
    )


def _remark(cell: Earned, came: Sequence[Earned | None]) -> str:
    if cell.is_excused:
        return _EXCUSED
    if None in came:
        return _NOTHING
    return _NO_GRADE if cell.part is None else ""


def _enter_people(source: GradebookSource, class_: _Class) -> None:
    for submission, group in source.people.items():
        for person in group:
            class_.enter(person, submission if len(group) == 1 else "")
    for person in source.missing:
        class_.enter(person)


def _enter_students(source: GradebookSource, class_: _Class) -> None:
    for submission in source.submissions:
        if submission not in source.people:
            class_.enter(Person(id=submission))
    for sheet in source.sheets:
        class_.enter(Person(id=sheet.student))


def _earned(source: GradebookSource, class_: _Class) -> Mapping[str, Earned]:
    """What each person earned; nobody who handed nothing in is there."""
    came = {}
    for name, earned in source.earned.items():
        group = source.people.get(name, ()) or [Person(id=name)]
        for person in group:
            came[class_.enter(person, name if len(group) == 1 else "")] = earned
    excused = (class_.key_of(name) for name in source.excused)
    known = dict.fromkeys(filter(None, excused), Earned(is_excused=True))
    return known | came | _of_quiz(source.sheets, class_)


def _of_quiz(sheets: Iterable[QuizSheet], class_: _Class) -> dict[str, Earned]:
    """By all sheets of a person together: a quiz may have questions of several topics."""
    own: dict[str, list[QuizSheet]] = {}
    for sheet in sheets:
        own.setdefault(class_.enter(Person(id=sheet.student)), []).append(sheet)
    return {key: _of_sheets(found) for key, found in own.items()}


def _of_sheets(sheets: Sequence[QuizSheet]) -> Earned:
    most = sum(sheet.max_points for sheet in sheets)
    if any(sheet.waiting_points for sheet in sheets):
        return Earned()
    if not most:
        return Earned(is_excused=True)  # every question was dropped
    return Earned(part=sum((sheet.points for sheet in sheets), Fraction(0)) / most)
