"""A question found wrong after the attempt: looked at, repaired after a look, taken back."""

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import get_args
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from grader.courses.repairing import RepairOutcome
from grader.errors import CourseError, GraderError
from grader.quiz.attempt.quiz import Quiz
from grader.quiz.items.form import OrderForm, QuestionForm, Sent
from grader.quiz.items.item import Rejected
from grader.quiz.items.item import Response as Answer
from grader.quiz.marking.class_marks import Change, ClassMarks, mean_share
from grader.quiz.marking.decisions import Action
from grader.quiz.marking.sheets import Sheet
from grader.staff.quiz_repairs import (
    ChangedSinceLook,
    LookedAtRepair,
    QuestionToRepair,
    RepairWish,
    look_at_repair,
    look_at_the_rest,
    make_repair,
    questions_to_repair,
    repair_the_rest,
)
from grader.text import counted
from grader.web.forms import text_of, whole_number, with_form
from grader.web.guard.rights import needs, refuse
from grader.web.quizzes.answer_fields import answer_fields
from grader.web.quizzes.moves import going
from grader.web.staff.quiz_pages import marks_of, path_of, quiz_of
from grader.web.staff.room import StaffRoom, room_of

_SEED = 1  # of the form in which another answer is given
_ACTIONS: tuple[Action, ...] = get_args(Action)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairPage:
    """A question to be repaired, and what was sent about it."""

    room: StaffRoom
    quiz: Quiz
    marks: ClassMarks
    question: QuestionToRepair

    @property
    def address(self) -> str:
        name = quote(self.question.item.id, safe="")
        return f"{path_of(self.quiz)}repairs/{name}"

    @property
    def form(self) -> QuestionForm:
        """In which another answer is given."""
        return self.question.item.as_shown(_SEED).form(_SEED)


@needs("owner")
def repairs_page(request: Request) -> Response:
    """The questions of a quiz: how they were answered, and the repairs that hold."""
    return _questions(room_of(request))


@needs("owner")
@with_form
def repair_rest(request: Request, form: FormData) -> Response:
    """Bring those in line who have handed in since a repair was made."""
    room = room_of(request)
    try:
        done = repair_the_rest(marks_of(room), seen=text_of(form, "seen"), at=room.site.clock())
    except ChangedSinceLook as error:
        return _questions(room, problem=error)
    changes = done.outcome.changes
    return room.done(
        "brought marks in line",
        said=f"{counted(len(changes), 'attempt')} with other marks.",
        about=quiz_of(room).name,
        sheets=[change.before.id for change in changes],
        back=f"{path_of(quiz_of(room))}repairs",
    )


def _questions(room: StaffRoom, *, problem: GraderError | None = None) -> Response:
    quiz, marks = quiz_of(room), marks_of(room)
    rest = look_at_the_rest(marks)
    return room.page(
        "repairs.html",
        status=200 if problem is None else 409,
        quiz=quiz,
        quiz_path=path_of(quiz),
        questions=questions_to_repair(marks, _sheets(room, quiz)),
        problem=problem,
        rest=rest,
        **_changes(room, rest),
    )


@needs("owner")
def repair_page(request: Request) -> Response:
    return _shown(_page_of(room_of(request)))


@needs("owner")
@with_form
def repair(request: Request, form: FormData) -> Response:
    """Show what a repair would change, or make it after that was seen."""
    here = _page_of(room_of(request))
    sent, wants = answer_fields(form), going(text_of(form, "go"))
    if wants.moves and isinstance(here.form, OrderForm):
        moved = here.form.filled(sent).moved(wants.label, wants.moves)
        return _shown(here, form=moved, typed=form)
    at = here.room.site.clock()
    try:
        wish = _wish(here, form, sent)
        if text_of(form, "deed") != "apply":
            looked = look_at_repair(here.marks, wish, at=at)
            return _looked(here, form, looked)
        done = make_repair(here.marks, wish, seen=text_of(form, "seen"), at=at)
    except ChangedSinceLook as error:
        looked = look_at_repair(here.marks, wish, at=at)
        return _looked(here, form, looked, problem=error)
    except GraderError as error:
        return _shown(here, form=here.form.filled(sent), typed=form, problem=error)
    n = len({change.before.student for change in _of_points(done.outcome)})
    return here.room.done(
        "repaired a question" if wish.undo is None else "took a repair back",
        said=f"{' '.join(done.plan.sentences)} {counted(n, 'student')} with other points.",
        about=here.question.item.id,
        reason=wish.reason,
        sheets=[change.before.id for change in done.outcome.changes],
        back=here.address,
    )


