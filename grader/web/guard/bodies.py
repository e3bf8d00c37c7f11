"""How large a body may be, and how slowly it may come."""

import asyncio

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grader.web.problems import problem_page
from grader.web.site import SiteLimits

_SLACK = 1 << 20  # of boundaries and fields around the files
_TAKE_FILES = ("/code/", "/staff/")


class _TooLarge(Exception):
    """More came than is taken."""


class _TooSlow(Exception):
    """It did not come in time."""


class BodyGuard:
    """Ends a request whose body is too large or too slow with a sentence."""

    def __init__(self, app: ASGIApp, *, limits: SiteLimits) -> None:
        self._app, self._limits = app, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        body = _Body(receive, scope, self._limits)
        try:
            body.see_length()
            await self._app(scope, body.receive, send)
        except ClientDisconnect:  # in the middle of the body: there is nobody to be answered
            return
        except _TooLarge:
            megabytes = body.most >> 20
            said = f"This is too large: at most {megabytes} MB are taken. Nothing was kept."
            await _end(said, 413, scope, receive, send)
        except _TooSlow:
            said = "This came too slowly, and nothing was kept. Try again."
            await _end(said, 408, scope, receive, send)


class _Body:
    """The body of one request, counted while it comes."""

    def __init__(self, receive: Receive, scope: Scope, limits: SiteLimits) -> None:
        self._receive, self._scope = receive, scope
        # who is not signed in sends nothing large: only these rooms take files
        takes_files = scope["path"].startswith(_TAKE_FILES)
        self.most = limits.upload_bytes + _SLACK if takes_files else limits.form_bytes
        self._left = self.most
        self._ends = asyncio.get_running_loop().time() + limits.body_seconds
        self._is_whole = False

    def see_length(self) -> None:
        length = Headers(scope=self._scope).get("content-length", "")
        if length.isdecimal() and int(length) > self.most:
            raise _TooLarge

    async def receive(self) -> Message:
        if self._is_whole:  # now it waits for the client to go away, for as long as that takes
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._ends):
                message = await self._receive()
        except TimeoutError as error:
            raise _TooSlow from error
        self._left -= len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        if self._left < 0:
            raise _TooLarge
        return message


async def _end(said: str, status: int, scope: Scope, receive: Receive, send: Send) -> None:
    answer = problem_page(Request(scope), status, said)
    answer.headers["Connection"] = "close"
    try:
        await answer(scope, receive, send)
    except (RuntimeError, ClientDisconnect):  # an answer had begun already
        return
