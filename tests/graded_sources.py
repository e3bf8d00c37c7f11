"""Sources graded as a class behind the wall, such as right code in which one thing is broken."""

from grader.harness.grading import grade
from grader.records import Submission
from grader.sandbox.warm import WarmSandbox
from grader.subject.loading import subject_of


def graded_sources(assignment, sources, *, secret=""):
    """The reports for staff by the names of the sources.

    Args:
        secret: what hidden checks draw from; without one only the visible checks run.
    """
    submissions = [
        Submission(name=name, cells=(("submission.py", source),), modules={}, digest=name)
        for name, source in sources.items()
    ]
    sandbox, reports = WarmSandbox(("torch", "numpy")), []
    grade(
        submissions,
        assignment=assignment,
        sandbox=sandbox,
        with_hidden=bool(secret),
        secret=secret,
        emit=reports.append,
        reference=subject_of(assignment).over_arrays(),
    )
    sandbox.close()
    return {report.submission: report for report in reports}
