"""What is said when a request cannot be answered: a page with a sentence, never a traceback."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from grader.errors import CourseError, GraderError, GraderFault
from grader.web.rendering import page

_TITLES = {
    400: "This cannot be read",
    403: "This is not open to you",
    404: "There is no such page",
    405: "This cannot be done here",
    408: "This came too slowly",
    409: "This has changed meanwhile",
    413: "This is too large",
    429: "Too often",
    503: "Not available just now",
}
_SENTENCES = {
    400: "What was sent cannot be read. Go back and try again.",
    404: "Check the address, or go to the start.",
    405: "Go back and use the buttons of the page.",
    413: "What was sent is larger than this site takes.",
}
_NOT_DONE = "This was not done"
_OURS = "This is our fault, not yours. What you handed in and answered before is kept. Try again."


def handlers() -> Mapping[Any, Callable[[Request, Any], Response]]:
    return {HTTPException: _refused, Exception: _our_fault, **refusals()}


def refusals() -> Mapping[Any, Callable[[Request, Any], Response]]:
    """What a guard can end with, before an endpoint is asked."""
    return {GraderError: _not_possible}


def _refused(request: Request, error: HTTPException) -> Response:
    is_ours = error.headers is not None and "X-Said" in error.headers
    said = error.detail if is_ours else ""
    sentence = said or _SENTENCES.get(error.status_code, error.detail)
    # 400 without a sentence is what cannot be read; with one, it is read and not done
    title = _NOT_DONE if is_ours and error.status_code == 400 else ""
    if is_ours and error.headers is not None:
        title = error.headers["X-Said"] or title
    return problem_page(request, error.status_code, sentence, title=title)


def _not_possible(request: Request, error: GraderError) -> Response:
    if isinstance(error, GraderFault | CourseError):  # the place may be a path of this machine
        return problem_page(request, 503, _OURS)
    return problem_page(request, 400, error.sentences, title=_NOT_DONE)


def _our_fault(request: Request, error: Exception) -> Response:
    return problem_page(request, 500, _OURS)


def problem_page(request: Request, status: int, sentence: str, *, title: str = "") -> Response:
    """The page of a refusal, also where a guard refuses before it is known who asks."""
    title = title or _TITLES.get(status, "Something went wrong")
    return page(request, "problem.html", status=status, title=title, sentence=sentence)
