"""The quizzes of the course: who took them, how questions went, whether marks are shown."""

from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from grader.courses.chosen_quiz import QuizKey
from grader.courses.class_analysis import analyze_quiz
from grader.courses.class_results import class_results
from grader.courses.kept_marks import marks_in_store
from grader.courses.quiz_shelf import address_of
from grader.quiz.analysis.item_figures import LEAST
from grader.quiz.attempt.quiz import Quiz
from grader.quiz.bank.topics import load_misconceptions
from grader.quiz.marking.class_marks import ClassMarks
from grader.quiz.marking.gradebook import Line, gradebook_csv
from grader.staff.exported_grades import ExportedGrades
from grader.staff.marking_desk import questions_to_mark
from grader.staff.quiz_editing import files_of_course
from grader.staff.quiz_repairs import n_behind
from grader.web.forms import with_form
from grader.web.guard.rights import needs, refuse
from grader.web.quizzes.places import shelf_of
from grader.web.staff.releasing import download, show_grades
from grader.web.staff.room import StaffRoom, room_of

_WHICH = ("first", "last", "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizOfCourse:
    """A quiz, and how far the class is with it."""

    quiz: Quiz
    lines: tuple[Line, ...]
    is_shown: bool  # whether students see their marks when the quiz's rules let them

    @property
    def path(self) -> str:
        return path_of(self.quiz)

    @property
    def n_handed_in(self) -> int:
        return sum(line.counted is not None for line in self.lines)

    @property
    def n_waiting(self) -> int:
        """Students with answers that a person has yet to mark."""
        return sum(
            line.counted is not None and line.counted.waiting_points > 0 for line in self.lines
        )


@needs("grader")
def quizzes_page(request: Request) -> Response:
    room = room_of(request)
    shelf = shelf_of(room.site).now()
    return room.page(
        "quizzes.html",
        quizzes=[_of_course(room, quiz) for quiz in shelf.quizzes.values()],
        faults=shelf.faults,
        n_waiting=sum(one.n_waiting for one in questions_to_mark(marks_of(room))),
    )


@needs("grader")
def quiz_page(request: Request) -> Response:
    room = room_of(request)
    one = _of_course(room, quiz_of(room))
    known = {each.person: each for each in room.everybody.values()}
    lines = sorted(one.lines, key=lambda line: room.shown_person(line.student).casefold())
    behind = n_behind(marks_of(room)) if room.is_owner else 0
    return room.page("quiz.html", one=one, lines=lines, known=known, n_behind=behind)


@needs("grader")
def analysis_page(request: Request) -> Response:
    """How hard, how telling and how guessable each question was."""
    room = room_of(request)
    one = _of_course(room, quiz_of(room))
    which = request.query_params.get("which", "first")
    if which not in _WHICH:
        refuse(404, "There is no such choice of attempts.")
    key = QuizKey(one.quiz.course.key, one.quiz.name)
    folder = questions_of(room)
    figures = analyze_quiz(room.site.store.marking, key, questions=folder, which=which)
    return room.page(
        "analysis.html",
        one=one,
        figures=figures,
        which=which,
        least=LEAST,
        misconceptions=load_misconceptions(folder),
    )


@needs("owner")
def grades_csv(request: Request) -> Response:
    room = room_of(request)
    quiz = quiz_of(room)
    lines = class_results(room.site.store.quizzes, quiz, at=room.site.clock())
    entry = room.entry("exported grades", said=f"Marks of {quiz.title}.", about=quiz.name)
    room.site.store.audit.add(entry)
    name = f"{address_of(quiz).partition('.')[0]}.csv"
    return download(ExportedGrades(name=name, content=gradebook_csv(lines)))


@needs("owner")
@with_form
def release_quiz(request: Request, form: FormData) -> Response:
    room = room_of(request)
    quiz = quiz_of(room)
    back = f"/staff/quizzes/{address_of(quiz)}/"
    return show_grades(room, form, kind="quiz", name=quiz.name, title=quiz.title, back=back)


def path_of(quiz: Quiz) -> str:
    """Where staff look at a quiz."""
    return f"/staff/quizzes/{address_of(quiz)}/"


def quiz_of(room: StaffRoom) -> Quiz:
    """The quiz that the path names.

    Raises:
        HTTPException: there is none.
    """
    found = shelf_of(room.site).quiz(room.request.path_params["quiz"])
    if found is None:
        refuse(404, "The course has no such quiz.")
    return found


def questions_of(room: StaffRoom) -> Path:
    """The folder of the questions of the course."""
    return files_of_course(room.site.folder).questions


def marks_of(room: StaffRoom) -> ClassMarks:
    """The marks of all quizzes of the store."""
    return marks_in_store(room.site.store.marking, questions_of(room), name="the course").marks


def _of_course(room: StaffRoom, quiz: Quiz) -> QuizOfCourse:
    store = room.site.store
    return QuizOfCourse(
        quiz=quiz,
        lines=class_results(store.quizzes, quiz, at=room.site.clock()),
        is_shown=store.releases.release("quiz", quiz.name).is_shown,
    )
