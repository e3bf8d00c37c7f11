"""The grades as a table of our own, one row a student, for a spreadsheet."""

from collections.abc import Iterable, Iterator
from itertools import chain

from grader.gradebooks.decimals import decimal_text
from grader.gradebooks.student_grades import StudentGrade
from grader.records import Person
from grader.text import csv_lines, table_cell

_HEADER = ("submission", "name", "id", "email", "points", "max", "status", "reason")


def table_csv(students: Iterable[StudentGrade]) -> Iterator[bytes]:
    """The lines of the table; the points of what has no grade are empty."""
    return csv_lines(chain([_HEADER], map(_cells, students)))


def _cells(student: StudentGrade) -> tuple[object, ...]:
    person = student.person or Person()
    texts = (student.submission, person.name, person.id, person.email)
    points = "" if student.points is None else decimal_text(student.points)
    most = student.max_points or "" if student.points is not None else ""
    said = (student.report.why_zero, student.grade.explained)
    why = table_cell("; ".join(filter(None, said)))
    return (*map(table_cell, texts), points, most, student.grade.status, why)
