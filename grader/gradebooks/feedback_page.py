"""The page that a student gets as a file: the one place that decides what it is."""

from grader.gradebooks.student_grades import StudentGrade
from grader.reports.pages.student_page import student_page
from grader.settings import assignments


def feedback_page(student: StudentGrade) -> bytes:
    """The page, in one file that needs no other."""
    report = student.report
    known = next((one for one in assignments() if one.name == report.assignment), None)
    return student_page(report, known, student.grade.counted_points)
