"""One question of an attempt: its page, and what comes of its form.

The form works without a script: every button saves, and says where to go next. A script sends the
same form as it is filled in and asks for JSON; it gets where the answer stands, and never a mark.
"""

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from grader.courses.answering import (
    AnsweredElsewhere,
    AnswerRefused,
    Kept,
    NothingGiven,
    Outcome,
    SentAnswer,
    keep,
)
from grader.courses.attempts import Attempt
from grader.quiz.attempt.rules import Feedback
from grader.quiz.attempt.session import Phase, Session
from grader.quiz.items.form import OrderForm, QuestionForm, Sent
from grader.store.database import StoreError
from grader.web.forms import text_of, whole_number, with_form
from grader.web.guard.rights import needs, refuse
from grader.web.quizzes.answer_fields import answer_fields
from grader.web.quizzes.moves import Going, going
from grader.web.quizzes.places import QuizPlace, attempt_of, place_of, shelf_of
from grader.web.quizzes.shown import ClockLeft, answered_places, question, verdict_now
from grader.web.rendering import moved, page

_NOT_SAVED = "Not saved: this is our fault. What you filled in stands here still; save it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A question of an attempt that somebody asks for."""

    place: QuizPlace
    attempt: Attempt
    number: int  # its place in the attempt, from 1

    @property
    def session(self) -> Session:
        return self.attempt.session

    @property
    def is_over(self) -> bool:
        return self.session.phase == Phase.FINISHED


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What the page of a question says of what was just sent, with the form as it was filled in."""

    says: str
    form: QuestionForm | None = None
    elsewhere: Session | None = None  # another window has stored an answer; its session
    status: int = 200


@needs("student")
def show_question(request: Request) -> Response:
    asked = _asked(request)
    if asked.is_over:
        return moved(request, asked.place.attempt_page(asked.attempt.stored.number))
    return _page(request, asked)


@needs("student")
def saved_state(request: Request) -> Response:
    """What the store has of a question now, for a page that was away: as the form would send it."""
    asked = _asked(request)
    shown = question(asked.session, asked.number)
    fields = [[name, value] for name, values in shown.form.sent.items() for value in values]
    if not shown.is_answered and not shown.is_draft:
        fields = []
    return JSONResponse({**_state(asked.session, asked), "number": shown.number, "fields": fields})


@needs("student")
@with_form
def answer_question(request: Request, form: FormData) -> Response:
    asked = _asked(request)
    wants = going(text_of(form, "go"))
    by_script = "application/json" in request.headers.get("accept", "")
    if asked.is_over:
        return _over(request, asked, by_script=by_script)
    sent: Sent = answer_fields(form)
    if wants.moves:
        sent = _moved_row(asked, sent, wants)
    try:
        outcome = keep(asked.attempt, _sent_answer(asked, form, sent, wants), at=asked.place.at)
    except StoreError:
        if by_script:
            raise
        form_now = _form(asked).filled(sent)
        return _page(request, asked, Remark(says=_NOT_SAVED, form=form_now, status=503))
    if by_script:
        return _as_json(asked, outcome)
    return _as_page(request, asked, outcome, sent=sent, wants=wants)


def _asked(request: Request) -> AskedQuestion:
    place, names = place_of(request), request.path_params
    attempt = attempt_of(place, names["number"])
    if not 1 <= names["question"] <= len(attempt.session.items):
        refuse(404, "There is no such question in this attempt.")
    return AskedQuestion(place=place, attempt=attempt, number=names["question"])


def _sent_answer(asked: AskedQuestion, form: FormData, sent: Sent, wants: Going) -> SentAnswer:
    item = asked.session.items[asked.number - 1]
    marks_at_once = asked.session.rules.feedback == Feedback.NOW
    return SentAnswer(
        item=item.id,
        fields=sent,
        after=whole_number(text_of(form, "after")) or 0,
        is_meant=wants.moves != 0 or text_of(form, "meant") != "",
        # where an answer is final, only its own button gives it
        as_draft=marks_at_once and not wants.is_answer,
    )


def _moved_row(asked: AskedQuestion, sent: Sent, wants: Going) -> Sent:
    form = _form(asked).filled(sent)
    return form.moved(wants.label, wants.moves).sent if isinstance(form, OrderForm) else sent


def _form(asked: AskedQuestion) -> QuestionForm:
    return question(asked.session, asked.number).form


def _as_json(asked: AskedQuestion, outcome: Outcome) -> Response:
    match outcome:
        case Kept(session):
            shown = question(session, asked.number)
            said = {"state": "saved", "number": shown.number, **_state(session, asked)}
            return JSONResponse(said)
        case NothingGiven(says):
            said = {"state": "nothing", "says": says, **_state(asked.session, asked)}
            return JSONResponse(said)
        case AnsweredElsewhere(session):
            shown = question(session, asked.number)
            said = {"state": "elsewhere", "number": shown.number, **_state(session, asked)}
            return JSONResponse(said)
        case AnswerRefused(why, is_final):
            state = "over" if is_final else "not read"
            said = {"state": state, "says": why, **_state(asked.session, asked)}
            return JSONResponse(said)


def _as_page(
    request: Request, asked: AskedQuestion, outcome: Outcome, *, sent: Sent, wants: Going
) -> Response:
    form = _form(asked).filled(sent)
    match outcome:
        case AnswerRefused(why, True):
            return _page(request, asked, Remark(says=f"Not saved: {why}.", form=form, status=409))
        case AnswerRefused(why):
            return _page(request, asked, Remark(says=f"Not saved: {why}.", form=form, status=422))
        case AnsweredElsewhere(session):
            says = "Not saved: this question was answered in another window meanwhile."
            remark = Remark(says=says, form=form, elsewhere=session, status=409)
            return _page(request, asked, remark)
        case NothingGiven() if wants.moves:  # where an answer is final: it is not given yet
            says = "Moved. It counts when you press Answer."
            return _page(request, asked, Remark(says=says, form=form))
        case NothingGiven(says) if wants.stays and says:
            return _page(request, asked, Remark(says=says, form=form))
        case NothingGiven() if wants.is_answer:
            return _page(request, asked, Remark(says="Give an answer first.", form=form))
        case _:
            return moved(request, _next_page(asked, wants))


def _next_page(asked: AskedQuestion, wants: Going) -> str:
    place, number = asked.place, asked.attempt.stored.number
    to = wants.to(asked.number)
    if not 1 <= to <= len(asked.session.items):
        return place.attempt_page(number)
    row = f"#q-row-{wants.label}" if wants.moves else ""
    return place.question_page(number, to) + row


def _over(request: Request, asked: AskedQuestion, *, by_script: bool) -> Response:
    to = asked.place.attempt_page(asked.attempt.stored.number)
    if not by_script:
        return moved(request, to)
    said = {"state": "over", "says": "the attempt is handed in", "to": to}
    return JSONResponse(said)


def _state(session: Session, asked: AskedQuestion) -> dict[str, object]:
    clock = ClockLeft.of(session, asked.place.at)
    over = session.phase == Phase.FINISHED
    to = asked.place.attempt_page(asked.attempt.stored.number) if over else ""
    return {"answered": answered_places(session), "left": clock.seconds, "to": to}


def _page(request: Request, asked: AskedQuestion, remark: Remark | None = None) -> Response:
    session, place = asked.session, asked.place
    shown = question(session, asked.number)
    verdict = None
    if session.rules.feedback == Feedback.NOW and shown.is_answered:
        verdict = verdict_now(session, asked.number, shelf_of(place.site).now().bank.misconceptions)
    elsewhere = None
    if remark is not None and remark.elsewhere is not None:
        elsewhere = question(remark.elsewhere, asked.number)
    answer = page(
        request,
        "quizzes/question.html",
        status=remark.status if remark else 200,
        place=place,
        attempt=asked.attempt.stored.number,
        question=shown,
        form=remark.form if remark is not None and remark.form is not None else shown.form,
        remark=remark,
        elsewhere=elsewhere,
        answered=answered_places(session),
        clock=ClockLeft.of(session, place.at),
        marks_at_once=session.rules.feedback == Feedback.NOW,
        verdict=verdict,
        with_maths=_shows_maths(shown.stem, shown.form, verdict),
    )
    return answer


def _shows_maths(*values: object) -> bool:
    return "$" in "".join(map(str, values))
