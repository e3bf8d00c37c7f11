"""The figures of a class as tables for other programs, a line after the other."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from grader.code_figures.class_figures import ClassFigures
from grader.reports.class_page import StudentRow
from grader.text import csv_lines, table_cell


def students_csv(rows: Iterable[StudentRow]) -> Iterator[bytes]:
    """One row a student."""
    return _csv("student points state said", ((r.name, r.points, r.state, r.said) for r in rows))


def ideas_csv(figures: ClassFigures) -> Iterator[bytes]:
    """One row a mistaken idea and student."""
    rows = (
        (idea.id, idea.stage, idea.says, student)
        for idea in figures.ideas
        for student in idea.students
    )
    return _csv("idea stage says student", rows)


def checks_csv(figures: ClassFigures) -> Iterator[bytes]:
    """One row a check; what cannot be said is empty."""
    rows = (
        (
            c.check,
            c.stage,
            "yes" if c.hidden else "no",
            c.n,
            c.passed,
            _number(c.discrimination),
            c.remark,
        )
        for c in figures.checks
    )
    return _csv("check stage hidden ran passed discrimination remark", rows)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _csv(head: str, rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    cells = ([table_cell(str(value)) for value in row] for row in rows)
    return csv_lines(chain([head.split()], cells))
