"""Grades on their way back: published ones become scores of the platforms, and are sent.

A grade that is not published, and one of somebody who is excused, is no score: what the platform
may have is taken back. Where grading failed for our own fault nothing is sent, and what the
platform has stays. Zero is a grade.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from grader.store.lti_scores_store import CLEARED, DueScore, LtiScoresStore
from grader.store.lti_store import LtiLink, LtiPlatform, LtiStore
from grader.text import clean_line
from grader.web.lti.platform_services import PlatformServices
from grader.web.lti.refusal import ServiceFailed

_LOG = logging.getLogger(__name__)
_WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720, 1440, 1440))
_FINAL = {400, 403, 404, 410, 422}  # asked again, the platform would say the same
_OLDER = 409
_LONGEST_COMMENT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedGrade:
    """The grade of one student as it counts, for a platform.

    `points` is None where there is no score: not published, or excused.
    """

    person: str
    points: Fraction | None
    maximum: int
    handed_in_at: datetime | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnTarget:
    """An assignment or a quiz, and the grades of it that are to be known."""

    target: str
    title: str
    maximum: int
    grades: tuple[ReturnedGrade, ...]


def want_scores(
    targets: Iterable[ReturnTarget], *, store: LtiStore, scores: LtiScoresStore, at: datetime
) -> int:
    """Note what each platform should show; how many scores are to be sent for it."""
    known = {target.target: target for target in targets}
    contexts = {context.id: context for context in store.contexts()}
    accounts: dict[int, Mapping[str, str]] = {}
    due = 0
    for link in store.links():
        target = known.get(link.target)
        if target is None or not (link.line_item or link.line_items):
            continue
        platform = contexts[link.context].platform
        subs = accounts.setdefault(platform, store.subs(platform))
        for grade in target.grades:
            if grade.person in subs:
                due += scores.want(link.id, grade.person, _wanted(grade), since=at, at=at)
    return due


def send_due(
    targets: Iterable[ReturnTarget],
    *,
    store: LtiStore,
    scores: LtiScoresStore,
    services: PlatformServices,
    clock: Callable[[], datetime],
) -> tuple[int, int]:
    """Send what is due; how many scores arrived, and how many did not.

    A platform that is not there is left alone until the next time: the others do not wait for it.
    """
    known = {target.target: target for target in targets}
    arrived = failed = 0
    absent: set[int] = set()
    while (score := scores.take_due(at=clock(), without=absent)) is not None:
        try:
            _send(score, known, store, services)
        except ServiceFailed as error:
            failed += 1
            _note(score, error, scores, clock())
            if error.status not in _FINAL and error.status != _OLDER:
                absent.add(score.platform)
        else:
            arrived += 1
            scores.sent(score)
    return arrived, failed


def _wanted(grade: ReturnedGrade) -> Mapping[str, Any]:
    if grade.points is None:
        return CLEARED
    wanted: dict[str, Any] = {
        "scoreGiven": _number(grade.points),
        "scoreMaximum": grade.maximum,
    }
    if grade.comment:
        wanted["comment"] = clean_line(grade.comment, _LONGEST_COMMENT)
    if grade.handed_in_at is not None:
        # or the platform takes the time of grading for that of handing in, and shows it late
        wanted["submission"] = {"submittedAt": _moment(grade.handed_in_at)}
    return wanted


def _number(points: Fraction) -> int | float:
    """A number for JSON; of a third, four places."""
    return int(points) if points.denominator == 1 else round(float(points), 4)


def _send(
    score: DueScore,
    known: Mapping[str, ReturnTarget],
    store: LtiStore,
    services: PlatformServices,
) -> None:
    platform = next(one for one in store.platforms() if one.id == score.platform)
    link = next(one for one in store.links() if one.id == score.link)
    column = link.line_item or _found_column(
        link, known.get(link.target), platform, store, services
    )
    has_score = bool(score.wanted)
    body = {
        "userId": score.sub,
        "timestamp": _moment(score.stamp),
        "activityProgress": "Completed" if has_score else "Initialized",
        "gradingProgress": "FullyGraded" if has_score else "NotReady",
        **score.wanted,
    }
    services.send_score(platform, column, body)


def _found_column(
    link: LtiLink,
    target: ReturnTarget | None,
    platform: LtiPlatform,
    store: LtiStore,
    services: PlatformServices,
) -> str:
    """The column of a place that came without one: looked for, or made, and then remembered."""
    column = services.line_item(
        platform,
        link.line_items,
        target=link.target,
        label=target.title if target else link.target,
        maximum=target.maximum if target else 100,
        resource_link=link.resource_link,
    )
    store.keep_link(
        LtiLink(
            context=link.context,
            resource_link=link.resource_link,
            target=link.target,
            line_item=column,
            line_items=link.line_items,
            scopes=link.scopes,
        )
    )
    return column


def _note(score: DueScore, error: ServiceFailed, scores: LtiScoresStore, at: datetime) -> None:
    _LOG.warning("a score did not arrive: %s", clean_line(str(error), 500))
    problem = clean_line(str(error), 1000)
    if error.status == _OLDER:  # it has a later time than ours: again, as of then
        next_try = at if score.tries == 1 else _next(score.tries, at)
        scores.failed(score, problem, next_try=next_try, since=next_try)
        return
    give_up = error.status in _FINAL or score.tries > len(_WAITS)
    scores.failed(score, problem, next_try=None if give_up else _next(score.tries, at))


def _next(tries: int, at: datetime) -> datetime | None:
    return at + _WAITS[tries - 1] if tries <= len(_WAITS) else None


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
