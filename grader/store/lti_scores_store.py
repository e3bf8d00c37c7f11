"""Scores on their way to platforms: what each should be, what was sent, and when to try again.

Only the newest score that is wanted is sent. Its time is written down before it is sent, and each
is later than the one before: a platform refuses what is not, and after a crash nobody knows
whether the last one arrived.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Select, and_, insert, select, update

from grader.store.database import reading, writing
from grader.store.lti_tables import lti_contexts, lti_links, lti_people, lti_platforms, lti_scores
from grader.store.quiz_rows import row_id
from grader.store.tables import people

_LEASE = timedelta(minutes=2)  # so long nobody else sends what somebody has begun to send
_STEP = timedelta(milliseconds=1)  # platforms keep no finer times
CLEARED: Mapping[str, Any] = {}  # no score, where there was one


@dataclass(frozen=True, slots=True, kw_only=True)
class DueScore:
    """A score that is to be sent now."""

    id: int
    link: int
    platform: int
    sub: str
    wanted: Mapping[str, Any]  # empty: no score any more
    revision: int
    stamp: datetime
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreState:
    """What became of one score, for staff."""

    id: int
    person: str
    target: str
    platform: str
    wanted: Mapping[str, Any]
    is_sent: bool
    next_try: datetime | None
    problem: str


class LtiScoresStore:
    """The scores of one course. Each method is one transaction."""

    def __init__(self, engine: Engine, *, course: str) -> None:
        self._engine = engine
        self._course = course

    def want(
        self, link: int, person: str, score: Mapping[str, Any], *, since: datetime, at: datetime
    ) -> bool:
        """Say what the score of somebody should be; whether something is to be sent for it.

        Args:
            score: what the platform is to show; empty for none, which is sent only where there may
                be one.
            since: when it was graded, or decided.
        """
        wanted = dict(score)
        with writing(self._engine) as connection:
            who = row_id(connection, people.c.name, person)
            is_it = and_(lti_scores.c.link == link, lti_scores.c.person == who)
            row = connection.execute(select(lti_scores).where(is_it).with_for_update()).first()
            if row is None:
                if not wanted:
                    return False
                new = {"link": link, "person": who, "wanted": wanted, "revision": 1}
                new |= {"since": since, "tries": 0, "next_try": at, "problem": ""}
                connection.execute(insert(lti_scores).values(new))
                return True
            if row.wanted == wanted:
                return False
            # what was never begun to be sent needs no taking back
            due = at if wanted or row.stamp is not None else None
            values = {"wanted": wanted, "revision": row.revision + 1, "since": since, "tries": 0}
            values |= {"next_try": due, "problem": ""}
            connection.execute(update(lti_scores).where(is_it).values(values))
        return due is not None

    def take_due(self, *, at: datetime, without: Set[int] = frozenset()) -> DueScore | None:
        """The score that has waited longest, which is this caller's to send for two minutes.

        Args:
            without: platforms that are not to be asked now.
        """
        with writing(self._engine) as connection:
            query = self._all().where(lti_scores.c.next_try <= at)
            query = query.where(lti_platforms.c.id.not_in(without))
            query = query.order_by(lti_scores.c.next_try, lti_scores.c.id).limit(1)
            row = connection.execute(query.with_for_update(skip_locked=True, of=lti_scores)).first()
            if row is None:
                return None
            stamp = _whole(row.since)
            if row.stamp is not None:
                stamp = max(stamp, row.stamp + _STEP)
            values = {"stamp": stamp, "next_try": at + _LEASE, "tries": row.tries + 1}
            statement = update(lti_scores).where(lti_scores.c.id == row.id)
            connection.execute(statement.values(values))
        return DueScore(
            id=row.id,
            link=row.link,
            platform=row.platform,
            sub=row.sub,
            wanted=row.wanted,
            revision=row.revision,
            stamp=stamp,
            tries=row.tries + 1,
        )

    def sent(self, score: DueScore) -> None:
        """Note that a score has arrived. One that is wanted since then stays due."""
        with writing(self._engine) as connection:
            is_it = lti_scores.c.id == score.id
            arrived = update(lti_scores).where(is_it).values(sent=score.revision)
            connection.execute(arrived)
            done = update(lti_scores).where(is_it, lti_scores.c.revision == score.revision)
            connection.execute(done.values(next_try=None, problem=""))

    def failed(
        self,
        score: DueScore,
        problem: str,
        *,
        next_try: datetime | None,
        since: datetime | None = None,
    ) -> None:
        """Note why a score did not arrive.

        Args:
            next_try: None to give up.
            since: the time to send it with then, where the platform has a later one.
        """
        values: dict[str, Any] = {"next_try": next_try, "problem": problem[:1000]}
        if since is not None:
            values["since"] = since
        with writing(self._engine) as connection:
            is_it = and_(lti_scores.c.id == score.id, lti_scores.c.revision == score.revision)
            connection.execute(update(lti_scores).where(is_it).values(values))

    def try_again(self, *, at: datetime) -> int:
        """Let all that was given up, or waits, be sent now; how many that are."""
        with writing(self._engine) as connection:
            own = self._all().with_only_columns(lti_scores.c.id)
            waits = lti_scores.c.sent.is_distinct_from(lti_scores.c.revision)
            begun = lti_scores.c.problem != ""
            ids = list(connection.scalars(own.where(waits, begun)))
            statement = update(lti_scores).where(lti_scores.c.id.in_(ids))
            connection.execute(statement.values(next_try=at, tries=0))
        return len(ids)

    def states(self) -> tuple[ScoreState, ...]:
        """What became of every score, by assignment and person."""
        query = self._all().order_by(lti_links.c.target, people.c.name, lti_scores.c.id)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return tuple(
            ScoreState(
                id=row.id,
                person=row.name,
                target=row.target,
                platform=row.platform_name,
                wanted=row.wanted,
                is_sent=row.sent == row.revision,
                next_try=row.next_try,
                problem=row.problem,
            )
            for row in rows
        )

    def _all(self) -> Select[Any]:
        """The scores of the course, of people whom their platform knows."""
        scores = (
            lti_scores.join(lti_links, lti_scores.c.link == lti_links.c.id)
            .join(lti_contexts, lti_links.c.context == lti_contexts.c.id)
            .join(lti_platforms, lti_contexts.c.platform == lti_platforms.c.id)
            .join(people, lti_scores.c.person == people.c.id)
            .join(
                lti_people,
                and_(
                    lti_people.c.platform == lti_platforms.c.id,
                    lti_people.c.person == lti_scores.c.person,
                ),
            )
        )
        query = select(
            lti_scores,
            lti_links.c.target,
            lti_platforms.c.id.label("platform"),
            lti_platforms.c.name.label("platform_name"),
            lti_people.c.sub,
            people.c.name,
        )
        return query.select_from(scores).where(lti_platforms.c.course == self._course)


def _whole(moment: datetime) -> datetime:
    """A time to the millisecond, which is all that platforms are told."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
