"""What each student gets: one grade a person, also where several hand in together."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from sys import intern
from typing import Protocol

from grader.batch.class_grades import CodeGrades, nothing_handed_in
from grader.batch.grade_decisions import ClassDecisions
from grader.batch.grades import CodeGrade
from grader.records import GradingRun, Person, Report


class PointsInColumn(Protocol):
    """What a gradebook of another system needs to know of a grade."""

    @property
    def submission(self) -> str: ...
    @property
    def person(self) -> Person | None: ...
    @property
    def name(self) -> str: ...
    @property
    def points(self) -> Fraction | None: ...
    @property
    def max_points(self) -> int: ...
    @property
    def why_none(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LeanGrade:
    """A grade without its report, so that those of a large class fit into memory."""

    submission: str
    person: Person | None
    points: Fraction | None
    max_points: int
    why_none: str

    @property
    def name(self) -> str:
        return _called(self.person, self.submission)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentGrade:
    """The grade of one person for one submission."""

    grade: CodeGrade
    person: Person | None = None  # None: nothing but the submission's name is known

    @property
    def report(self) -> Report:
        return self.grade.report

    @property
    def submission(self) -> str:
        return self.report.submission

    @property
    def name(self) -> str:
        """What the person is called in sentences."""
        return _called(self.person, self.submission)

    @property
    def points(self) -> Fraction | None:
        """What the gradebook takes; None where there is no grade, which is never a zero."""
        return self.grade.final if self.grade.counts else None

    @property
    def max_points(self) -> int:
        return self.grade.max_points

    @property
    def why_none(self) -> str:
        """Why there are no points, in a word or two."""
        return "" if self.grade.counts else self.grade.status

    @property
    def lean(self) -> LeanGrade:
        """What of it goes into a column."""
        return LeanGrade(
            submission=self.submission,
            person=self.person,
            points=self.points,
            max_points=self.max_points,
            why_none=intern(self.why_none),
        )


def student_grades(
    grades: Iterable[CodeGrade], people: Mapping[str, tuple[Person, ...]]
) -> tuple[StudentGrade, ...]:
    """One grade a person, in the order of the submissions; each member of a group has its own.

    Args:
        people: who is behind each submission, as far as that is known.
    """
    return tuple(_in_turn(grades, people))


@dataclass(frozen=True, slots=True)
class StudentsInTurn:
    """The same one after the other, for a class that is too large to be held."""

    grades: CodeGrades
    people: Mapping[str, tuple[Person, ...]]

    def of(self, submission: str) -> StudentGrade:
        """The grade for a submission, whoever handed it in."""
        return StudentGrade(grade=self.grades.of(submission))

    def __iter__(self) -> Iterator[StudentGrade]:
        return _in_turn(self.grades, self.people)


def _in_turn(
    grades: Iterable[CodeGrade], people: Mapping[str, tuple[Person, ...]]
) -> Iterator[StudentGrade]:
    for grade in grades:
        for person in people.get(grade.report.submission) or (None,):
            yield StudentGrade(grade=grade, person=person)


def _called(person: Person | None, submission: str) -> str:
    known = person and (person.name or person.username or person.id)
    return f"{known} ({submission})" if known and known != submission else submission


def excused_without_submission(
    run: GradingRun, of_class: ClassDecisions
) -> tuple[StudentGrade, ...]:
    """Who handed nothing in and is excused by the policy: an excuse, and no report of ours."""
    every = (_without_submission(person, run, of_class) for person in run.missing)
    return tuple(student for student in every if student.why_none == "excused")


def _without_submission(person: Person, run: GradingRun, of_class: ClassDecisions) -> StudentGrade:
    name = person.id or person.username or person.email or person.name
    nothing = nothing_handed_in(name, assignment=run.assignment)
    grade = CodeGrade(nothing, of_class=of_class, known_as=person.known_as)
    return StudentGrade(grade=grade, person=person)
