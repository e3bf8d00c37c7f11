"""What every answer says about itself: what may act on the page, and that it is framed by nobody.

A room that is shown within another site's frame sets `request.state.frame_ancestors` to that site.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
_TLS = "max-age=31536000"


class HeadersGuard:
    """Adds the headers to every answer, also to a refusal."""

    def __init__(self, app: ASGIApp, *, is_secure: bool) -> None:
        self._app, self._is_secure = app, is_secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), scope)
            await send(message)

        await self._app(scope, receive, with_headers)

    def _add(self, headers: MutableHeaders, scope: Scope) -> None:
        frames = scope.get("state", {}).get("frame_ancestors", "'none'")
        headers.setdefault("Content-Security-Policy", _POLICY + frames)
        for name, value in _ALWAYS.items():
            headers.setdefault(name, value)
        if frames == "'none'":
            headers.setdefault("X-Frame-Options", "DENY")
        if self._is_secure:
            headers.setdefault("Strict-Transport-Security", _TLS)
