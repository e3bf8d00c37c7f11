"""Who is signed in: a row in the store, found by a random word in a cookie.

The row keeps the word's digest. A session begins anew whenever somebody enters, so a word that
was planted before means nothing; it ends when its row says so, whatever the cookie says.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from grader.store.accounts_store import Enrolment, Role
from grader.web.site import Site, site_of

_SEEN_EACH = timedelta(minutes=5)
_WITHOUT_SESSION = ("/static/", "/health")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who asks. While staff look through a student's eyes, it is the student, and a preview."""

    person: str
    role: Role
    enrolment: Enrolment
    session: int
    staff: Enrolment | None = None  # who really looks, in a preview

    @property
    def is_preview(self) -> bool:
        return self.staff is not None

    @property
    def is_staff(self) -> bool:
        return self.role != "student"


def cookie_name(site: Site) -> str:
    """With the prefix, a browser takes the cookie only by TLS and from this host."""
    return "__Host-grader" if site.is_secure else "grader"


def digest(word: str) -> str:
    """What the store keeps of a secret word."""
    return hashlib.sha256(word.encode()).hexdigest()


def begin_session(request: Request, response: Response, enrolment: int) -> None:
    """Sign a person in: a new row, a new cookie; the session before it, if any, is ended."""
    site = site_of(request)
    if request.state.person is not None:
        site.accounts.end_session(request.state.person.session, at=site.clock())
    word, now = secrets.token_urlsafe(32), site.clock()
    days = timedelta(days=site.limits.session_days)
    site.accounts.begin_session(enrolment, digest=digest(word), at=now, expires=now + days)
    response.set_cookie(
        cookie_name(site),
        word,
        max_age=int(days.total_seconds()),
        path="/",
        secure=site.is_secure,
        httponly=True,
        samesite="lax",
    )


def end_session(request: Request, response: Response) -> None:
    """Sign out: the row is ended, and the cookie taken away."""
    site = site_of(request)
    if request.state.person is not None:
        site.accounts.end_session(request.state.person.session, at=site.clock())
    response.delete_cookie(
        cookie_name(site), path="/", secure=site.is_secure, httponly=True, samesite="lax"
    )


class SessionsGuard:
    """Puts who asks into `request.state.person`."""

    def __init__(self, app: ASGIApp, *, site: Site) -> None:
        self._app, self._site = app, site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            word = Request(scope).cookies.get(cookie_name(self._site), "")
            state = scope.setdefault("state", {})
            state["person"] = None
            if word and not scope["path"].startswith(_WITHOUT_SESSION):
                state["person"] = await run_in_threadpool(self._signed_in, word)
        await self._app(scope, receive, send)

    def _signed_in(self, word: str) -> SignedIn | None:
        accounts, now = self._site.accounts, self._site.clock()
        found = accounts.session(digest(word), at=now)
        if found is None:
            return None
        if now - found.seen_at > _SEEN_EACH:
            accounts.seen(found.id, at=now)
        shown = found.acting_as or found.owner
        return SignedIn(
            person=shown.person,
            role=shown.role,
            enrolment=shown,
            session=found.id,
            staff=found.owner if found.acting_as else None,
        )
