"""The quizzes on the first page of a student: what is open, and what was done."""

from collections.abc import Iterator

from starlette.requests import Request

from grader.courses.quiz_standing import NextStep, QuizStanding
from grader.web.due import DueItem
from grader.web.guard.rights import person_of
from grader.web.quizzes.overview import facts, points_of, quizzes_of
from grader.web.quizzes.places import quiz_base
from grader.web.site import site_of

_BUTTONS = {NextStep.BEGIN: "Begin", NextStep.GO_ON: "Go on"}
_SIGNS = {
    NextStep.BEGIN: ("unwritten", "○"),
    NextStep.GO_ON: ("waiting", "…"),
    NextStep.DONE: ("passed", "✓"),
    NextStep.MISSED: ("blocked", "‖"),
}


def quizzes_due(request: Request) -> Iterator[DueItem]:
    for now in quizzes_of(site_of(request), person_of(request).person):
        if now.step != NextStep.WAIT:
            yield _item(now)


def _item(now: QuizStanding) -> DueItem:
    shape, sign = _SIGNS[now.step]
    is_done = now.step in (NextStep.DONE, NextStep.MISSED) or _was_handed_in(now)
    return DueItem(
        title=now.quiz.title,
        kind="Quiz",
        link=quiz_base(now.quiz),
        button=_BUTTONS.get(now.step, "Look at it"),
        due=now.rules.closes,
        shape="passed" if is_done and now.attempts else shape,
        sign="✓" if is_done and now.attempts else sign,
        word="handed in" if is_done and now.attempts else now.step.value,
        detail=_said(now),
        is_done=is_done,
    )


def _was_handed_in(now: QuizStanding) -> bool:
    """Whether an attempt was handed in and none is under way; another may still be begun."""
    return now.going_on is None and bool(now.attempts)


def _said(now: QuizStanding) -> str:
    return " · ".join(part for part in (points_of(now), *facts(now)) if part)
