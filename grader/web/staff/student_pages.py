"""One student's whole course: every assignment and quiz, every attempt, every decision."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from grader.batch.applied_policy import policy_that_holds
from grader.batch.grade_decisions import GradeDecision
from grader.courses.code_marks import CodeMarks
from grader.courses.decision_words import decision_in_words, whom_it_concerns
from grader.records import CheckResult, Report, ReportVersion, StageResult
from grader.settings import Assignment
from grader.staff.class_rows import RowGrade, class_rows
from grader.staff.student_quizzes import StudentQuiz, student_quizzes
from grader.store.accounts_store import Enrolment
from grader.store.hand_ins_store import StoredHandIn
from grader.web.guard.rights import needs, refuse
from grader.web.rendering import shown_time
from grader.web.staff.class_pages import grades_of_class
from grader.web.staff.room import StaffRoom, assignment_of, room_of, student_of


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldDecision:
    """A decision that holds, with its number and in words."""

    number: int
    entry: GradeDecision
    says: str
    of: str  # the name of the submission, or `class`


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentAssignment:
    """What one student has for one assignment."""

    assignment: Assignment
    grade: RowGrade
    versions: tuple[ReportVersion, ...]  # oldest first
    decisions: tuple[HeldDecision, ...]
    handed: tuple[StoredHandIn, ...]  # oldest first
    due: str

    @property
    def stages(self) -> tuple[StageResult, ...]:
        """Of the newest report, for who gives a stage other points."""
        return self.versions[-1].report.stages if self.versions else ()


@needs("grader")
def student_page(request: Request) -> Response:
    room = room_of(request)
    student = student_of(room)
    if student.role != "student":
        refuse(404, "This person is staff and hands nothing in.")
    return room.page(
        "student.html",
        student=student,
        shown=room.shown(student),
        work=[_work(room, student, one) for one in room.site.assignments],
        quizzes=_quizzes(room, student),
    )


@needs("grader")
def report_of_student(request: Request) -> Response:
    """One report as staff sees it: also what hidden checks said, and our own notes."""
    room, assignment = room_of(request), assignment_of(request)
    student, number = student_of(room), request.path_params["version"]
    versions = room.reports(assignment).versions(student.person)
    if not 1 <= number <= len(versions):
        refuse(404, "There is no such report.")
    version = versions[number - 1]
    return room.page(
        "student_report.html",
        assignment=assignment,
        student=student,
        shown=room.shown(student),
        version=version,
        report=version.report,
        number=number,
        n_versions=len(versions),
        failed=list(_failed(version.report)),
    )


@needs("grader")
def decisions_page(request: Request) -> Response:
    """All decisions that hold for a class."""
    room, assignment = room_of(request), assignment_of(request)
    reports = room.reports(assignment)
    checks = {check.check for report in reports.newest().values() for check in report.checks}
    return room.page(
        "decisions.html",
        of=_NamedClass(assignment),
        decisions=held_decisions(room, assignment),
        members={one.person: one for one in room.everybody.values()},
        checks=sorted(checks),
    )


@dataclass(frozen=True, slots=True)
class _NamedClass:
    assignment: Assignment

    @property
    def path(self) -> str:
        return f"/staff/code/{self.assignment.name}/"


def held_decisions(room: StaffRoom, assignment: Assignment) -> tuple[HeldDecision, ...]:
    """The decisions of a class that hold, the newest first."""
    reports = room.reports(assignment)
    zone = policy_that_holds(reports).zone or room.site.course.zone
    held = CodeMarks(reports, enrolled=room.enrolled).decisions()
    return tuple(
        HeldDecision(
            number=number,
            entry=entry,
            says=decision_in_words(entry, zone),
            of=whom_it_concerns(entry),
        )
        for number, entry in sorted(held.items(), reverse=True)
    )


def _work(room: StaffRoom, student: Enrolment, assignment: Assignment) -> StudentAssignment:
    reports = room.reports(assignment)
    grades: Mapping[str, RowGrade] = grades_of_class(room, assignment)
    [row] = class_rows([room.member(student)], grades) or [None]
    policy = policy_that_holds(reports)
    return StudentAssignment(
        assignment=assignment,
        grade=row.grade if row is not None else RowGrade(),
        versions=tuple(reports.versions(student.person)),
        decisions=tuple(d for d in held_decisions(room, assignment) if d.of == student.person),
        handed=room.site.store.hand_ins.of_person(assignment.name, student.person),
        due=shown_time(room.site, policy.due) if policy.due else "",
    )


def _quizzes(room: StaffRoom, student: Enrolment) -> tuple[StudentQuiz, ...]:
    return student_quizzes(room.site.store.marking, student.person)


def _failed(report: Report) -> Iterator[CheckResult]:
    yield from (check for check in report.checks if check.points < check.max_points)
