"""The grades of a class for its code: read them, decide about one, and take a decision back."""

from collections.abc import Mapping
from datetime import datetime

from grader.batch.grade_decisions import (
    Awarded,
    Excused,
    GradeEntry,
    TakenBack,
    entry_from_line,
    holding,
)
from grader.batch.grades import CodeGrade, code_grades
from grader.batch.keeper import ReportKeeper
from grader.decision_list import to_line
from grader.errors import GraderError, did_you_mean
from grader.records import Report, ReportVersion, Status


class CodeMarks:
    """The grades of a class. Who decides and when are arguments; so is why, which may not be empty.

    Nothing here changes a report: grades follow from the reports and the list of decisions.
    """

    def __init__(self, keeper: ReportKeeper) -> None:
        self._keeper = keeper

    def grades(self) -> tuple[CodeGrade, ...]:
        """The grade of each submission by its newest report, sorted by submission."""
        return code_grades(self._keeper.newest(), self._entries())

    def versions(self, submission: str) -> tuple[ReportVersion, ...]:
        """All reports of a submission, oldest first; the last one counts."""
        return tuple(self._keeper.versions(submission))

    def decisions(self) -> Mapping[int, Awarded | Excused]:
        """The decisions that hold, by their numbers."""
        return holding(self._entries())

    def award(
        self, submission: str, stage: str, points: int, *, reason: str, by: str, at: datetime
    ) -> CodeGrade:
        """Give a stage other points than its checks did; what the grade is then.

        Raises:
            GraderError: there is no such submission or stage, it has no grade, the stage does
                not give so many points, or the reason is missing.
        """
        report = self._report(submission)
        if report.status != Status.GRADED:
            raise GraderError(
                f"{submission!r} is {report.status.value}, so its stages have no points",
                fix="Grade it first, or excuse it.",
            )
        stages = {each.stage: each for each in report.stages}
        if stage not in stages:
            raise GraderError(
                f"{submission!r} has no stage {stage!r}", fix=did_you_mean(stage, stages)
            )
        most = stages[stage].max_points
        if not 0 <= points <= most:
            raise GraderError(
                f"the stage {stage!r} gives 0 to {most} points, got {points}",
                fix="Name a number of points within that.",
            )
        self._add(
            Awarded(
                submission=submission,
                stage=stage,
                points=points,
                reason=_reason(reason),
                by=by,
                at=at,
                report=report.key,
            )
        )
        return self._grade(submission)

    def excuse(self, submission: str, *, reason: str, by: str, at: datetime) -> CodeGrade:
        """Let a submission count for nothing; what the grade is then.

        Raises:
            GraderError: there is no such submission, or the reason is missing.
        """
        self._report(submission)
        self._add(Excused(submission=submission, reason=_reason(reason), by=by, at=at))
        return self._grade(submission)

    def take_back(self, number: int, *, reason: str, by: str, at: datetime) -> Awarded | Excused:
        """Let a decision hold no longer; the decision that it was.

        Raises:
            GraderError: no decision of this number holds, or the reason is missing.
        """
        held = self.decisions()
        if number not in held:
            known = f"These do: {', '.join(map(str, held))}." if held else "None does."
            raise GraderError(f"there is no decision {number} that holds", fix=known)
        self._add(TakenBack(number=number, reason=_reason(reason), by=by, at=at))
        return held[number]

    def _entries(self) -> list[GradeEntry]:
        return [entry_from_line(line) for line in self._keeper.entries()]

    def _add(self, entry: GradeEntry) -> None:
        self._keeper.add([to_line(entry)])

    def _grade(self, submission: str) -> CodeGrade:
        return next(grade for grade in self.grades() if grade.report.submission == submission)

    def _report(self, submission: str) -> Report:
        newest = self._keeper.newest()
        if submission not in newest:
            raise GraderError(
                f"there is no report on {submission!r}", fix=did_you_mean(submission, newest)
            )
        return newest[submission]


def _reason(text: str) -> str:
    """The reason in one line.

    Raises:
        GraderError: there is none.
    """
    if not (reason := " ".join(text.split())):
        raise GraderError("a decision needs a reason", fix="Say why, in a few words.")
    return reason
