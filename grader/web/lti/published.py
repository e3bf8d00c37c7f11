"""The grades that students may see by now, as platforms are to show them."""

from collections.abc import Iterable, Iterator, Set

from grader.batch.class_grades import grades_kept
from grader.batch.grades import CodeGrade
from grader.courses.class_results import class_results
from grader.quiz.attempt.quiz import Quiz
from grader.records import Person
from grader.web.lti.parts import LtiParts
from grader.web.lti.returning import ReturnedGrade, ReturnTarget, send_due, want_scores
from grader.web.lti.targets import Target, targets
from grader.web.quizzes.places import shelf_of
from grader.web.site import Site


def return_grades(site: Site, parts: LtiParts) -> tuple[int, int]:
    """Send what platforms do not show yet; how many scores arrived, and how many did not."""
    shown = {link.target for link in parts.store.links()}
    published = tuple(published_grades(site, shown)) if shown else ()
    want_scores(published, store=parts.store, scores=parts.scores, at=site.clock())
    return send_due(
        published,
        store=parts.store,
        scores=parts.scores,
        services=parts.services,
        clock=site.clock,
    )


def published_grades(site: Site, shown: Set[str]) -> Iterator[ReturnTarget]:
    """The grades of what platforms show, student by student.

    Whoever has no grade, since nothing was handed in, or could not be graded, is left out.
    """
    students = frozenset(one.person for one in site.accounts.enrolments() if one.role == "student")
    for target in targets(site).values():
        if target.name not in shown:
            continue
        room, _, name = target.name.partition("/")
        grades = (_of_code if room == "code" else _of_quiz)(site, name, students)
        yield _target(target, grades)


def _target(target: Target, grades: Iterable[ReturnedGrade]) -> ReturnTarget:
    return ReturnTarget(
        target=target.name, title=target.title, maximum=target.maximum, grades=tuple(grades)
    )


def _of_code(site: Site, name: str, students: Set[str]) -> Iterator[ReturnedGrade]:
    is_shown = site.store.releases.release("code", name).is_shown
    enrolled = {student: (Person(id=student),) for student in students}
    for grade in grades_kept(site.store.reports(name), enrolled=enrolled):
        if grade.report.submission in students and (grade.counts or grade.excuse is not None):
            yield _code_grade(grade, is_shown=is_shown)


def _code_grade(grade: CodeGrade, *, is_shown: bool) -> ReturnedGrade:
    counts = grade.counts and is_shown
    return ReturnedGrade(
        person=grade.report.submission,
        points=grade.final if counts else None,
        maximum=grade.max_points,
        handed_in_at=grade.handed_in_at,
        comment=grade.explained if counts else "",
    )


def _of_quiz(site: Site, name: str, students: Set[str]) -> Iterator[ReturnedGrade]:
    """Marks that a person has yet to give, or that the quiz keeps back, are none so far."""
    quiz = shelf_of(site).quiz(name)
    if quiz is None:
        return
    now = site.clock()
    is_shown = site.store.releases.release("quiz", quiz.name).is_shown
    for line in class_results(site.store.quizzes, quiz, at=now):
        marks = line.counted
        if line.student not in students or marks is None or marks.waiting_points:
            continue
        is_due = is_shown and _shows_marks(quiz, line.student, site)
        yield ReturnedGrade(
            person=line.student,
            points=marks.points if is_due else None,
            maximum=marks.max_points,
            handed_in_at=marks.finished_at,
        )


def _shows_marks(quiz: Quiz, student: str, site: Site) -> bool:
    return quiz.rules_for(student).shows_feedback(site.clock(), is_finished=True)