def _wish(here: RepairPage, form: FormData, sent: Sent) -> RepairWish:
    """What was sent.

    Raises:
        CourseError: it cannot be read.
    """
    question, reason = here.question.item.id, text_of(form, "reason")
    undo = whole_number(text_of(form, "undo"))
    if undo is not None:
        return RepairWish(question=question, undo=undo, reason=reason)
    action = next((one for one in _ACTIONS if one == text_of(form, "action")), None)
    if action is None:
        raise CourseError("nothing is chosen", fix="Choose what is to be done with the question.")
    answer = _answer(here, text_of(form, "given"), sent) if action == "accept" else None
    return RepairWish(question=question, action=action, answer=answer, reason=reason)


def _answer(here: RepairPage, given: str, sent: Sent) -> Answer:
    """The answer that is to be accepted: one that was given, or another one.

    Raises:
        CourseError: there is none, or it cannot be read.
    """
    found = next((one for one in here.question.answers if one.name == given), None)
    if found is not None:
        return found.response
    typed = here.form.typed(sent)
    if not typed:
        raise CourseError("no answer is chosen", fix="Choose one that was given, or give another.")
    response = here.question.item.as_shown(_SEED).read_typed(typed, seed=_SEED)
    if isinstance(response, Rejected):
        raise CourseError(response.why, fix="Give the other answer anew.")
    return response


def _shown(
    here: RepairPage,
    *,
    form: QuestionForm | None = None,
    typed: FormData | None = None,
    problem: GraderError | None = None,
) -> Response:
    return here.room.page(
        "repair.html",
        status=200 if problem is None else 400,
        here=here,
        quiz_path=path_of(here.quiz),
        question=here.question,
        form=form or here.form,
        typed=typed or {},
        problem=problem,
    )


def _looked(
    here: RepairPage,
    form: FormData,
    looked: LookedAtRepair,
    *,
    problem: GraderError | None = None,
) -> Response:
    """What would change, and the same form once more with a button that does it."""
    kept = [
        (name, value)
        for name, value in form.multi_items()
        if isinstance(value, str) and name not in ("deed", "seen", "go")
    ]
    return here.room.page(
        "repair_look.html",
        status=200 if problem is None else 409,
        here=here,
        looked=looked,
        kept=kept,
        problem=problem,
        **_changes(here.room, looked),
    )


def _changes(room: StaffRoom, looked: LookedAtRepair) -> dict[str, object]:
    """The changes of points by student, and the mean of all sheets before and after.

    A sheet of which only the words change is none of them.
    """
    sheets = looked.outcome.sheets
    after = {change.after.id: change.after for change in looked.outcome.changes}
    changes = _of_points(looked.outcome)
    return {
        "changes": sorted(changes, key=lambda c: room.shown_person(c.before.student).casefold()),
        "n_noted": len(looked.outcome.changes) - len(changes),
        "means": (mean_share(sheets), mean_share([after.get(one.id, one) for one in sheets])),
        "known": {each.person: each for each in room.everybody.values()},
    }


def _of_points(outcome: RepairOutcome) -> list[Change]:
    """The changes by which somebody has other points."""
    return [one for one in outcome.changes if _earned(one.before) != _earned(one.after)]


def _earned(sheet: Sheet) -> tuple[Fraction, int]:
    return sheet.points, sheet.max_points


def _page_of(room: StaffRoom) -> RepairPage:
    quiz, marks = quiz_of(room), marks_of(room)
    name = room.request.path_params["question"]
    questions = questions_to_repair(marks, _sheets(room, quiz))
    found = next((one for one in questions if one.item.id == name), None)
    if found is None:
        refuse(404, "Nobody has answered such a question in this quiz.")
    return RepairPage(room=room, quiz=quiz, marks=marks, question=found)


def _sheets(room: StaffRoom, quiz: Quiz) -> Collection[str]:
    """The ids of the sheets of a quiz that were handed in."""
    course, name = quiz.course.key, quiz.name
    return {
        f"attempt {one.id}"
        for one in room.site.store.marking.attempts()
        if one.quiz is not None
        and (one.quiz.course, one.quiz.name) == (course, name)
        and not one.quiz.is_practice
    }
