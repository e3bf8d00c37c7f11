"""What is graded by: an assignment of the grader's own kind, or a pytest suite."""

from pathlib import Path

from grader.settings import Assignment, find_assignment
from grader.suites.suite import is_suite, load_suite
from grader.suites.suite_grading import prepared


def found_assignment(name_or_folder: str) -> Assignment:
    """An assignment by its name or folder, or a suite by its folder.

    Raises:
        CourseError: there is none, or its settings or tests are wrong.
    """
    folder = Path(name_or_folder)
    if name_or_folder and folder.is_dir() and is_suite(folder):
        return suite_assignment(folder)
    return find_assignment(name_or_folder)


def suite_assignment(folder: Path) -> Assignment:
    """A suite as the rest of the grader knows it: a file of tests is a stage.

    Raises:
        CourseError: there are no tests, or they or `suite.yaml` are wrong.
    """
    return prepared(load_suite(folder)).assignment
