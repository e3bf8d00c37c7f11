"""What a report is known by: equal keys are equal grades, so what has one is not graded again."""

import functools
import hashlib
import platform
from importlib.metadata import PackageNotFoundError, version

from grader.promised_packages import version_here
from grader.records import Submission
from grader.settings import Assignment, Feedback


@functools.cache
def grader_version() -> str:
    return version("decoder-grader")


@functools.cache
def _numeric_versions() -> tuple[str, ...]:
    """Of what computes: another release may round otherwise, or know other functions."""
    return platform.python_version(), version("numpy"), _version_of_torch()


def _version_of_torch() -> str:
    """Empty where it is not installed: students who write in NumPy need none."""
    try:
        return version("torch")
    except PackageNotFoundError:
        return ""


def report_key(
    submission: Submission,
    assignment: Assignment,
    *,
    secret: str,
    require_level: str,
    diagnose_hidden: bool = True,
    feedback: Feedback = "full",
    cost: bool = False,
) -> str:
    """Equal for equal code, assignment, subject, settings and versions: then reports are equal too.

    Args:
        require_level: the weakest isolation level that is asked for.
        diagnose_hidden: whether a mistake is named that only hidden checks show.
        feedback: how much students are shown.
        cost: whether it says what a generation costs.
    """
    settings = secret, require_level, str(diagnose_hidden), feedback, *(("cost",) if cost else ())
    packages = map(version_here, assignment.packages)
    parts = (submission.digest, assignment.digest, *settings, *packages, grader_version())
    return hashlib.sha256("\0".join((*parts, *_numeric_versions())).encode()).hexdigest()
