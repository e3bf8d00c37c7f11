"""nbgrader: the grades.csv that its export writes, which other tools read.

It knows no quotes, so a comma within a cell would move the cells behind it.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from grader.errors import GraderError
from grader.gradebooks.decimals import decimal_text
from grader.gradebooks.student_grades import StudentGrade
from grader.records import Person

_HEADER = (
    "assignment,duedate,timestamp,student_id,last_name,first_name,email,"
    "raw_score,late_submission_penalty,score,max_score"
)
_NEEDS_QUOTES = set(',"\r\n')
_MOST_SHOWN = 10


def grades_csv(students: Iterable[StudentGrade]) -> Iterator[bytes]:
    """The lines of the file; what has no grade has no score in it.

    Raises:
        GraderError: a cell would hold a comma, a quote or a line end; said after the last line.
    """
    yield f"{_HEADER}\n".encode()
    bad: list[str] = []
    for student in students:
        cells = list(_cells(student))
        bad += [cell for cell in cells if set(cell) & _NEEDS_QUOTES][: _MOST_SHOWN - len(bad)]
        yield f"{','.join(cells)}\n".encode("utf-8", "replace")
    if bad:
        raise GraderError(
            f"nbgrader's table knows no quotes, and these have commas, quotes or line ends: "
            f"{', '.join(map(repr, bad))}",
            fix="Take --to csv, which has quotes.",
        )


def _cells(student: StudentGrade) -> Iterator[str]:
    person, report = student.person or Person(), student.report
    last, first = _split(person.name)
    timestamp = report.handed_in_at.isoformat(sep=" ") if report.handed_in_at else ""
    yield from (report.assignment, "", timestamp)
    yield from (person.id or person.username or student.submission, last, first, person.email)
    if student.points is None:
        yield from ("", "", "", str(student.max_points or ""))
        return
    penalty = max(student.grade.points - student.points, Fraction(0))
    yield decimal_text(student.points + penalty)
    yield decimal_text(penalty)
    yield from (decimal_text(student.points), str(student.max_points))


def _split(name: str) -> tuple[str, str]:
    """Last and first name; what stands before a comma is the last name."""
    last, comma, first = name.partition(",")
    if comma:
        return last.strip(), first.strip()
    first, _, last = name.strip().rpartition(" ")
    return last, first
