"""Which row of a template is whose: by ids, and by the name alone only where nothing else fits."""

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.gradebooks.student_grades import PointsInColumn
from grader.intake.roster import name_keys

_WHOLE_NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowIdentity:
    """What a row says of its student."""

    row: int  # from 0, the header's
    system_id: str = ""  # what the other system alone knows the person by
    id: str = ""  # such as a student number
    email: str = ""
    username: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowMatches:
    """Whose row is which, and what went wrong."""

    rows: Mapping[int, int] = field(default_factory=dict)  # place of the student: row
    by_name: tuple[str, ...] = ()  # matched by the name alone
    missing: tuple[str, ...] = ()  # without a row
    problems: tuple[str, ...] = ()


def match_rows(
    students: Sequence[PointsInColumn], rows: Sequence[RowIdentity], *, system: str
) -> RowMatches:
    """The row of each student.

    Where nobody knows who is behind a submission, its name may be any of the row's identifiers.

    Args:
        system: whose `RowIdentity.system_id` it is, as in `Person.ids`.
    """
    index = _Index(rows)
    found: dict[int, int] = {}
    by_name, missing, problems = [], [], []
    for place, student in enumerate(students):
        strong = {row for key in _keys_of(student, system) for row in index.strong[key]}
        weak = set() if strong else _named_so(student, index, system)
        match sorted(strong or weak):
            case []:
                missing.append(student.name)
            case [row]:
                found[place] = row
                by_name += [student.name] if weak else []
            case several:
                lines = " and ".join(str(row + 1) for row in several)
                problems.append(f"{student.name} fits rows {lines}")
    return RowMatches(
        rows=found,
        by_name=tuple(by_name),
        missing=tuple(missing),
        problems=(*problems, *_shared(students, found)),
    )


class _Rows:
    """The rows that have a key. Nearly every key is that of one row, which takes no list then."""

    def __init__(self, pairs: Iterable[tuple[tuple[str, str], int]]) -> None:
        self._first: dict[tuple[str, str], int] = {}
        self._others: dict[tuple[str, str], list[int]] = {}
        for key, row in pairs:
            if self._first.setdefault(key, row) != row:
                self._others.setdefault(key, []).append(row)

    def __getitem__(self, key: tuple[str, str]) -> Sequence[int]:
        first = self._first.get(key)
        return () if first is None else (first, *self._others.get(key, ()))


class _Index:
    """Where to look for a student: names are looked at if nothing else fits."""

    def __init__(self, rows: Sequence[RowIdentity]) -> None:
        self._rows = rows
        self.strong = _Rows((key, row.row) for row in rows for key in _keys_in(row))

    @functools.cached_property
    def by_name(self) -> _Rows:
        named = ((value, row.row) for row in self._rows for value in set(name_keys(row.name)))
        return _Rows(((_WHOLE_NAME, value), row) for value, row in named)

    @functools.cached_property
    def of_row(self) -> Mapping[int, RowIdentity]:
        return {row.row: row for row in self._rows}


def _keys_in(row: RowIdentity) -> set[tuple[str, str]]:
    """What a row says that tells its student from everybody else."""
    values = {
        "system": row.system_id,
        "id": row.id,
        "email": row.email.casefold(),
        "username": row.username.casefold(),
    }
    return {(kind, value.strip()) for kind, value in values.items() if value.strip()}


def _keys_of(student: PointsInColumn, system: str) -> Iterator[tuple[str, str]]:
    """What tells the student from everybody else."""
    person = student.person
    if person is None:
        yield "system", student.submission
        yield "id", student.submission
        yield "email", student.submission.casefold()
        yield "username", student.submission.casefold()
        return
    yield "system", person.ids.get(system, "")
    yield "id", person.id
    yield "email", person.email.casefold()
    for login in (person.username, person.email):  # some log in with their address
        yield "username", login.casefold()
    yield "email", person.username.casefold()


def _named_so(
    student: PointsInColumn,
    index: _Index,
    system: str,
) -> set[int]:
    """The rows of that name, case, accents and the order of its parts aside."""
    name = student.submission if student.person is None else student.person.name
    found = {row for key in name_keys(name) for row in index.by_name[_WHOLE_NAME, key]}
    return {row for row in found if _may_be(student, index.of_row[row], system)}


def _may_be(student: PointsInColumn, row: RowIdentity, system: str) -> bool:
    """Whether no number says that this is somebody else of the same name."""
    if student.person is None:
        return True
    pairs = ((student.person.ids.get(system, ""), row.system_id), (student.person.id, row.id))
    return all(ours == theirs for ours, theirs in pairs if ours and theirs)


def _shared(students: Sequence[PointsInColumn], found: Mapping[int, int]) -> Iterator[str]:
    """Rows that several submissions fit."""
    once = set(found.values())
    if len(once) == len(found):
        return
    takers: dict[int, list[str]] = defaultdict(list)
    for place, row in found.items():
        takers[row].append(students[place].name)
    for row, names in takers.items():
        if len(names) > 1:
            yield f"row {row + 1} fits {' and '.join(names)}"
