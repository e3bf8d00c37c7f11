"""Free texts, marked by a person: one answer a page, by mouse or by keys."""

from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from grader.errors import GraderError
from grader.quiz.bank.topics import load_misconceptions
from grader.quiz.marking.marking_session import MarkingDraft
from grader.staff.marking_desk import (
    AnswerOnDesk,
    KeptMarking,
    MarkingDoubt,
    answer_on_desk,
    keep_marking,
    questions_to_mark,
    take_back_marking,
)
from grader.text import counted
from grader.web.forms import text_of, with_form
from grader.web.guard.rights import needs, refuse
from grader.web.staff.quiz_pages import marks_of, questions_of
from grader.web.staff.room import StaffRoom, room_of

_HERE = "/staff/marking/"
_LONGEST_COMMENT = 5_000


@needs("grader")
def marking_page(request: Request) -> Response:
    """The questions that a person marks, and how many answers wait."""
    room = room_of(request)
    return room.page("marking.html", questions=questions_to_mark(marks_of(room)))


@needs("grader")
def answer_page(request: Request) -> Response:
    room = room_of(request, hides_names=True)
    return _shown(room, text=request.query_params.get("answer", ""))


@needs("grader")
@with_form
def keep_answer(request: Request, form: FormData) -> Response:
    """Keep what was ticked and go on; whatever is refused comes back as it was sent."""
    room, question = room_of(request, hides_names=True), request.path_params["question"]
    answer = text_of(form, "answer")
    if text_of(form, "back") == "1":
        return _taken_back(room, question, answer)
    comment = text_of(form, "comment").strip()
    draft = MarkingDraft(
        ticked=frozenset(map(str, form.getlist("rubric"))),
        misconceptions=frozenset(map(str, form.getlist("idea"))),
        comment=comment[:_LONGEST_COMMENT],
    )
    kept = KeptMarking(
        question=question,
        answer=answer,
        draft=draft,
        seen=text_of(form, "seen"),
        confirmed=text_of(form, "confirmed") == "1",
    )
    marks = marks_of(room)
    try:
        there = keep_marking(marks, kept, marker=room.who.person, at=room.site.clock())
    except MarkingDoubt as doubt:
        return _shown(room, text=answer, draft=draft, doubt=doubt)
    except GraderError as error:
        return _shown(room, text=answer, draft=draft, problem=error)
    points = f"{draft.points(there.answer.item)} of {there.answer.item.points}"
    return room.done(
        "marked an answer",
        said=f"Kept: {points} for {counted(len(there.answer.sheets), 'student')}.",
        about=question,
        answer=answer,
        sheets=list(there.answer.sheets),
        back=_next(question, there),
    )


def _taken_back(room: StaffRoom, question: str, answer: str) -> Response:
    take_back_marking(marks_of(room), question, answer, at=room.site.clock())
    return room.done(
        "took a marking back",
        said="The answer waits again.",
        about=question,
        answer=answer,
        back=_address(question, answer),
    )


def _shown(
    room: StaffRoom,
    *,
    text: str,
    draft: MarkingDraft | None = None,
    doubt: MarkingDoubt | None = None,
    problem: GraderError | None = None,
) -> Response:
    question = room.request.path_params["question"]
    marks = marks_of(room)
    there = answer_on_desk(marks, question, text)
    if there is None:
        refuse(404, "No answer to this question is marked by a person.")
    questions = [one.item.id for one in questions_to_mark(marks)]
    place = questions.index(question)
    writers = {sheet.id: sheet.student for sheet in marks.sheets()}
    known = load_misconceptions(questions_of(room))
    return room.page(
        "answer.html",
        status=200 if problem is None else 400,
        there=there,
        item=there.answer.item,
        draft=draft or there.draft,
        doubt=doubt,
        problem=problem,
        address=_address,
        writers=[room.shown_person(writers[name]) for name in there.answer.sheets],
        ideas=[(name, known.get(name, name)) for name in there.answer.item.misconceptions],
        question_before=questions[place - 1] if place else None,
        question_after=questions[place + 1] if place + 1 < len(questions) else None,
    )


def _next(question: str, there: AnswerOnDesk) -> str:
    """The next answer that waits; after the last one, all questions."""
    return _address(question, there.next_waiting) if there.next_waiting else _HERE


def _address(question: str, answer: str | None = None) -> str:
    path = f"{_HERE}{quote(question, safe='')}"
    return f"{path}?answer={answer}" if answer else path
