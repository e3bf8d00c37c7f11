"""Only this site's own pages may change anything on it.

Browsers say where a request comes from. One that changes something and does not come from here
is refused before anything reads it; the cookie's `SameSite` is the second lock.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from grader.web.problems import problem_page

_REFUSED = (
    "This was sent from another site, so nothing was done. Open this site and try again there."
)
_READS = ("GET", "HEAD", "OPTIONS")


class CrossSiteGuard:
    """Refuses what other sites send, but for the paths that expect it."""

    def __init__(self, app: ASGIApp, *, exempt: tuple[str, ...]) -> None:
        self._app, self._exempt = app, exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        changes = scope["type"] == "http" and scope["method"] not in _READS
        if not changes or scope["path"] in self._exempt or _is_from_here(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        await problem_page(Request(scope), 403, _REFUSED)(scope, receive, send)


def _is_from_here(headers: Headers) -> bool:
    said = headers.get("sec-fetch-site")
    if said is not None:
        return said in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:  # no browser that keeps cookies leaves out both
        return True
    return urlsplit(origin).netloc == headers.get("host", "")
