"""Platforms, launches and whose they are, in the store."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from grader.store.database import reading, writing
from grader.store.lti_tables import (
    lti_contexts,
    lti_keys,
    lti_links,
    lti_once,
    lti_people,
    lti_platforms,
)
from grader.store.quiz_rows import row_id
from grader.store.tables import people

_KEPT = timedelta(hours=1)  # so long what is too old is told from what never was
_MOST_OPEN = 5_000  # of one purpose: whoever asks for ever more fills no disk


@dataclass(frozen=True, slots=True, kw_only=True)
class LtiPlatform:
    """A learning platform as it is registered."""

    name: str
    kind: str
    issuer: str
    client_id: str
    deployments: tuple[str, ...]
    login_url: str
    token_url: str
    token_audience: str
    keys_url: str
    matched_by: str = "email"  # how its people are found on the roster: email, id or username
    enrols: bool = True  # whether a learner who is not on the roster comes on it
    id: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LtiContext:
    """A course at a platform."""

    platform: int
    deployment: str
    context: str
    title: str = ""
    members_url: str = ""
    is_let_in: bool = False
    id: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LtiLink:
    """A place where a platform shows an assignment or a quiz."""

    context: int
    resource_link: str
    target: str
    line_item: str = ""
    line_items: str = ""
    scopes: tuple[str, ...] = ()
    id: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What was found of something that is good once: its payload, or why it is no good."""

    payload: Mapping[str, Any]
    problem: str = ""  # "unknown", "used" or "expired"


