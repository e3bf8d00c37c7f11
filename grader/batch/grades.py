"""The grade of a submission: what its newest report says, and what people decided about it."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from grader.batch.grade_decisions import GradeEntry, SubmissionDecisions, by_submission
from grader.records import Report, StageResult, Status
from grader.text import table_cell

_NOTHING_DECIDED = SubmissionDecisions()


@dataclass(frozen=True, slots=True)
class CodeGrade:
    """The grade of one submission."""

    report: Report
    decided: SubmissionDecisions = _NOTHING_DECIDED

    @property
    def status(self) -> str:
        return "excused" if self.decided.excuse else self.report.status.value

    @property
    def counts(self) -> bool:
        """Whether there are points."""
        return self.decided.excuse is None and self.report.status == Status.GRADED

    @property
    def points(self) -> int:
        return sum(map(self.points_of, self.report.stages))

    @property
    def final(self) -> Fraction:
        """What the gradebook takes."""
        return Fraction(self.points)

    def points_of(self, stage: StageResult) -> int:
        """The decided points, which are never more than the stage gives now."""
        award = self.decided.awards.get(stage.stage)
        return min(award.points, stage.max_points) if award else stage.points

    def said(self) -> Iterator[str]:
        """What was decided, a phrase each."""
        if self.decided.excuse:
            yield f"excused: {self.decided.excuse.reason}"
        stages = {stage.stage: stage for stage in self.report.stages}
        for name, award in self.decided.awards.items():
            if not self.counts or name not in stages:
                yield f"{name} {award.points} (does not count now): {award.reason}"
                continue
            stage = stages[name]
            earlier = "" if award.report == self.report.key else ", decided on an earlier report"
            points = f"{self.points_of(stage)} in place of {stage.points}"
            yield f"{name} {points}{earlier}: {award.reason}"


def code_grades(
    reports: Mapping[str, Report], entries: Sequence[GradeEntry]
) -> tuple[CodeGrade, ...]:
    """The grades, sorted by submission."""
    decided = by_submission(entries)
    return tuple(
        CodeGrade(reports[name], decided.get(name, _NOTHING_DECIDED)) for name in sorted(reports)
    )


def grades_csv(grades: Iterable[CodeGrade], stages: Iterable[str]) -> bytes:
    """The gradebook. A submission without a grade has empty points, and the reason says why.

    The column `decided` is there only if something was decided.
    """
    names, rows = list(stages), list(grades)
    text = io.StringIO()
    written = csv.writer(text, lineterminator="\n")
    with_decisions = any(grade.decided != _NOTHING_DECIDED for grade in rows)
    last = ["decided"] if with_decisions else []
    written.writerow(["submission", "status", "points", "max_points", *names, "reason", *last])
    for grade in rows:
        said = [table_cell("; ".join(grade.said()))] if with_decisions else []
        why = grade.report.reason if grade.decided.excuse else grade.report.why_zero
        written.writerow([*_cells(grade, names), table_cell(why), *said])
    return text.getvalue().encode()


def _cells(grade: CodeGrade, stages: Sequence[str]) -> Iterator[str | int]:
    report = grade.report
    yield table_cell(report.submission)
    yield grade.status
    if not grade.counts:
        yield from [""] * (2 + len(stages))
        return
    yield grade.points
    yield report.max_points
    by_stage = {stage.stage: grade.points_of(stage) for stage in report.stages}
    yield from (by_stage.get(name, "") for name in stages)
