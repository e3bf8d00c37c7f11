"""The application: all rooms behind one guard."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from grader.web import assets, health, home
from grader.web.doors.routes import routes as doors
from grader.web.doors.university_routes import routes as university
from grader.web.guard.bodies import BodyGuard
from grader.web.guard.cross_site import CrossSiteGuard
from grader.web.guard.headers import HeadersGuard
from grader.web.guard.logs import LogGuard, Write
from grader.web.guard.sessions import SessionsGuard
from grader.web.hand_in.routes import routes as hand_in
from grader.web.lti.routes import FROM_PLATFORMS
from grader.web.lti.routes import routes as lti
from grader.web.odd_text import OddTextGuard
from grader.web.problems import handlers, refusals
from grader.web.quizzes.routes import routes as quizzes
from grader.web.site import Site
from grader.web.staff.routes import routes as staff

# Paths that other sites send forms to, and that guard themselves.
FROM_OTHER_SITES: tuple[str, ...] = FROM_PLATFORMS

ROUTES: tuple[BaseRoute, ...] = (
    Route("/", home.home),
    *doors,
    *university,
    *staff,
    *hand_in,
    *quizzes,
    *lti,
    Route("/health", health.health),
    *assets.routes,
)


def application(site: Site, *, log: Write = lambda line: None) -> ASGIApp:
    """The site as an ASGI application.

    Args:
        log: gets one line of JSON a request.
    """
    made = Starlette(
        routes=ROUTES,
        middleware=[
            Middleware(OddTextGuard),
            Middleware(BodyGuard, limits=site.limits),
            Middleware(CrossSiteGuard, exempt=FROM_OTHER_SITES),
            # the store may be away when a guard looks for who asks
            Middleware(ExceptionMiddleware, handlers=refusals()),
            Middleware(SessionsGuard, site=site),
        ],
        exception_handlers=handlers(),
    )
    made.state.site = site
    # outermost, so that the page of our own fault has them too
    guarded = HeadersGuard(made, is_secure=site.is_secure)
    return LogGuard(guarded, clock=site.clock, write=log)
