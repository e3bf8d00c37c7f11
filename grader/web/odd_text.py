"""Text that a database may refuse is made plain where it comes in.

PostgreSQL keeps no NUL, and no database halves of surrogate pairs: nobody types either. In their
place stands the character that browsers and decoders put there, so nothing else has to know.
"""

import re
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

_ODD = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\ufffd"
_NUL_IN_QUERY = re.compile(rb"%00|\x00")
_REPLACEMENT_IN_QUERY = b"%EF%BF%BD"


def storable(text: str) -> str:
    """The text with what no database keeps replaced, as is done with bytes that are no text."""
    return _ODD.sub(_REPLACEMENT, text)


def storable_json(value: Any) -> Any:
    """The same for all texts in a value that came as JSON from another server."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [storable_json(one) for one in value]
    if isinstance(value, dict):
        return {storable(name): storable_json(one) for name, one in value.items()}
    return value


class OddTextGuard:
    """Makes the path and the query of a request storable; what is asked for is then not found."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            query = _NUL_IN_QUERY.sub(_REPLACEMENT_IN_QUERY, scope["query_string"])
            # the same scope: what answers writes into it what the log reads
            scope.update(path=storable(scope["path"]), query_string=query)
        await self._app(scope, receive, send)
