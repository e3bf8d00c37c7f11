"""What was found in a download, in lines: an instructor sees them before anything is graded."""

from collections import Counter
from collections.abc import Iterator, Sequence

from grader.intake.class_intake import ClassEntry, ClassIntake
from grader.intake.layouts.plain import Plain
from grader.records import Person
from grader.text import clean_line, counted

_NAMES = 10  # in one line, where not all are asked for
_MOST_FILES = 100
_SHOWN = 100


def intake_lines(intake: ClassIntake, *, whole: bool) -> Iterator[str]:
    """One line on the layout and the numbers, then what a person should look at.

    Args:
        whole: every name, as before a decision; otherwise the first ones.
    """
    most = None if whole else _NAMES
    name = clean_line(intake.source.resolve().name, _SHOWN)
    yield f"{name} is {intake.title}: {', '.join(_numbers(intake))}."
    for title, names in (
        ("Not on the roster, and graded under the names in the download", _unmatched(intake)),
        ("Missing, with nothing handed in", list(map(_person, intake.missing))),
        ("Found on the roster by the name alone", _by_name(intake)),
        ("Several attempts, of which the newest counts", _several(intake)),
        ("Marked late", [one.name for one in intake.entries if one.newest.marked_late]),
        ("Left out, since it is no student's", [*intake.left_out]),
    ):
        if names:
            yield f"{title}: {_listed(names, most)}."
    if intake.roster is None and intake.layout != Plain.name:
        yield "There is no roster, so submissions are called as in the download."
    yield from _first(intake.notes, most, "notes")
    yield from _first(list(_file_notes(intake.entries)), most, "notes on files")
    if whole:
        yield from _left_out(intake.entries)


def _numbers(intake: ClassIntake) -> Iterator[str]:
    entries = intake.entries
    n_people = sum(max(1, len(entry.people)) for entry in entries)
    if n_people > len(entries):
        yield f"{counted(len(entries), 'submission')} of {counted(n_people, 'student')}"
    else:
        yield counted(len(entries), "student")
    if n_late := sum(entry.newest.marked_late for entry in entries):
        yield f"{n_late} marked late"
    if intake.roster is not None:
        yield f"{len(_unmatched(intake))} not on the roster"
        yield f"{len(intake.missing)} missing"
    if several := _several(intake):
        yield f"{len(several)} with several attempts"
    if intake.layout != Plain.name or any(entry.newest.n_taken is not None for entry in entries):
        n_taken = sum(entry.newest.n_taken or 0 for entry in entries)
        n_left = sum(len(entry.newest.left_out) for entry in entries) + len(intake.left_out)
        yield f"{counted(n_taken, 'file')} taken and {n_left} left out"


def _unmatched(intake: ClassIntake) -> list[str]:
    if intake.roster is None:
        return []
    return [entry.name for entry in intake.entries if not entry.is_matched]


def _by_name(intake: ClassIntake) -> list[str]:
    if intake.layout == Plain.name:  # where it is the name that the instructor gave the file
        return []
    return [
        f"{entry.name} ({', '.join(person.name for person in entry.people)})"
        for entry in intake.entries
        if "name" in entry.matched_by
    ]


def _several(intake: ClassIntake) -> list[str]:
    entries = [entry for entry in intake.entries if len(entry.attempts) > 1]
    return [f"{entry.name} ({len(entry.attempts)})" for entry in entries]


def _person(person: Person) -> str:
    known = person.id or person.username or person.email
    return f"{person.name} ({known})" if person.name and known else person.name or known


def _file_notes(entries: Sequence[ClassEntry]) -> Iterator[str]:
    for entry in entries:
        for note in entry.newest.notes:
            yield f"{entry.name}: {note}"


def _left_out(entries: Sequence[ClassEntry]) -> Iterator[str]:
    """What is no source file: the same names are told once."""
    times = Counter(name for entry in entries for name in entry.newest.left_out)
    if times:
        names = [f"{name} ({n})" if n > 1 else name for name, n in sorted(times.items())]
        yield f"Left out, since they are no source files: {_listed(names, _MOST_FILES)}."


def _first(lines: Sequence[str], most: int | None, noun: str) -> Iterator[str]:
    yield from lines[:most]
    if most is not None and len(lines) > most:
        yield f"There are {len(lines) - most} more {noun}; `--dry-run` shows all."


def _listed(names: Sequence[str], most: int | None) -> str:
    more = f" and {len(names) - most} more" if most is not None and len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"
