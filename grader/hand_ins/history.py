"""The attempts of a person: what each came to, which one counts, and what changed between them."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.batch.class_grades import code_grades
from grader.batch.grade_decisions import ClassDecisions, class_decisions, entry_from_line
from grader.batch.grades import CodeGrade
from grader.hand_ins.class_record import person_of_enrolment
from grader.records import Report, Status
from grader.store.accounts_store import Enrolment
from grader.store.hand_ins_store import StoredHandIn
from grader.store.jobs_store import StoredJob
from grader.store.reports_store import ReportsStore
from grader.store.site_store import SiteStore


@dataclass(frozen=True, slots=True, kw_only=True)
class HandInAttempt:
    """One hand-in, and what came of it as the student may have it.

    Attributes:
        report: the newest on it; None while there is none.
        counts: whether it is the one that counts.
        gained: points more than the attempt before; None where one of the two has no grade.
    """

    hand_in: StoredHandIn
    job: StoredJob | None
    report: Report | None
    counts: bool = False
    gained: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it waits, or is being graded."""
        return self.job is not None and self.job.state in ("waiting", "running")


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All attempts of a person for an assignment, oldest first, and the grade that counts."""

    attempts: tuple[HandInAttempt, ...]
    grade: CodeGrade | None
    decisions: ClassDecisions

    def attempt(self, number: int) -> HandInAttempt | None:
        return next((one for one in self.attempts if one.hand_in.number == number), None)


def history(store: SiteStore, assignment: str, enrolment: Enrolment) -> History:
    """What a person handed in for an assignment, and what came of it."""
    handed = store.hand_ins.of_person(assignment, enrolment.person)
    # before the reports: a job that has ended by now has kept its report
    jobs = store.jobs.jobs([job_key(one) for one in handed])
    keeper = store.reports(assignment)
    versions = [version.for_student for version in keeper.versions(enrolment.person)]
    entries = [entry_from_line(line) for line in keeper.entries()]
    grade = _grade(enrolment, versions, keeper)
    attempts: list[HandInAttempt] = []
    for one in handed:
        report = _report_on(one, versions)
        attempts.append(
            HandInAttempt(
                hand_in=one,
                job=jobs.get(job_key(one)),
                report=report,
                counts=grade is not None and grade.report.handed_in_at == one.received_at,
                gained=_gained(attempts, report),
            )
        )
    return History(attempts=tuple(attempts), grade=grade, decisions=class_decisions(entries))


def job_key(hand_in: StoredHandIn) -> str:
    """What the job that grades a hand-in is known by in the queue."""
    return f"grade {hand_in.id}"


def _grade(
    enrolment: Enrolment, versions: Sequence[Report], keeper: ReportsStore
) -> CodeGrade | None:
    if not versions:
        return None
    found = code_grades(
        {enrolment.person: versions[-1]},
        [entry_from_line(line) for line in keeper.entries()],
        people={enrolment.person: (person_of_enrolment(enrolment),)},
        versions=lambda _: versions,
    )
    return found[0]


def _report_on(hand_in: StoredHandIn, versions: Sequence[Report]) -> Report | None:
    own = [report for report in versions if report.handed_in_at == hand_in.received_at]
    return own[-1] if own else None


def _gained(before: Sequence[HandInAttempt], report: Report | None) -> int | None:
    last = before[-1].report if before else None
    if last is None or report is None:
        return None
    if {last.status, report.status} != {Status.GRADED}:
        return None
    return report.points - last.points
