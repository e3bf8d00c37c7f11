"""Whether the site can work: for whoever watches it."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from grader.store.database import StoreError
from grader.web.guard.rights import open_to_all
from grader.web.site import site_of


@open_to_all
def health(request: Request) -> Response:
    """200 and `ok`, or 503 and what is wrong; and how much waits in the queue, and how long."""
    site = site_of(request)
    try:
        counts = site.store.jobs.counts()
        since = site.store.jobs.waits_since(site.clock())
    except StoreError:
        return JSONResponse({"status": "the store cannot be used"}, status_code=503)
    waits = max(0, round((site.clock() - since).total_seconds())) if since else 0
    queue = {state: counts.get(state, 0) for state in ("waiting", "running", "failed")}
    return JSONResponse({"status": "ok", "queue": queue, "waits_seconds": waits})
