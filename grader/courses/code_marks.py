"""The grades of a class for its code: read them, decide about them, and take a decision back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from grader.batch.class_grades import CodeGrades, grades_kept, is_nothing
from grader.batch.grade_decisions import (
    Awarded,
    CheckDropped,
    Excused,
    Extended,
    FinalSet,
    GradeDecision,
    GradeEntry,
    TakenBack,
    TimeStated,
    entry_from_line,
    holding,
)
from grader.batch.grades import CodeGrade
from grader.batch.keeper import ReportKeeper
from grader.courses.people_behind import no_report_on
from grader.decision_list import to_line
from grader.errors import GraderError, did_you_mean
from grader.records import Person, ReportVersion, Status
from grader.text import decimal


class CodeMarks:
    """The grades of a class. Who decides and when are arguments; so is why, which may not be empty.

    Nothing here changes a report: grades follow from the reports and the list of decisions.

    Args:
        enrolled: who is in the course, by the name of their submission, if that is known. What is
            decided about them may come before anything is handed in.
    """

    def __init__(
        self, keeper: ReportKeeper, *, enrolled: Mapping[str, Sequence[Person]] | None = None
    ) -> None:
        self._keeper = keeper
        self._enrolled = enrolled or {}

    def grades(self) -> CodeGrades:
        """The grade of each submission by the attempt that counts, sorted by submission."""
        return grades_kept(self._keeper, enrolled=self._enrolled)

    def versions(self, submission: str) -> tuple[ReportVersion, ...]:
        """All reports of a submission, oldest first."""
        return tuple(self._keeper.versions(submission))

    def decisions(self) -> Mapping[int, GradeDecision]:
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
        grade = self._grade(submission)
        report = grade.report
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
        most = grade.most_of(stages[stage])
        if not 0 <= points <= most:
            raise GraderError(
                f"the stage {stage!r} gives 0 to {most} points, got {points}",
                fix="Name a number of points within that.",
            )
        why = _reason(reason)
        key = report.key
        self._add(
            Awarded(
                submission=submission,
                stage=stage,
                points=points,
                reason=why,
                by=by,
                at=at,
                report=key,
            )
        )
        return self._grade(submission)

    def excuse(self, submission: str, *, reason: str, by: str, at: datetime) -> CodeGrade:
        """Let a submission count for nothing; what the grade is then.

        Raises:
            GraderError: there is no such submission, or the reason is missing.
        """
        self._grade(submission)
        self._add(Excused(submission=submission, reason=_reason(reason), by=by, at=at))
        return self._grade(submission)

    def extend(
        self,
        submission: str,
        seconds: int,
        *,
        is_extra: bool = False,
        reason: str,
        by: str,
        at: datetime,
    ) -> CodeGrade:
        """Put off the due date of a submission; what the grade is then.

        Args:
            is_extra: whether it is extra time, which comes on top of an extension.

        Raises:
            GraderError: there is no such submission, the time is none, or the reason is missing.
        """
        self._grade(submission)
        if seconds <= 0:
            raise GraderError(
                "an extension is longer than nothing", fix="Name hours above 0, such as 24."
            )
        why = _reason(reason)
        self._add(
            Extended(
                submission=submission, seconds=seconds, is_extra=is_extra, reason=why, by=by, at=at
            )
        )
        return self._grade(submission)

    def state_time(
        self, submission: str, handed_in_at: datetime, *, reason: str, by: str, at: datetime
    ) -> CodeGrade:
        """Say when the newest attempt was handed in, where the files do not; the grade then.

        Raises:
            GraderError: there is no such submission, or the reason is missing.
        """
        report = self._grade(submission).report
        if is_nothing(report):
            raise GraderError(
                f"{submission!r} has handed nothing in, so there is no time to be stated",
                fix="Give more time, or set the final points.",
            )
        digest = report.submission_digest
        why = _reason(reason)
        self._add(
            TimeStated(
                submission=submission,
                handed_in_at=handed_in_at,
                submission_digest=digest,
                reason=why,
                by=by,
                at=at,
            )
        )
        return self._grade(submission)

    def set_final(
        self, submission: str, points: Fraction, *, reason: str, by: str, at: datetime
    ) -> CodeGrade:
        """Set the final points, whatever checks and policy come to; what the grade is then.

        Raises:
            GraderError: there is no such submission, there are not so many points, or the reason
                is missing.
        """
        most = self._grade(submission).max_points
        if not 0 <= points <= most:
            raise GraderError(
                f"the assignment gives 0 to {most} points, got {decimal(points)}",
                fix="Name a number of points within that.",
            )
        why = _reason(reason)
        self._add(FinalSet(submission=submission, points=str(points), reason=why, by=by, at=at))
        return self._grade(submission)

    def drop_check(self, check: str, *, reason: str, by: str, at: datetime) -> int:
        """Let a check count for nobody; the points by which the maximum is less.

        Raises:
            GraderError: there is no such check, or the reason is missing.
        """
        reports = self._keeper.newest().values()
        known = {each.check: each.max_points for report in reports for each in report.checks}
        if check not in known:
            raise GraderError(f"there is no check {check!r}", fix=did_you_mean(check, known))
        self._add(CheckDropped(check=check, reason=_reason(reason), by=by, at=at))
        return known[check]

    def take_back(self, number: int, *, reason: str, by: str, at: datetime) -> GradeDecision:
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
        """The grade of a submission.

        Raises:
            GraderError: there is no report on it.
        """
        for grade in grades_kept(self._keeper, only=submission, enrolled=self._enrolled):
            return grade
        raise no_report_on(submission, self._keeper.last_run(), self._keeper.newest())


def _reason(text: str) -> str:
    """The reason in one line.

    Raises:
        GraderError: there is none.
    """
    if not (reason := " ".join(text.split())):
        raise GraderError("a decision needs a reason", fix="Say why, in a few words.")
    return reason
