"""Whether the site can work: for whoever watches it."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from grader.store.database import StoreError
from grader.web.guard.rights import open_to_all
from grader.web.site import site_of


@open_to_all
def health(request: Request) -> Response:
    """200 and `ok`, or 503 and what is wrong; nothing of the course is said."""
    try:
        site_of(request).accounts.by_person("")
    except StoreError:
        return JSONResponse({"status": "the store cannot be used"}, status_code=503)
    return JSONResponse({"status": "ok"})
