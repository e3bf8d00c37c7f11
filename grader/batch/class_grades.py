"""The grades of a class: of each submission by the attempt that counts, and as a table."""

import csv
import functools
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import overload

from grader.batch.code_attempts import attempts_of
from grader.batch.grade_decisions import (
    GradeEntry,
    SubmissionDecisions,
    class_decisions,
    entry_from_line,
)
from grader.batch.grades import CodeGrade
from grader.batch.keeper import ReportKeeper
from grader.batch.kept_reports import in_turn
from grader.intake.layouts.canvas import Canvas
from grader.policies.attempts import AttemptWorth, chosen
from grader.policies.policy import NO_POLICY
from grader.records import GradingRun, Person, Report, Status
from grader.text import decimal, table_cell

Versions = Callable[[str], Iterable[Report]]
_NOTHING_DECIDED = SubmissionDecisions()
_NOTHING_CAME = "nothing was handed in"
_FINAL = ("handed_in_at", "attempt", "attempts", "raw", "late", "final", "explained")


class CodeGrades(Sequence[CodeGrade]):
    """The grades of a class, sorted by submission, each made of its report when it is asked for.

    So a class of any size takes the memory of one report; each pass reads all of them again.

    Args:
        reports: the newest of each submission.
        people: who handed it in, as far as it is known.
        versions: all reports of a submission, oldest first; asked only if attempts matter.
        names: the submissions that are asked for; those without a report are passed over.
        layout: of what was downloaded, as far as it is known.
    """

    def __init__(
        self,
        reports: Mapping[str, Report],
        entries: Sequence[GradeEntry],
        *,
        people: Mapping[str, Sequence[Person]] | None = None,
        versions: Versions | None = None,
        names: Sequence[str] | None = None,
        layout: str = "",
    ) -> None:
        self._reports = reports
        self._of_class = class_decisions(entries)
        self._people = people or {}
        self._versions = versions
        self._asked = names
        self._marks_late = layout == Canvas.name
        self.has_decisions = bool(entries)

    def __iter__(self) -> Iterator[CodeGrade]:
        return map(self._grade, self._in_turn())

    def __len__(self) -> int:
        return sum(1 for _ in self._in_turn())

    @overload
    def __getitem__(self, index: int) -> CodeGrade: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[CodeGrade]: ...
    def __getitem__(self, index: int | slice) -> CodeGrade | Sequence[CodeGrade]:
        if isinstance(index, int) and index >= 0:
            for grade in islice(self, index, None):
                return grade
            raise IndexError(index)
        return [*self][index]

    def of(self, submission: str) -> CodeGrade:
        """The grade of one; KeyError if there is no report on it."""
        return self._grade(self._reports[submission])

    def _in_turn(self) -> Iterator[Report]:
        if self._asked is None:
            return in_turn(self._reports)
        return (report for name in self._asked if (report := self._reports.get(name)) is not None)

    @functools.cached_property
    def _class_maximum(self) -> int:
        reports = self._reports.values()
        maxima = (CodeGrade(report, of_class=self._of_class).max_points for report in reports)
        return max(maxima, default=0)

    def _grade(self, report: Report) -> CodeGrade:
        """The grade by the attempt that counts, the last one where no rule says which."""
        name, of_class = report.submission, self._of_class
        attempts: Sequence[Report] = [report]
        if of_class.policy.attempts is not None and self._versions is not None:
            attempts = attempts_of(self._versions(name)) or attempts
        grades = [
            CodeGrade(
                attempt,
                of_class.of.get(name, _NOTHING_DECIDED),
                of_class,
                known_as=names_of(name, self._people.get(name, ())),
                attempt=number,
                n_attempts=len(attempts),
                class_maximum=0 if attempt.stages else self._class_maximum,
                marks_late=self._marks_late,
            )
            for number, attempt in enumerate(attempts, start=1)
        ]
        if (rule := of_class.policy.attempts) is None:
            return grades[-1]
        worth = [
            AttemptWorth(final=g.final if g.counts else None, is_taken=g.taken_off.is_taken)
            for g in grades
        ]
        return grades[chosen(worth, rule)]


def code_grades(
    reports: Mapping[str, Report],
    entries: Sequence[GradeEntry],
    *,
    people: Mapping[str, Sequence[Person]] | None = None,
    versions: Versions | None = None,
    only: str | None = None,
    layout: str = "",
) -> CodeGrades:
    """The grades that follow from reports and decisions, see `CodeGrades`.

    Args:
        only: one submission, if the others are not asked for.
    """
    return CodeGrades(
        reports,
        entries,
        people=people,
        versions=versions,
        names=[only] if only is not None else None,
        layout=layout,
    )


