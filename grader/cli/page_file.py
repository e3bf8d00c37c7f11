"""The page of one report, written where a student says."""

from pathlib import Path

from grader.cli.files import write_file
from grader.records import Report
from grader.reports.pages.student_page import student_page
from grader.settings import Assignment


def write_page(report: Report, assignment: Assignment, path: Path) -> None:
    """Write the page of one report.

    Raises:
        GraderError: it cannot be written.
    """
    write_file(path, student_page(report, assignment))
