"""A form as an endpoint gets it: read whole, within limits, before the endpoint runs."""

import functools
from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from grader.web.odd_text import storable
from grader.web.site import site_of

_FIELDS = 2_000
_DIGITS = 9  # more have no number that a store keeps


def with_form(
    endpoint: Callable[[Request, FormData], Response],
) -> Callable[[Request], Awaitable[Response]]:
    """Gives an endpoint the form of its request; the endpoint runs in a thread."""

    @functools.wraps(endpoint)
    async def read(request: Request) -> Response:
        form = await _form_of(request)
        try:
            return await run_in_threadpool(endpoint, request, _storable(form))
        finally:
            await form.close()

    return read


def text_of(form: FormData, name: str) -> str:
    """A field as text; empty where it is missing or a file."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def whole_number(text: str) -> int | None:
    """The number that a page has written into a field or an address; None if it is none."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= _DIGITS
    return int(text) if is_number else None


async def _form_of(request: Request) -> FormData:
    limits = site_of(request).limits
    try:
        return await request.form(
            max_files=limits.upload_files, max_fields=_FIELDS, max_part_size=limits.form_bytes
        )
    except UnicodeError as error:  # in an encoding that no browser uses
        raise HTTPException(400) from error


def _storable(form: FormData) -> FormData:
    """The same fields and files, in texts and names that every database keeps."""
    items: list[tuple[str, str | UploadFile]] = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            value.filename = storable(value.filename or "")
            items.append((storable(name), value))
        else:
            items.append((storable(name), storable(value)))
    return FormData(items)
