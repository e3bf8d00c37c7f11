"""The grades as a table of our own, one row a student, for a spreadsheet."""

import csv
import io
from collections.abc import Iterable

from grader.gradebooks.decimals import decimal_text
from grader.gradebooks.student_grades import StudentGrade
from grader.records import Person
from grader.text import table_cell

_HEADER = ("submission", "name", "id", "email", "points", "max", "status", "reason")


def table_csv(students: Iterable[StudentGrade]) -> bytes:
    """The table; the points of what has no grade are empty."""
    text = io.StringIO()
    written = csv.writer(text, lineterminator="\n")
    written.writerow(_HEADER)
    for student in students:
        person = student.person or Person()
        texts = [student.submission, person.name, person.id, person.email]
        points = "" if student.points is None else decimal_text(student.points)
        most = student.max_points or "" if student.points is not None else ""
        said = (student.report.why_zero, student.grade.explained)
        why = table_cell("; ".join(filter(None, said)))
        written.writerow([*map(table_cell, texts), points, most, student.grade.status, why])
    return text.getvalue().encode("utf-8", "replace")
