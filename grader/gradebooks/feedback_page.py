"""The page that a student gets as a file: the one place that decides what it is."""

from grader.gradebooks.student_grades import StudentGrade
from grader.reports.pages.student_page import student_page
from grader.settings import shipped_assignment


def feedback_page(student: StudentGrade) -> bytes:
    """The page, in one file that needs no other."""
    known = shipped_assignment(student.report.assignment)
    return student_page(student.report, known, student.grade.counted_points)
