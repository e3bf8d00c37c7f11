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
_OURS = "This is our fault, not yours. What you handed in and answered before is kept. Try again."


def handlers() -> Mapping[Any, Callable[[Request, Any], Response]]:
    return {HTTPException: _refused, Exception: _our_fault, **refusals()}


def refusals() -> Mapping[Any, Callable[[Request, Any], Response]]:
    """What a guard can end with, before an endpoint is asked."""
    return {GraderError: _not_possible}


def _refused(request: Request, error: HTTPException) -> Response:
    said = error.detail if error.headers and "X-Said" in error.headers else ""
    sentence = said or _SENTENCES.get(error.status_code, error.detail)
    return _problem(request, error.status_code, sentence)


def _not_possible(request: Request, error: GraderError) -> Response:
    if isinstance(error, GraderFault | CourseError):  # the place may be a path of this machine
        return _problem(request, 503, _OURS)
    return _problem(request, 400, f"{error.problem}. {error.fix}".replace("..", "."))


def _our_fault(request: Request, error: Exception) -> Response:
    return _problem(request, 500, _OURS)


def _problem(request: Request, status: int, sentence: str) -> Response:
    title = _TITLES.get(status, "Something went wrong")
    return page(request, "problem.html", status=status, title=title, sentence=sentence)
