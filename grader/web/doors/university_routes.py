"""The door of a university account: away to the provider, and back with a code."""

from hmac import compare_digest

import httpx2
import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from grader.errors import GraderError
from grader.web.doors.university import (
    ProviderSettings,
    SignInBegun,
    SignInRefused,
    begun,
    claims_for,
    found_by,
    provider_of,
    where_to,
)
from grader.web.guard.rights import open_to_all, refuse
from grader.web.guard.sessions import begin_session
from grader.web.rendering import is_local, moved, page
from grader.web.site import Site, site_of

_MINUTES = 10
_LOST = SignInRefused(
    "this browser has not begun to sign in, or began too long ago", fix="Begin again."
)


@open_to_all
def away(request: Request) -> Response:
    site, provider = site_of(request), _provider(request)
    wanted = request.query_params.get("next", "/")
    sign_in = begun(wanted if is_local(wanted) else "/")
    try:
        target = where_to(provider, sign_in, back=_back(site), http=_http(site))
    except SignInRefused as error:
        return _refused(request, error)
    answer = RedirectResponse(target, status_code=303)
    answer.set_cookie(
        _cookie(site),
        msgspec.json.encode(sign_in).hex(),
        max_age=60 * _MINUTES,
        path="/",
        secure=site.is_secure,
        httponly=True,
        samesite="lax",
    )
    return answer


@open_to_all
def back(request: Request) -> Response:
    site, provider = site_of(request), _provider(request)
    try:
        sign_in = _waiting(request)
        code = request.query_params.get("code", "")
        claims = claims_for(
            provider, sign_in, code, back=_back(site), http=_http(site), at=site.clock()
        )
        found = found_by(provider, claims, site.accounts)
    except SignInRefused as error:
        return _refused(request, error)
    answer = moved(request, sign_in.next_path)
    begin_session(request, answer, found.id)
    answer.delete_cookie(_cookie(site), path="/", secure=site.is_secure, httponly=True)
    return answer


def _waiting(request: Request) -> SignInBegun:
    """What this browser began, if what came back belongs to it."""
    try:
        kept = bytes.fromhex(request.cookies.get(_cookie(site_of(request)), ""))
        sign_in = msgspec.json.decode(kept, type=SignInBegun)
    except (ValueError, msgspec.DecodeError) as error:
        raise _LOST from error
    said = request.query_params.get("state", "")
    if not compare_digest(said.encode(), sign_in.state.encode()):
        raise _LOST
    return sign_in


def _refused(request: Request, error: GraderError) -> Response:
    title = "You are not signed in"
    return page(request, "problem.html", status=403, title=title, sentence=error.sentences)


def _provider(request: Request) -> ProviderSettings:
    return provider_of(site_of(request).folder) or refuse(404, "There is no such door here.")


def _back(site: Site) -> str:
    return f"{site.address.rstrip('/')}/oidc/back"


def _cookie(site: Site) -> str:
    return "__Host-grader-oidc" if site.is_secure else "grader-oidc"


def _http(site: Site) -> httpx2.Client:
    return site.http or httpx2.Client()


routes = (Route("/oidc/away", away), Route("/oidc/back", back))
