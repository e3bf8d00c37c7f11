"""What a student is told of a grade where only plain text can go."""

from collections.abc import Iterator

from grader.gradebooks.decimals import decimal_text
from grader.gradebooks.student_grades import StudentGrade
from grader.records import CheckResult, Finding, Report, StageResult, Status, Verdict
from grader.reports.findings import finding_lines
from grader.text import counted

NOT_THEIR_FAULT = "It could not be graded, through no fault of yours. Your course has to look."


def feedback_text(student: StudentGrade) -> str:
    """The points, and for each stage that lost some what came first and why."""
    if student.why_none == "excused":
        return "You are excused: this counts for nothing, and against nobody."
    explained = [student.grade.explained] if student.grade.explained else []
    if student.points is None and student.report.status == Status.GRADED:
        return "\n\n".join(["It has no points.", *explained])
    if student.points is None:
        return without_grade(student.report)
    total = f"{decimal_text(student.points)} of {counted(student.max_points, 'point')}."
    parts = [total, *explained, *student.report.notes]
    parts += ["\n".join(stage_lines(student.report, stage)) for stage in student.report.stages]
    return "\n\n".join([*parts, *([student.report.chain] if student.report.chain else [])])


def without_grade(report: Report) -> str:
    """Why there are no points, as a student may read it."""
    if report.status == Status.UNREADABLE:
        return f"It could not be read, so it has no points yet: {report.reason}"
    return NOT_THEIR_FAULT


def stage_lines(report: Report, stage: StageResult) -> Iterator[str]:
    """One stage: its points, and its first failure with what is known about it."""
    yield f"{stage.title or stage.stage}: {stage.points} of {counted(stage.max_points, 'point')}."
    if (first := stage.first_failure) is None:
        return
    yield f"{first.verdict.value}: {first.claim}"
    yield from check_lines(first)
    yield from stage_reasons(report.findings, stage.stage)


def check_lines(check: CheckResult) -> Iterator[str]:
    """What a check said, where it said something."""
    if check.verdict != Verdict.PASSED and check.message:
        yield check.message


def stage_reasons(findings: tuple[Finding, ...], stage: str) -> Iterator[str]:
    """Why a stage is wrong, as far as that is known."""
    for finding in findings:
        if finding.stage == stage:
            yield from (line.plain for line in finding_lines(finding))
