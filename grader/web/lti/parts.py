"""What the room keeps while the site runs: its stores, the keys of platforms, their services."""

from dataclasses import dataclass

from starlette.requests import Request

from grader.store.lti_scores_store import LtiScoresStore
from grader.store.lti_store import LtiStore
from grader.web.lti.platform_keys import PlatformKeys
from grader.web.lti.platform_requests import new_http_client
from grader.web.lti.platform_services import PlatformServices
from grader.web.site import Site, site_of


@dataclass(frozen=True, slots=True)
class LtiParts:
    """All that speaks with platforms, for one site."""

    store: LtiStore
    scores: LtiScoresStore
    keys: PlatformKeys
    services: PlatformServices


def lti_parts(site: Site) -> LtiParts:
    """The parts for a site."""
    http = site.http or new_http_client()
    store = LtiStore(site.store.engine, course=site.course.key)
    return LtiParts(
        store=store,
        scores=LtiScoresStore(site.store.engine, course=site.course.key),
        keys=PlatformKeys(http, clock=site.clock),
        services=PlatformServices(http, store=store, clock=site.clock),
    )


def parts_of(request: Request) -> LtiParts:
    """The parts of the running site, made when a platform is first spoken with."""
    state = request.app.state
    if not hasattr(state, "lti"):
        state.lti = lti_parts(site_of(request))
    found: LtiParts = state.lti
    return found
