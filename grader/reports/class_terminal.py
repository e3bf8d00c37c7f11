"""A class at a quiz as it looks in a terminal: results, sheets, and what a repair changes."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.quiz.attempt.quiz import Quiz
from grader.quiz.items.marks import shown
from grader.quiz.marking.class_marks import Change, mean_share
from grader.quiz.marking.decisions import Repaired
from grader.quiz.marking.gradebook import HEADINGS, Line, cells
from grader.quiz.marking.repairs import in_words
from grader.quiz.marking.sheets import Sheet
from grader.reports.quiz_terminal import percent
from grader.text import clean_line, counted

_LONGEST_STUDENT = 60
_LONGEST_QUIZ = 200


def quiz_list(quizzes: Iterable[tuple[str, str, str, int, int]]) -> RenderableType:
    """The quizzes of a store: course, name, title, number of students, number of attempts."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("Course", "Quiz", "Title"):
        table.add_column(heading, overflow="fold")
    for heading in ("Students", "Attempts"):
        table.add_column(heading, justify="right")
    for *names, students, attempts in quizzes:
        shown_names = (Text(clean_line(str(name), _LONGEST_QUIZ)) for name in names)
        table.add_row(*shown_names, str(students), str(attempts))
    return table


def quiz_results(quiz: Quiz, lines: Sequence[Line]) -> RenderableType:
    """What each student earned, and how many handed in."""
    if not lines:
        return Text(f"{quiz.title}: no attempts yet.")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, heading in enumerate(HEADINGS):
        table.add_column(heading, justify="right" if number else "left", overflow="fold")
    for row in lines:
        name, *rest = cells(row)
        table.add_row(Text(clean_line(name, _LONGEST_STUDENT)), *rest)
    done = sum(row.counted is not None for row in lines)
    open_ones = len(lines) - done
    rest_of_class = f", {open_ones} not yet" if open_ones else ""
    closing = (
        f"{counted(done, 'student')} handed in{rest_of_class}."
        f" Of several attempts the {quiz.rules.counts} counts."
    )
    return Group(Text(f"{quiz.title} ({quiz.label})", style="bold"), table, Text(closing))


def sheets_table(sheets: Iterable[Sheet]) -> RenderableType:
    """One line a sheet: points, and those that wait for a person."""
    table = _table("Points", "To be marked")
    for sheet in sorted(sheets, key=lambda sheet: (sheet.topic, sheet.student)):
        table.add_row(
            Text(sheet.student),
            Text(sheet.topic),
            f"{shown(sheet.points)} of {sheet.max_points}",
            counted(sheet.waiting_points, "point") if sheet.waiting_points else "",
        )
    return table


def repairs_list(repairs: Sequence[Repaired]) -> RenderableType:
    """The repairs that hold, with their numbers, reasons and days."""
    if not repairs:
        return Text("No repair holds. `grader quiz repair --help` says how to make one.")
    return Group(
        *(
            Text(f"{one.number}. {in_words(one)}. {one.reason} ({one.at.date().isoformat()})")
            for one in repairs
        )
    )


def changed_marks(changes: Sequence[Change], sheets: Sequence[Sheet]) -> RenderableType:
    """Who changes by how much, and what that does to the mean.

    Args:
        sheets: all that were looked at, as they were before.
    """
    if not changes:
        return Text(f"No mark changes ({counted(len(sheets), 'sheet')} looked at).")
    table = _table("Before", "After", "Change")
    for change in sorted(changes, key=lambda c: (c.before.topic, c.before.student)):
        before, after = change.shares
        table.add_row(
            Text(change.before.student),
            Text(change.before.topic),
            _points(change.before),
            _points(change.after),
            f"{percent(before)} → {percent(after)}",
        )
    then = {change.after.id: change.after for change in changes}
    before, after = mean_share(sheets), mean_share([then.get(s.id, s) for s in sheets])
    lower = sum(after < before for before, after in (change.shares for change in changes))
    tail = f" For {lower} the share of the points gets smaller." if lower else ""
    closing = (
        f"{len(changes)} of {counted(len(sheets), 'sheet')} change;"
        f" the mean goes from {percent(before)} to {percent(after)}.{tail}"
    )
    return Group(table, Text(closing))


def _table(*headings: str) -> Table:
    """A table whose first columns are student and topic."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("Student", "Topic"):
        table.add_column(name, overflow="fold")
    for name in headings:
        table.add_column(name)
    return table


def _points(sheet: Sheet) -> str:
    waiting = f" ({sheet.waiting_points} waiting)" if sheet.waiting_points else ""
    return f"{shown(sheet.points)} of {sheet.max_points}{waiting}"
