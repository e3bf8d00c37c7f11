"""Students with grades, as the tests of this folder hand them in."""

from datetime import UTC, datetime
from fractions import Fraction

from grader.batch.grade_decisions import Excused, SubmissionDecisions
from grader.batch.grades import CodeGrade
from grader.gradebooks.student_grades import student_grades
from grader.records import CheckResult, Finding, Person, Report, StageResult, Status, Verdict

AT = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


def check(name, points, *, of=5, stage="embed", hidden=False, verdict=None, message=""):
    verdict = verdict or (Verdict.PASSED if points == of else Verdict.FAILED)
    return CheckResult(
        check=name,
        stage=stage,
        claim=f"The claim of {name}.",
        verdict=verdict,
        points=points,
        max_points=of,
        hidden=hidden,
        message=message,
    )


def report(submission, points, *, status=Status.GRADED, reason="", findings=()):
    """A report of 10 points: 5 for a visible check of each of two stages, one with a hidden one."""
    first = min(points, 5)
    second = min(points - first, 3)
    stages = (
        StageResult(
            stage="embed",
            title="Embedding: rows",
            checks=(check("rows", first, message="" if first == 5 else "Row 2 is: wrong, <b>"),),
        ),
        StageResult(
            stage="softmax",
            title="Softmax",
            checks=(
                check("sums", second, of=3, stage="softmax"),
                check("secret", points - first - second, of=2, stage="softmax", hidden=True),
            ),
        ),
    )
    return Report(
        submission=submission,
        status=status,
        assignment="decoder",
        key="k",
        grader_version="1",
        reason=reason,
        stages=stages if status == Status.GRADED else (),
        findings=findings,
    )


class FinalGrade(CodeGrade):
    """A grade whose final points differ from those of its checks, as a policy makes them."""

    __slots__ = ()

    @property
    def final(self):
        return Fraction(self.points) * Fraction(5, 6)


def graded(submission, points=10, *people, kind=CodeGrade, **more):
    return student_grades([kind(report(submission, points, **more))], {submission: people})


def without_grade(submission, status, *people):
    return graded(submission, 0, *people, status=status, reason="no submission.py in it")


def excused(submission, *people):
    excuse = Excused(submission=submission, reason="ill", by="kim", at=AT)
    grade = CodeGrade(report(submission, 4), SubmissionDecisions(excuse=excuse))
    return student_grades([grade], {submission: people})


FINDING = Finding(
    stage="embed",
    misconceptions=("rows-swapped",),
    says=("The rows are swapped.",),
    hints=("Which row is which?",),
)
ADA = Person(
    name="Ada Lovelace", id="s1", email="ada@uni.edu", username="ada", ids={"canvas": "11"}
)
BO = Person(name="Bo Å", id="s2", email="bo@uni.edu", username="bo.a", ids={"canvas": "12"})
CY = Person(name="Cy, Jr.", id="s3", email="cy@uni.edu", username="cy", ids={"moodle": "103"})
