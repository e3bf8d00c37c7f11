"""One line of JSON a request, for whoever runs the site: what was asked, what came, how long.

Nothing of a person's is in it: no path with its words, no name, no text, no message of an error.
A room that refuses somebody sets `request.state.log` to what else is to be said.
"""

import asyncio
import json
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Write = Callable[[str], None]
_QUIET = ("/static/", "/health")


class LogGuard:
    """Writes a line for each request, and one more for a fault of ours.

    Args:
        clock: the time that a line says.
        write: gets each line.
    """

    def __init__(self, app: ASGIApp, *, clock: Callable[[], datetime], write: Write) -> None:
        self._app, self._clock, self._write = app, clock, write

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_QUIET):
            await self._app(scope, receive, send)
            return
        begun, status = time.monotonic(), 0

        async def with_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, with_status)
        except asyncio.CancelledError:
            if not status:
                raise
            # the server stops, and cuts a stream that was open: nothing went wrong
        except Exception as error:
            self._say("fault", _fault(error))
            if not status:  # nothing was answered: the server has to know
                raise
        finally:
            milliseconds = round(1000 * (time.monotonic() - begun))
            said = _asked(scope) | {"status": status, "ms": milliseconds}
            self._say("request", said | scope.get("state", {}).get("log", {}))

    def _say(self, event: str, facts: dict[str, Any]) -> None:
        at = self._clock().astimezone(UTC).isoformat(timespec="milliseconds")
        self._write(json.dumps({"at": at, "event": event} | facts))


def _asked(scope: Scope) -> dict[str, Any]:
    """The method, what answered it, and the number of who asked."""
    endpoint = scope.get("endpoint")
    person = scope.get("state", {}).get("person")
    return {
        "method": scope["method"],
        "endpoint": f"{endpoint.__module__}.{endpoint.__name__}" if endpoint else "",
        "enrolment": person.enrolment.id if person is not None else None,
    }


def _fault(error: BaseException) -> dict[str, Any]:
    """What was raised and where; its message may hold what a student wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__name__,
        "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]],
    }
