"""The first page: what is due for a student; staff have theirs."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from grader.web.due import DueItem
from grader.web.guard.rights import needs, person_of
from grader.web.hand_in.due import assignments_due
from grader.web.quizzes.due import quizzes_due
from grader.web.rendering import moved, page

# Each gives what is due of its room.
SOURCES = (assignments_due, quizzes_due)
_NEVER = datetime.max.replace(tzinfo=UTC)


@needs("student")
def home(request: Request) -> Response:
    if person_of(request).is_staff:
        return moved(request, "/staff/")
    items = sorted((item for source in SOURCES for item in source(request)), key=_order)
    return page(
        request,
        "home.html",
        to_do=[item for item in items if not item.is_done],
        done=[item for item in items if item.is_done],
    )


def _order(item: DueItem) -> tuple[datetime, str]:
    return item.due or _NEVER, item.title
