"""What a submission imports and cannot count on, in sentences."""

from collections import Counter
from collections.abc import Iterable, Iterator

from grader.promised_packages import in_words
from grader.records import Report
from grader.settings import Assignment
from grader.text import counted

_MOST = 10


def package_notes(report: Report, assignment: Assignment) -> Iterator[str]:
    """For the student: packages that are not here, or may be missing where the course grades."""
    promise = f"the packages of this course: {in_words(assignment.packages)}"
    for package in report.packages:
        if package.is_here and not package.is_promised:
            yield f"{package.name} is here, and not among {promise}."
        elif not package.is_here and package.is_promised:
            yield f"{package.name} is among the packages of this course, and not here: install it."
        elif not package.is_here:
            yield f"{package.name} is not here, and not among {promise}."


def missing_packages(reports: Iterable[Report]) -> Iterator[str]:
    """For the instructor: what submissions import and is not here, the most frequent first."""
    times = Counter(p.name for report in reports for p in report.packages if not p.is_here)
    for name, count in times.most_common(_MOST):
        verb = "imports" if count == 1 else "import"
        yield f"{counted(count, 'submission')} {verb} {name}, which is not here."
