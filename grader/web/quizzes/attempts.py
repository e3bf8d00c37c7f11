"""The page of a whole attempt: what is answered and the way to hand it in; afterwards its marks."""

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from grader.courses.attempts import Attempt
from grader.courses.handed_in import stored_marks
from grader.quiz.attempt.rules import Feedback
from grader.quiz.attempt.session import Finished, Phase, Session
from grader.quiz.items.marks import shown
from grader.web.forms import with_form
from grader.web.guard.rights import needs, person_of
from grader.web.quizzes.overview import are_marks_hidden
from grader.web.quizzes.own_reports import ideas_of
from grader.web.quizzes.places import QuizPlace, attempt_of, idea_base, place_of, shelf_of
from grader.web.quizzes.shown import ClockLeft, answered_places, reviews
from grader.web.rendering import moved, page
from grader.web.site import site_of


@needs("student")
def show_attempt(request: Request) -> Response:
    place = place_of(request)
    attempt = attempt_of(place, request.path_params["number"])
    if attempt.session.phase == Phase.FINISHED:
        return _handed_in(request, place, attempt)
    return page(
        request,
        "quizzes/attempt.html",
        place=place,
        attempt=attempt.stored.number,
        of=len(attempt.session.items),
        answered=answered_places(attempt.session),
        clock=ClockLeft.of(attempt.session, place.at),
        marks_at_once=attempt.session.rules.feedback == Feedback.NOW,
    )


@needs("student")
@with_form
def hand_in(request: Request, form: FormData) -> Response:
    """Hand in what is saved; doing it twice changes nothing."""
    place = place_of(request)
    attempt = attempt_of(place, request.path_params["number"])
    if attempt.session.phase != Phase.FINISHED:
        event = Finished(place.at)
        after = attempt.session.apply(event)
        if isinstance(after, Session):
            attempt.save(event, after)
    return moved(request, place.attempt_page(attempt.stored.number))


def _handed_in(request: Request, place: QuizPlace, attempt: Attempt) -> Response:
    session, stored = attempt.session, attempt.stored
    told: dict[str, Any] = {
        "place": place,
        "attempt": stored.number,
        "finished_at": session.finished_at,
        "time_was_up": session.finished_at is not None and session.finished_at == session.deadline,
    }
    if are_marks_hidden(place.site, place.quiz):
        return page(request, "quizzes/handed_in.html", why="marks are hidden at present", **told)
    if not session.shows_feedback(place.at):
        return page(request, "quizzes/handed_in.html", why=session.why_no_marks(), **told)
    marks = stored_marks(stored, session)
    sentences = shelf_of(place.site).now().bank.misconceptions
    own = {idea.misconception: idea for idea in ideas_of(site_of(request), person_of(request))}
    return page(
        request,
        "quizzes/review.html",
        total=marks.total(),
        points=shown(marks.points),
        reviews=list(reviews(marks, sentences)),
        ideas=[(name, sentences.get(name, ""), own.get(name)) for name in marks.misconceptions],
        idea_base=idea_base,
        with_maths=any("$" in str(row.item) for row in marks.rows),
        **told,
    )