class LtiStore:
    """What one course knows of its platforms. Each method is one transaction."""

    def __init__(self, engine: Engine, *, course: str) -> None:
        self._engine = engine
        self._course = course

    def platforms(self) -> tuple[LtiPlatform, ...]:
        """All registrations, in the order in which they were made."""
        query = select(lti_platforms).where(lti_platforms.c.course == self._course)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(lti_platforms.c.id)).mappings().all()
        return tuple(_platform(row) for row in rows)

    def register(self, platform: LtiPlatform) -> LtiPlatform:
        """Keep a registration; one of the same issuer and client becomes this one."""
        values = asdict(platform) | {"deployments": list(platform.deployments)}
        del values["id"]
        names = {name: values[name] for name in ("issuer", "client_id")}
        names["course"] = self._course
        with writing(self._engine) as connection:
            key = _keep(connection, lti_platforms, names, values, values)
        return self._platform_by(key)

    def signing_keys(self) -> tuple[str, ...]:
        """Our private keys as PEM, the newest first."""
        query = select(lti_keys.c.private_pem).where(lti_keys.c.course == self._course)
        with reading(self._engine) as connection:
            return tuple(connection.scalars(query.order_by(lti_keys.c.id.desc())))

    def add_signing_key(self, pem: str, *, at: datetime) -> None:
        values = {"course": self._course, "private_pem": pem, "made_at": at}
        with writing(self._engine) as connection:
            connection.execute(insert(lti_keys).values(values))

    def issue(
        self,
        secret: str,
        purpose: str,
        payload: Mapping[str, Any],
        *,
        at: datetime,
        until: datetime,
        most_open: int = _MOST_OPEN,
    ) -> bool:
        """Keep what comes with a secret that is good once; what is long past is dropped.

        False if so many are open that no more are kept.
        """
        values = {
            "course": self._course,
            "digest": _digest(secret),
            "purpose": purpose,
            "payload": dict(payload),
            "expires_at": until,
        }
        own = lti_once.c.course == self._course, lti_once.c.purpose == purpose
        with writing(self._engine) as connection:
            connection.execute(delete(lti_once).where(lti_once.c.expires_at < at - _KEPT))
            is_open = lti_once.c.expires_at > at, lti_once.c.used_at.is_(None)
            n_open = connection.scalar(select(func.count()).where(*own, *is_open))
            if (n_open or 0) >= most_open:
                return False
            connection.execute(insert(lti_once).values(values))
        return True

    def look_at(self, secret: str, purpose: str) -> Mapping[str, Any] | None:
        """What comes with a secret, without using it up; None if there is none."""
        with reading(self._engine) as connection:
            row = connection.execute(self._once(secret, purpose)).first()
        return row.payload if row else None

    def redeem(self, secret: str, purpose: str, *, at: datetime) -> Redeemed:
        """Use a secret up; of two who try at once one finds it used."""
        with writing(self._engine) as connection:
            query = self._once(secret, purpose).with_for_update()
            row = connection.execute(query).first()
            if row is None:
                return Redeemed({}, "unknown")
            if row.used_at is not None:
                return Redeemed(row.payload, "used")
            used = update(lti_once).where(lti_once.c.id == row.id).values(used_at=at)
            connection.execute(used)
        return Redeemed(row.payload, "expired" if row.expires_at <= at else "")

    def contexts(self) -> tuple[LtiContext, ...]:
        """All courses at platforms that were launched from, in the order in which they came."""
        joined = lti_contexts.join(lti_platforms)
        query = select(lti_contexts).select_from(joined)
        query = query.where(lti_platforms.c.course == self._course).order_by(lti_contexts.c.id)
        with reading(self._engine) as connection:
            return tuple(LtiContext(**row) for row in connection.execute(query).mappings())

    def keep_context(self, context: LtiContext) -> LtiContext:
        """Keep what a launch says of a course; what was let in stays let in."""
        values = asdict(context)
        del values["id"]
        names = {name: values.pop(name) for name in ("platform", "deployment", "context")}
        changed = {name: value for name, value in values.items() if value}
        is_it = [lti_contexts.c[name] == value for name, value in names.items()]
        with writing(self._engine) as connection:
            _keep(connection, lti_contexts, names, values, changed)
            row = connection.execute(select(lti_contexts).where(*is_it)).mappings().one()
            return LtiContext(**row)

    def let_in(self, context: int, *, is_let_in: bool = True) -> None:
        """Let the launches of a course in from now on, or not any more."""
        own = select(lti_platforms.c.id).where(lti_platforms.c.course == self._course)
        is_it = lti_contexts.c.id == context, lti_contexts.c.platform.in_(own)
        with writing(self._engine) as connection:
            statement = update(lti_contexts).where(*is_it)
            connection.execute(statement.values(is_let_in=is_let_in))

    def keep_link(self, link: LtiLink) -> LtiLink:
        """Keep a place; a column that is known already is not forgotten."""
        values = asdict(link) | {"scopes": list(link.scopes)}
        del values["id"]
        names = {name: values.pop(name) for name in ("context", "resource_link", "target")}
        if not link.line_item:
            del values["line_item"]
        with writing(self._engine) as connection:
            key = _keep(connection, lti_links, names, {"line_item": ""} | values, values)
            row = connection.execute(select(lti_links).where(lti_links.c.id == key)).mappings()
            return _link(row.one())

    def links(self) -> tuple[LtiLink, ...]:
        """All places where platforms show something of the course."""
        joined = lti_links.join(lti_contexts).join(lti_platforms)
        query = select(lti_links).select_from(joined)
        query = query.where(lti_platforms.c.course == self._course).order_by(lti_links.c.id)
        with reading(self._engine) as connection:
            return tuple(_link(row) for row in connection.execute(query).mappings())

    def person_of(self, platform: int, sub: str) -> str | None:
        """The name of whom a platform means; None if that was never found out."""
        query = (
            select(people.c.name)
            .join(lti_people, lti_people.c.person == people.c.id)
            .where(lti_people.c.platform == platform, lti_people.c.sub == sub)
        )
        with reading(self._engine) as connection:
            return connection.scalar(query)

    def connect(self, platform: int, sub: str, *, person: str, at: datetime) -> str | None:
        """Remember whom a platform means; whom it means now.

        None if the person is known to the platform by another account: two accounts are never one
        person, or one of them would read what is the other's.
        """
        with writing(self._engine) as connection:
            values = {
                "platform": platform,
                "sub": sub,
                "person": row_id(connection, people.c.name, person),
                "connected_at": at,
            }
            try:
                with connection.begin_nested():
                    connection.execute(insert(lti_people).values(values))
            except IntegrityError:
                pass  # the account or the person is connected already
        return self.person_of(platform, sub)

    def subs(self, platform: int) -> Mapping[str, str]:
        """The accounts of a platform by the names of their people."""
        query = select(people.c.name, lti_people.c.sub).join(
            lti_people, lti_people.c.person == people.c.id
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query.where(lti_people.c.platform == platform)).all()
        return {row.name: row.sub for row in rows}

    def _platform_by(self, key: int) -> LtiPlatform:
        with reading(self._engine) as connection:
            query = select(lti_platforms).where(lti_platforms.c.id == key)
            return _platform(connection.execute(query).mappings().one())

    def _once(self, secret: str, purpose: str) -> Any:
        return select(lti_once).where(
            lti_once.c.digest == _digest(secret),
            lti_once.c.purpose == purpose,
            lti_once.c.course == self._course,
        )


def _keep(
    connection: Connection,
    table: Any,
    names: Mapping[str, Any],
    new: Mapping[str, Any],
    changed: Mapping[str, Any],
) -> int:
    """Make the row of some names, or change the one that is there; its id."""
    is_it = [table.c[name] == value for name, value in names.items()]
    try:
        with connection.begin_nested():
            connection.execute(insert(table).values(dict(names) | dict(new)))
    except IntegrityError:
        if changed:
            connection.execute(update(table).where(*is_it).values(dict(changed)))
    return int(connection.scalars(select(table.c.id).where(*is_it)).one())


def _platform(row: RowMapping) -> LtiPlatform:
    values = {name: value for name, value in row.items() if name != "course"}
    return LtiPlatform(**values | {"deployments": tuple(values["deployments"])})


def _link(row: RowMapping) -> LtiLink:
    return LtiLink(**dict(row) | {"scopes": tuple(row["scopes"])})


def _digest(secret: str) -> str:
    """What is kept of a secret: who reads the store cannot use it."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
