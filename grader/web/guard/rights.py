"""Who may do what: the only way in which a role is asked for."""

import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import NoReturn
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from grader.store.accounts_store import Role
from grader.web.guard.sessions import SignedIn

Endpoint = Callable[[Request], Response | Awaitable[Response]]
_RANK: dict[str, int] = {"student": 0, "grader": 1, "owner": 2}
_READS = ("GET", "HEAD")
_MOST = 2**31 - 1


def needs(role: Role) -> Callable[[Endpoint], Callable[[Request], Awaitable[Response]]]:
    """An endpoint for those who have at least this role; others are sent to the doors, or refused.

    Whoever looks through a student's eyes may read as the student and change nothing.
    """

    def guarded(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        run = _in_a_thread(endpoint)

        @functools.wraps(endpoint)
        async def asked(request: Request) -> Response:
            person: SignedIn | None = request.state.person
            if person is None:
                return _to_the_doors(request)
            if _RANK[person.role] < _RANK[role]:
                refuse(403, "This page is for the staff of the course.")
            if person.is_preview and request.method not in _READS:
                refuse(403, "You look at the course as a student does, and change nothing.")
            return await run(request)

        asked.role = role  # type: ignore[attr-defined]  # a test sees that each route has one
        return asked

    return guarded


def open_to_all(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint for everybody, signed in or not."""
    run = _in_a_thread(endpoint)

    @functools.wraps(endpoint)
    async def asked(request: Request) -> Response:
        return await run(request)

    asked.role = None  # type: ignore[attr-defined]
    return asked


def person_of(request: Request) -> SignedIn:
    """Who asks.

    Raises:
        TypeError: the endpoint does not stand under `needs`.
    """
    person = request.state.person
    if not isinstance(person, SignedIn):
        raise TypeError("an endpoint that asks for the person must be under @needs")
    return person


def refuse(status: int, sentence: str, *, title: str = "") -> NoReturn:
    """End the request with a page that says this.

    Args:
        title: of the page, where that of the status would say something else.

    Raises:
        HTTPException: always.
    """
    raise HTTPException(status, detail=sentence, headers={"X-Said": title})


def _in_a_thread(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def run(request: Request) -> Response:
        if any(isinstance(one, int) and one > _MOST for one in request.path_params.values()):
            refuse(404, "There is no such page.")  # nor a number that the store could look for
        if inspect.iscoroutinefunction(endpoint):
            answered = await endpoint(request)
        else:
            answered = await run_in_threadpool(endpoint, request)
        assert isinstance(answered, Response)
        return answered

    return run


def _to_the_doors(request: Request) -> Response:
    path = request.url.path
    if request.method not in _READS:
        refuse(403, "You are not signed in any more. Sign in, go back, and send it again.")
    target = "/login" if path == "/" else f"/login?next={quote(path)}"
    return RedirectResponse(target, status_code=303)