def grades_kept(
    keeper: ReportKeeper,
    *,
    only: str | None = None,
    names: Sequence[str] | None = None,
    run: GradingRun | None = None,
    enrolled: Mapping[str, Sequence[Person]] | None = None,
) -> CodeGrades:
    """The grades of all submissions that a keeper has a report on, or of some of them.

    Args:
        only: one submission, if the others are not asked for.
        names: some, sorted.
        run: what was graded; by default the last run that is kept.
        enrolled: who is in the course, by the name of their submission, if that is known: those
            who handed nothing in have a grade, too, which says so.
    """
    run = run or keeper.last_run()
    people = {**(run.people if run is not None else {}), **(enrolled or {})}
    nothing = {name: nothing_handed_in(name) for name in enrolled or ()}
    return CodeGrades(
        {**nothing, **keeper.newest()} if nothing else keeper.newest(),
        [entry_from_line(line) for line in keeper.entries()],
        people=people,
        versions=lambda name: (each.for_student for each in keeper.versions(name)),
        names=[only] if only is not None else names,
        layout=run.layout if run is not None else "",
    )


def nothing_handed_in(submission: str, *, assignment: str = "") -> Report:
    """What stands for a report where nothing was handed in: what was decided still holds."""
    return Report(
        submission=submission,
        status=Status.UNGRADED,
        assignment=assignment,
        key="",
        grader_version="",
        reason=_NOTHING_CAME,
    )


def is_nothing(report: Report) -> bool:
    """Whether it only says that nothing was handed in."""
    return not report.key and report.reason == _NOTHING_CAME


def grades_csv(
    grades: Sequence[CodeGrade], stages: Iterable[str], *, may_be_decided: bool = True
) -> bytes:
    """The gradebook. A submission without a grade has empty points, and the reason says why.

    The column `decided` is there only if something was decided, and the columns from `raw` on only
    if a policy holds or final points were set.

    Args:
        may_be_decided: whether anything was; if not, the grades are gone through once.
    """
    names = list(stages)
    text = io.StringIO()
    written = csv.writer(text, lineterminator="\n")
    with_decisions = may_be_decided and any(any(grade.said()) for grade in grades)
    with_final = may_be_decided and any(map(_has_terms, grades))
    last = [*(["decided"] if with_decisions else []), *(_FINAL if with_final else [])]
    written.writerow(["submission", "status", "points", "max_points", *names, "reason", *last])
    for grade in grades:
        said = [table_cell("; ".join(grade.said()))] if with_decisions else []
        final = _final_cells(grade) if with_final else ()
        why = grade.report.reason if grade.excuse is not None else grade.report.why_zero
        written.writerow([*_cells(grade, names), table_cell(why), *said, *final])
    return text.getvalue().encode()


def _has_terms(grade: CodeGrade) -> bool:
    """Whether final points may be others than the raw ones."""
    of_class, decided = grade.of_class, grade.decided
    by_hand = decided.final is not None or bool(decided.extensions or of_class.dropped)
    return by_hand or of_class.policy != NO_POLICY


def names_of(submission: str, people: Sequence[Person]) -> frozenset[str]:
    """All that a policy may call those who handed something in."""
    return frozenset({submission}.union(*(person.known_as for person in people)))


def _cells(grade: CodeGrade, stages: Sequence[str]) -> Iterator[str | int]:
    report = grade.report
    yield table_cell(report.submission)
    yield grade.status
    if not grade.counts:
        yield from [""] * (2 + len(stages))
        return
    yield _raw(grade)
    yield grade.max_points
    by_stage = {stage.stage: grade.points_of(stage) for stage in report.stages}
    yield from (by_stage.get(name, "") for name in stages)


def _final_cells(grade: CodeGrade) -> Iterator[str | int]:
    """What stands under the columns of a policy; points are decimals."""
    at = grade.handed_in_at
    yield at.isoformat(timespec="seconds") if at else ""
    yield from (grade.attempt, grade.n_attempts)
    is_set = grade.decided.final is not None
    yield _raw(grade) if grade.counts else ""
    yield decimal(-grade.taken_off.points) if grade.counts and not is_set else ""
    yield decimal(grade.final) if grade.counts else ""
    yield table_cell(grade.explained)


def _raw(grade: CodeGrade) -> int | str:
    """The points that it earned; empty where only somebody's decision says points."""
    return grade.points if grade.report.status == Status.GRADED else ""
