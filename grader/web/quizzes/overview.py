"""The quizzes of the course and the page of one: what is open, what to know, begin or go on."""

import secrets
from dataclasses import replace

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from grader.courses.attempts import WantedAttempt, begin
from grader.courses.quiz_standing import NextStep, QuizStanding, standing
from grader.courses.taking import must_be_open, seed_to_begin
from grader.quiz.attempt.quiz import Quiz
from grader.quiz.attempt.rules import Feedback, Rules, duration
from grader.quiz.items.marks import shown
from grader.text import counted
from grader.web.forms import text_of, with_form
from grader.web.guard.rights import needs, person_of
from grader.web.quizzes.places import QuizPlace, place_of, quiz_base, shelf_of
from grader.web.quizzes.shown import answered_places
from grader.web.rendering import moved, page
from grader.web.site import Site, site_of

_SEEDS = 2**31
_WHEN_SHOWN = {
    Feedback.NOW: "Each answer is marked at once and is final.",
    Feedback.END: "Marks are shown when you hand in; until then answers may be changed.",
    Feedback.CLOSED: "Marks are shown once the quiz has closed; until you hand in, answers may"
    " change.",
    Feedback.NEVER: "No marks are shown; until you hand in, answers may be changed.",
}


@needs("student")
def list_of_quizzes(request: Request) -> Response:
    return page(
        request,
        "quizzes/list.html",
        quizzes=quizzes_of(site_of(request), person_of(request).person),
        quiz_base=quiz_base,
        facts=facts,
        points_of=points_of,
    )


def quizzes_of(site: Site, student: str) -> list[QuizStanding]:
    """Where a student stands with each quiz: what can be done now first, by when it closes."""
    found = (stands(site, quiz, student) for quiz in shelf_of(site).now().quizzes.values())
    return sorted(found, key=_by_urgency)


def stands(site: Site, quiz: Quiz, student: str) -> QuizStanding:
    """Where a student stands with a quiz, without marks that staff hide at present."""
    now = standing(site.store.quizzes, quiz, student=student, at=site.clock())
    return replace(now, marks=None) if are_marks_hidden(site, quiz) else now


def are_marks_hidden(site: Site, quiz: Quiz) -> bool:
    """Whether staff hide the marks of a quiz; practice has none to hide."""
    return quiz.practice is None and not site.store.releases.release("quiz", quiz.name).is_shown


@needs("student")
def one_quiz(request: Request) -> Response:
    place = place_of(request)
    now = stands(place.site, place.quiz, place.student)
    return page(
        request,
        "quizzes/quiz.html",
        place=place,
        standing=now,
        to_know=to_know(now, place) if now.step in (NextStep.BEGIN, NextStep.WAIT) else [],
        facts=facts,
        points_of=points_of,
        going_on=answered_places(now.going_on) if now.going_on else [],
        question=_first_open(place, now),
    )


@needs("student")
@with_form
def begin_attempt(request: Request, form: FormData) -> Response:
    """Begin the attempt of the number that the button named, once however often it is pressed."""
    place = place_of(request)
    must_be_open(place.quiz, at=place.at)
    now = standing(place.store, place.quiz, student=place.student, at=place.at)
    number = now.number
    if now.going_on is None and text_of(form, "number") in ("", str(number)):
        wish = WantedAttempt(student=place.student)
        seed = seed_to_begin(place.quiz, wish, number=number, drawn=secrets.randbelow(_SEEDS))
        begin(place.store, place.quiz, wish, number=number, seed=seed, at=place.at)
    elif now.going_on is None:  # the button of a page from before: that attempt is over
        return moved(request, place.base)
    return moved(request, place.question_page(number, 1))


def facts(now: QuizStanding) -> list[str]:
    """What a student should see of a quiz in the list of all, in a few words each."""
    rules, said = now.rules, []
    if now.step == NextStep.GO_ON and now.going_on is not None:
        done, of = len(answered_places(now.going_on)), len(now.going_on.items)
        said.append(f"{done} of {counted(of, 'question')} answered")
        if now.time_left is not None:
            said.append(f"{duration(now.time_left)} left")
    elif now.step == NextStep.BEGIN and rules.limit is not None:
        said.append(f"{duration(rules.limit)} for an attempt")
    if rules.attempts is not None:
        said.append(f"{len(now.attempts)} of {counted(rules.attempts, 'attempt')} begun")
    elif now.attempts:
        said.append(f"{counted(len(now.attempts), 'attempt')} begun")
    return said


def to_know(now: QuizStanding, place: QuizPlace) -> list[str]:
    """What to know before a clock starts or an attempt is used."""
    rules, quiz = now.rules, now.quiz
    asked = len(quiz.items) + sum(pool.pick for pool in quiz.pools)
    said = [f"{counted(asked, 'question')}."]
    if rules.limit is not None:
        left = rules.limit
        if rules.closes is not None and now.step == NextStep.BEGIN:
            left = min(left, rules.closes - place.at)
        said.append(f"You have {duration(left)} from the start on, also if you stop in between.")
    if now.rules != now.quiz.rules and _has_more_time(now.rules, quiz.rules):
        said.append("That is with your extra time.")
    said += _attempts_said(rules, now.number)
    said.append(_WHEN_SHOWN[rules.feedback])
    if rules.feedback != Feedback.NOW:
        said.append("Every answer is saved as you give it; what is saved when time is up counts.")
    return said


def points_of(now: QuizStanding) -> str:
    """The marks of the attempt that counts, where they may be shown."""
    if now.marks is None or now.counted is None:
        return ""
    of = counted(now.marks.max_points, "point")
    return f"{shown(now.marks.points)} of {of}"


def _attempts_said(rules: Rules, number: int) -> list[str]:
    if rules.attempts == 1:
        return ["There is one attempt."]
    if rules.attempts is not None:
        return [f"This is attempt {number} of {rules.attempts}; the {rules.counts} counts."]
    return []


def _has_more_time(own: Rules, usual: Rules) -> bool:
    return own.limit != usual.limit or own.closes != usual.closes


def _by_urgency(now: QuizStanding) -> tuple[int, str, str]:
    order = (NextStep.GO_ON, NextStep.BEGIN, NextStep.WAIT, NextStep.DONE, NextStep.MISSED)
    closes = now.rules.closes.isoformat() if now.rules.closes else "~"
    return order.index(now.step), closes, now.quiz.title


def _first_open(place: QuizPlace, now: QuizStanding) -> str:
    """The page of the first question without an answer, of an attempt that is going on."""
    if now.going_on is None:
        return ""
    done = answered_places(now.going_on)
    first = next((n for n in range(1, len(now.going_on.items) + 1) if n not in done), None)
    return place.question_page(now.number, first) if first else place.attempt_page(now.number)
