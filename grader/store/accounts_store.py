"""Who is in a course, how they enter, and who is signed in, in any database of the store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row, Select, func, insert, select, update

from grader.store.database import reading, writing
from grader.store.quiz_rows import row_id
from grader.store.site_tables import door_tries, enrolments, invitations, passwords, sessions
from grader.store.tables import people

Role = Literal["owner", "grader", "student"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A person in a course. `person` is the name that reports, answers and rosters know."""

    id: int = 0
    person: str
    role: Role
    is_active: bool = True
    email: str = ""
    full_name: str = ""
    section: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)  # what other systems call the person

    @property
    def shown_name(self) -> str:
        return self.full_name or self.person


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSession:
    """A session that holds: whose it is, and through whose eyes they look, if through another's."""

    id: int
    owner: Enrolment
    acting_as: Enrolment | None
    seen_at: datetime


class AccountsStore:
    """The accounts of one course. Each method is one transaction.

    What is kept of a secret word (of a link, of a cookie) is its digest, which the caller makes.
    """

    def __init__(self, engine: Engine, course: str) -> None:
        self._engine = engine
        self._course = course

    def enrol(self, enrolment: Enrolment) -> Enrolment:
        """Enter a person, or change what is known of one who is there; its id is found by name."""
        values = {
            "role": enrolment.role,
            "state": "active" if enrolment.is_active else "dropped",
            "email": enrolment.email,
            "full_name": enrolment.full_name,
            "section": enrolment.section,
            "ids": dict(enrolment.ids),
        }
        with writing(self._engine) as connection:
            person = row_id(connection, people.c.name, enrolment.person)
            found = self._columns().where(people.c.name == enrolment.person)
            if row := connection.execute(found).first():
                statement = update(enrolments).where(enrolments.c.id == row.id)
                connection.execute(statement.values(values))
            else:
                names = {"course": self._course, "person": person}
                connection.execute(insert(enrolments).values(names | values))
            return _enrolment(connection.execute(found).one())

    def enrolments(self, *, with_dropped: bool = False) -> tuple[Enrolment, ...]:
        """All of the course, by name."""
        query = self._columns().order_by(people.c.name)
        if not with_dropped:
            query = query.where(enrolments.c.state == "active")
        with reading(self._engine) as connection:
            return tuple(map(_enrolment, connection.execute(query)))

    def by_person(self, person: str) -> Enrolment | None:
        """Whoever has this name in the course, dropped or not."""
        return self._one(self._columns().where(people.c.name == person))

    def by_email(self, email: str) -> Enrolment | None:
        """The only active one with this address; None if there is none, or more than one."""
        query = self._columns().where(
            func.lower(enrolments.c.email) == email.lower(), enrolments.c.state == "active"
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query.limit(2)).all()
        return _enrolment(rows[0]) if len(rows) == 1 and email else None

    def invite(self, enrolment: int, *, digest: str, at: datetime, expires: datetime) -> None:
        """Keep a new invitation; earlier ones of the person no longer open anything."""
        with writing(self._engine) as connection:
            unused = update(invitations).where(
                invitations.c.enrolment == enrolment, invitations.c.used_at.is_(None)
            )
            connection.execute(unused.values(used_at=at))
            connection.execute(
                insert(invitations).values(
                    enrolment=enrolment, hash=digest, made_at=at, expires_at=expires
                )
            )

    def invited(self, digest: str, *, at: datetime) -> Enrolment | None:
        """Whom an invitation is for that can still be used."""
        with reading(self._engine) as connection:
            return self._invited(connection, digest, at)

    def accept(self, digest: str, *, at: datetime) -> Enrolment | None:
        """Use up an invitation: of two who do it at once, one is let in."""
        with writing(self._engine) as connection:
            found = self._invited(connection, digest, at)
            unused = update(invitations).where(
                invitations.c.hash == digest, invitations.c.used_at.is_(None)
            )
            if found is None or connection.execute(unused.values(used_at=at)).rowcount == 0:
                return None
            return found

    def has_used(self, digest: str, enrolment: int) -> bool:
        """Whether an invitation was this person's, and was used."""
        query = select(func.count()).where(
            invitations.c.hash == digest,
            invitations.c.enrolment == enrolment,
            invitations.c.used_at.is_not(None),
        )
        with reading(self._engine) as connection:
            return bool(connection.scalar(query))

    def password(self, enrolment: int) -> str | None:
        """The hash of the password that was set; None without one."""
        query = select(passwords.c.hash).where(passwords.c.enrolment == enrolment)
        with reading(self._engine) as connection:
            found: str | None = connection.scalar(query)
        return found

    def set_password(self, enrolment: int, hashed: str, *, at: datetime) -> None:
        """Keep the hash of a password, and end all sessions of the person."""
        with writing(self._engine) as connection:
            values = {"hash": hashed, "set_at": at}
            statement = update(passwords).where(passwords.c.enrolment == enrolment)
            if connection.execute(statement.values(values)).rowcount == 0:
                connection.execute(insert(passwords).values(values | {"enrolment": enrolment}))
            _revoke(connection, enrolment, at)

    def begin_session(
        self, enrolment: int, *, digest: str, at: datetime, expires: datetime
    ) -> None:
        times = {"begun_at": at, "seen_at": at, "expires_at": expires}
        with writing(self._engine) as connection:
            connection.execute(
                insert(sessions).values({"enrolment": enrolment, "hash": digest} | times)
            )

    def session(self, digest: str, *, at: datetime) -> StoredSession | None:
        """The session with this digest, if it holds and its owner is still in the course."""
        query = select(sessions).where(
            sessions.c.hash == digest, sessions.c.revoked_at.is_(None), sessions.c.expires_at > at
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
            if row is None:
                return None
            owner = self._active(connection, row.enrolment)
            acting_as = self._active(connection, row.acting_as) if row.acting_as else None
        if owner is None:
            return None
        return StoredSession(id=row.id, owner=owner, acting_as=acting_as, seen_at=row.seen_at)

    def seen(self, session: int, *, at: datetime) -> None:
        self._change_session(session, {"seen_at": at})

    def act_as(self, session: int, enrolment: int | None) -> None:
        """Look through another's eyes from now on, or through one's own again."""
        self._change_session(session, {"acting_as": enrolment})

    def end_session(self, session: int, *, at: datetime) -> None:
        self._change_session(session, {"revoked_at": at})

    def end_sessions(self, enrolment: int, *, at: datetime) -> None:
        """Sign a person out everywhere."""
        with writing(self._engine) as connection:
            _revoke(connection, enrolment, at)

    def note_try(self, doors: tuple[str, ...], *, at: datetime) -> None:
        """Keep that somebody did not get in; `doors` are digests of what was tried."""
        with writing(self._engine) as connection:
            rows = [{"door": door, "tried_at": at} for door in doors]
            connection.execute(insert(door_tries), rows)

    def tries(self, door: str, *, since: datetime) -> list[datetime]:
        """When somebody did not get in since then, oldest first."""
        query = select(door_tries.c.tried_at).where(
            door_tries.c.door == door, door_tries.c.tried_at > since
        )
        with reading(self._engine) as connection:
            return list(connection.scalars(query.order_by(door_tries.c.tried_at)))

    def _change_session(self, session: int, values: Mapping[str, Any]) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(sessions).where(sessions.c.id == session).values(values))

    def _columns(self) -> Select[Any]:
        joined = enrolments.join(people, enrolments.c.person == people.c.id)
        return (
            select(enrolments, people.c.name)
            .select_from(joined)
            .where(enrolments.c.course == self._course)
        )

    def _one(self, query: Select[Any]) -> Enrolment | None:
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else _enrolment(row)

    def _active(self, connection: Connection, enrolment: int) -> Enrolment | None:
        query = self._columns().where(enrolments.c.id == enrolment, enrolments.c.state == "active")
        row = connection.execute(query).first()
        return None if row is None else _enrolment(row)

    def _invited(self, connection: Connection, digest: str, at: datetime) -> Enrolment | None:
        query = select(invitations.c.enrolment).where(
            invitations.c.hash == digest,
            invitations.c.used_at.is_(None),
            invitations.c.expires_at > at,
        )
        found = connection.scalar(query)
        return None if found is None else self._active(connection, found)


def _revoke(connection: Connection, enrolment: int, at: datetime) -> None:
    open_ones = update(sessions).where(
        sessions.c.enrolment == enrolment, sessions.c.revoked_at.is_(None)
    )
    connection.execute(open_ones.values(revoked_at=at))


def _enrolment(row: Row[Any]) -> Enrolment:
    return Enrolment(
        id=row.id,
        person=row.name,
        role=row.role,
        is_active=row.state == "active",
        email=row.email,
        full_name=row.full_name,
        section=row.section,
        ids=row.ids,
    )
