"""A form as an endpoint gets it: read whole, within limits, before the endpoint runs."""

import functools
from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from grader.web.site import site_of

_FIELDS = 2_000


def with_form(
    endpoint: Callable[[Request, FormData], Response],
) -> Callable[[Request], Awaitable[Response]]:
    """Gives an endpoint the form of its request; the endpoint runs in a thread."""

    @functools.wraps(endpoint)
    async def read(request: Request) -> Response:
        limits = site_of(request).limits
        async with request.form(
            max_files=limits.upload_files, max_fields=_FIELDS, max_part_size=limits.form_bytes
        ) as form:
            return await run_in_threadpool(endpoint, request, form)

    return read


def text_of(form: FormData, name: str) -> str:
    """A field as text; empty where it is missing or a file."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
