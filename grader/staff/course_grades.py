"""The gradebook of a site: assignments and quizzes with the weights that course.yaml gives them.

Results are named in course.yaml as folders; on a site the last part of such a name is that of an
assignment or a quiz. Without weights there are all of them, and no total.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from grader.courses.class_results import class_results
from grader.courses.course_gradebook import CourseRow, GradebookSource, course_gradebook
from grader.courses.quiz_shelf import address_of
from grader.policies.weights import Earned, GradebookItem
from grader.quiz.attempt.quiz import Quiz
from grader.records import Person
from grader.staff.class_rows import ClassRow, RowGrade, RowState
from grader.store.site_store import SiteStore

_NOTHING = (RowState.NOTHING, RowState.NOT_TAKEN)  # as if nothing had been handed in
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
    classes: Mapping[str, Sequence[ClassRow]],
    titles: Mapping[str, str],
    quizzes: Sequence[Quiz],
    weights: Sequence[GradebookItem],
    people: Mapping[str, Person],
    at: datetime,
) -> CourseGrades:
    """What everybody has for everything.

    Args:
        classes: the rows of each assignment, by its name.
        titles: of the assignments, by name.
        weights: those of course.yaml; empty if it says none.
        people: who is in the course now, by the name there.
    """
    known = {name: _of_class(rows, people) for name, rows in classes.items()}
    known |= {_name(quiz): _of_quiz(store, quiz, people, at) for quiz in quizzes}
    named = {**titles, **{_name(quiz): quiz.title for quiz in quizzes}}
    wanted = weights or [
        GradebookItem(results=name, weight=0, name=title) for name, title in named.items()
    ]
    items = [item for item in wanted if all(_last(name) in known for name in item.folders)]
    sources = {name: known[_last(name)] for item in items for name in item.folders}
    return CourseGrades(
        items=tuple(items),
        rows=course_gradebook(items, sources),
        has_weights=bool(weights),
        unknown=tuple(name for item in wanted for name in item.folders if _last(name) not in known),
    )


def _of_class(rows: Sequence[ClassRow], people: Mapping[str, Person]) -> GradebookSource:
    return GradebookSource(
        people={name: (person,) for name, person in people.items()},
        earned={
            row.member.person: _earned(row.grade)
            for row in rows
            if row.member.person in people and row.grade.state not in _NOTHING
        },
    )


def _earned(grade: RowGrade) -> Earned:
    if grade.state == RowState.EXCUSED or (grade.points is not None and not grade.max_points):
        return Earned(is_excused=True)
    return Earned(part=None if grade.points is None else grade.points / grade.max_points)


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
