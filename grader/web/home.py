"""The first page: what is due for a student, the class for staff, the doors for all others."""

from starlette.requests import Request
from starlette.responses import Response

from grader.web.guard.rights import needs
from grader.web.rendering import page


@needs("student")
def home(request: Request) -> Response:
    return page(request, "home.html")
