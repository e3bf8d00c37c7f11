"""The gradebook of a site: assignments and quizzes with the weights that course.yaml gives them.

Results are named in course.yaml as folders; on a site the last part of such a name is that of an
assignment or a quiz. Without weights there are all of them, and no total.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from grader.batch.applied_policy import policy_that_holds
from grader.batch.class_grades import is_nothing
from grader.courses.class_results import class_results
from grader.courses.code_marks import CodeMarks
from grader.courses.course_gradebook import CourseRow, GradebookSource, course_gradebook
from grader.courses.quiz_shelf import address_of
from grader.policies.weights import GradebookItem
from grader.quiz.attempt.quiz import Quiz
from grader.records import Person
from grader.settings import Assignment
from grader.store.site_store import SiteStore

_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class _QuizPoints:
    student: str
    points: Fraction
    max_points: int
    waiting_points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseGrades:
    """The gradebook as it is now.

    Attributes:
        has_weights: whether course.yaml says them; without, there are no totals.
        unknown: what it names and the site has not; such items are left out.
    """

    items: tuple[GradebookItem, ...]
    rows: tuple[CourseRow, ...]
    has_weights: bool
    unknown: tuple[str, ...]


def course_grades(
    store: SiteStore,
    *,
    assignments: Sequence[Assignment],
    quizzes: Sequence[Quiz],
    weights: Sequence[GradebookItem],
    people: Mapping[str, Person],
    at: datetime,
) -> CourseGrades:
    """What everybody has for everything.

    Args:
        weights: those of course.yaml; empty if it says none.
        people: who is in the course now, by the name there.
    """
    known = {one.name: _of_code(store, one, people) for one in assignments}
    known |= {_name(quiz): _of_quiz(store, quiz, people, at) for quiz in quizzes}
    titles = {one.name: one.title for one in assignments}
    titles |= {_name(quiz): quiz.title for quiz in quizzes}
    wanted = weights or [
        GradebookItem(results=name, weight=0, name=title) for name, title in titles.items()
    ]
    items = [item for item in wanted if all(_last(name) in known for name in item.folders)]
    sources = {name: known[_last(name)] for item in items for name in item.folders}
    return CourseGrades(
        items=tuple(items),
        rows=course_gradebook(items, sources),
        has_weights=bool(weights),
        unknown=tuple(name for item in wanted for name in item.folders if _last(name) not in known),
    )


def _of_code(
    store: SiteStore, assignment: Assignment, people: Mapping[str, Person]
) -> GradebookSource:
    keeper = store.reports(assignment.name)
    enrolled = {name: (person,) for name, person in people.items()}
    grades = CodeMarks(keeper, enrolled=enrolled).grades()
    return GradebookSource(
        people=enrolled,
        grades=[
            grade
            for grade in grades
            if grade.report.submission in people
            and (grade.excuse is not None or not is_nothing(grade.report))
        ],
        excused=[each.student for each in policy_that_holds(keeper).excused],
    )


def _of_quiz(
    store: SiteStore, quiz: Quiz, people: Mapping[str, Person], at: datetime
) -> GradebookSource:
    return GradebookSource(
        people={name: (person,) for name, person in people.items()},
        sheets=tuple(_points(store, quiz, people, at)),
    )


def _points(
    store: SiteStore, quiz: Quiz, people: Mapping[str, Person], at: datetime
) -> Iterator[_QuizPoints]:
    """By the attempt of each that counts."""
    for line in class_results(store.quizzes, quiz, at=at):
        if line.counted is not None and line.student in people:
            yield _QuizPoints(
                student=line.student,
                points=line.counted.points,
                max_points=line.counted.max_points,
                waiting_points=line.counted.waiting_points,
            )


def _name(quiz: Quiz) -> str:
    return _last(address_of(quiz))


def _last(name: str) -> str:
    """The name of an assignment or a quiz within that of a folder or a file."""
    last = name.rstrip("/").rpartition("/")[2]
    return next((last.removesuffix(end) for end in _ENDINGS if last.endswith(end)), last)
