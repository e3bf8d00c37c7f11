"""The addresses that platforms know: a launch begins, a launch arrives, our keys, a choice.

A launch that arrives in a tab of its own opens a session and goes on. In a frame no session is
opened, since its cookie would be another site's: a page says so, and its button opens a tab.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from grader.store.lti_store import LtiLink, LtiPlatform
from grader.text import clean_line
from grader.web.forms import text_of, with_form
from grader.web.guard.rights import open_to_all
from grader.web.guard.sessions import begin_session, digest
from grader.web.lti.arriving import arriving
from grader.web.lti.claims import PICK_LAUNCH, Launch
from grader.web.lti.launching import LAUNCH_MINUTES, begin_launch, finish_launch
from grader.web.lti.own_keys import own_key, published_keys
from grader.web.lti.parts import LtiParts, parts_of
from grader.web.lti.picking import content_item, signed_choice
from grader.web.lti.platform_pages import routes as platform_pages
from grader.web.lti.platform_requests import is_safe
from grader.web.lti.refusal import CookieMissing, LaunchRefused
from grader.web.lti.targets import Target, target_of, targets
from grader.web.rendering import moved, page
from grader.web.site import Site, site_of

LAUNCH_PATH = "/lti/launch"
FROM_PLATFORMS = ("/lti/login", LAUNCH_PATH)
_ENTER, _PICK = "enter", "pick"
_TICKET_MINUTES = 30
# Pages that are shown in the frame of a platform whose host nobody knows before it has signed.
_ANY_PLATFORM = "https: http://localhost:* http://127.0.0.1:*"
_OLD = "Open the link in your course again."

Answered = Callable[[Request, Mapping[str, str]], Response]


def _refusing(answer: Answered) -> Answered:
    """Turns a refusal into a page with its sentence, which is in the log, too."""

    def answered(request: Request, said: Mapping[str, str]) -> Response:
        request.state.frame_ancestors = _ANY_PLATFORM
        try:
            return answer(request, said)
        except CookieMissing as refused:
            request.state.log = {"refused": refused.problem}
            again = f"/lti/login?{urlencode(refused.login)}"
            return page(request, "lti/new_tab.html", status=403, again=again)
        except LaunchRefused as refused:
            request.state.log = {"refused": clean_line(refused.problem, 500)}
            return page(request, "lti/refused.html", status=403, refused=refused)

    return answered


@open_to_all
@with_form
def login_by_form(request: Request, form: FormData) -> Response:
    return _begun(request, {name: text_of(form, name) for name in form})


@open_to_all
def login_by_link(request: Request) -> Response:
    return _begun(request, request.query_params)


@open_to_all
@with_form
def launch(request: Request, form: FormData) -> Response:
    return _launched(request, {name: text_of(form, name) for name in form})


@open_to_all
@with_form
def enter(request: Request, form: FormData) -> Response:
    """From the page in a frame to a tab with a session."""
    return _entered(request, {"ticket": text_of(form, "ticket")})


@open_to_all
@with_form
def pick(request: Request, form: FormData) -> Response:
    return _picked(request, {name: text_of(form, name) for name in ("ticket", "target")})


@open_to_all
def keys(request: Request) -> Response:
    """Our public keys, with which platforms check what we sign."""
    said = published_keys(parts_of(request).store, at=site_of(request).clock())
    return JSONResponse(said, headers={"Cache-Control": "max-age=3600"})


@_refusing
def _begun(request: Request, said: Mapping[str, str]) -> Response:
    site = site_of(request)
    begun = begin_launch(
        said,
        store=parts_of(request).store,
        launch_url=site.address.rstrip("/") + LAUNCH_PATH,
        at=site.clock(),
    )
    answer = RedirectResponse(begun.url, status_code=302, headers={"Cache-Control": "no-store"})
    _keep_state(answer, begun.state, site)
    return answer


@_refusing
def _launched(request: Request, said: Mapping[str, str]) -> Response:
    site, parts = site_of(request), parts_of(request)
    cookie = request.cookies.get(_cookie_name(said.get("state", ""), site), "")
    platform, launch = finish_launch(
        said, cookie=cookie, store=parts.store, keys=parts.keys, at=site.clock()
    )
    enrolment, context = arriving(
        launch,
        platform,
        store=parts.store,
        accounts=site.accounts,
        services=parts.services,
        at=site.clock(),
    )
    if launch.message_type == PICK_LAUNCH:
        if enrolment.role == "student":
            raise LaunchRefused("only the staff of this course choose what is shown")
        answer = _picker(request, platform, launch, parts)
    else:
        target = target_of(launch, site)
        _remember_link(parts, context.id, launch, target)
        answer = _arrived(request, launch, target, enrolment.id, parts)
    answer.delete_cookie(_cookie_name(said["state"], site), secure=site.is_secure)
    return answer


@_refusing
def _entered(request: Request, said: Mapping[str, str]) -> Response:
    site, parts = site_of(request), parts_of(request)
    found = parts.store.redeem(said["ticket"], _ENTER, at=site.clock())
    if found.problem:
        raise LaunchRefused("this button was used already, or is too old", fix=_OLD)
    answer = moved(request, found.payload["path"])
    begin_session(request, answer, found.payload["enrolment"])
    return answer


@_refusing
def _picked(request: Request, said: Mapping[str, str]) -> Response:
    """A form with our answer, which the browser takes back to the platform."""
    site, parts, now = site_of(request), parts_of(request), site_of(request).clock()
    chosen = targets(site).get(said["target"])
    if chosen is None:
        raise LaunchRefused("nothing was chosen", fix="Go back, choose one, and send it again.")
    found = parts.store.redeem(said["ticket"], _PICK, at=now)
    if found.problem:
        raise LaunchRefused("this page was used already, or is too old", fix=_OLD)
    kept = found.payload
    platform = next(one for one in parts.store.platforms() if one.id == kept["platform"])
    token = signed_choice(
        platform,
        deployment=kept["deployment"],
        items=[_item(chosen, site)],
        data=kept["data"],
        nonce=secrets.token_urlsafe(24),
        key=own_key(parts.store, at=now),
        at=now,
    )
    back = kept["return_url"]
    answer = page(request, "lti/picked.html", chosen=chosen, return_url=back, token=token)
    return _within(request, answer, back)


def _picker(request: Request, platform: LtiPlatform, launch: Launch, parts: LtiParts) -> Response:
    settings = launch.settings
    if settings is None or not is_safe(settings.deep_link_return_url):
        raise LaunchRefused("the platform did not say where the choice goes")
    payload = {
        "platform": platform.id,
        "deployment": launch.deployment_id,
        "return_url": settings.deep_link_return_url,
        "data": settings.data,
    }
    ticket = _ticket(request, parts, _PICK, payload)
    site = site_of(request)
    choices = tuple(targets(site).values())
    answer = page(request, "lti/pick.html", ticket=ticket, targets=choices, platform=platform)
    return _within(request, answer, settings.deep_link_return_url)


def _arrived(
    request: Request, launch: Launch, target: Target | None, enrolment: int, parts: LtiParts
) -> Response:
    path = target.path if target else "/"
    if not _is_framed(request, launch):
        answer = moved(request, path)
        begin_session(request, answer, enrolment)
        return answer
    ticket = _ticket(request, parts, _ENTER, {"enrolment": enrolment, "path": path})
    return page(request, "lti/enter.html", ticket=ticket, target=target)


def _remember_link(parts: LtiParts, context: int, launch: Launch, target: Target | None) -> None:
    """Keep where grades of this place go, if the platform takes any."""
    end = launch.endpoint
    if target is None or launch.resource_link is None or end is None:
        return
    parts.store.keep_link(
        LtiLink(
            context=context,
            resource_link=launch.resource_link.id,
            target=target.name,
            line_item=end.lineitem or "",
            line_items=end.lineitems or "",
            scopes=end.scope,
        )
    )


def _item(chosen: Target, site: Site) -> Mapping[str, object]:
    return content_item(
        url=site.address.rstrip("/") + chosen.path,
        title=chosen.title,
        target=chosen.name,
        maximum=chosen.maximum,
    )


def _ticket(request: Request, parts: LtiParts, purpose: str, payload: Mapping[str, object]) -> str:
    """A word that is good once for what a page in a frame offers."""
    now, word = site_of(request).clock(), secrets.token_urlsafe(32)
    until = now + timedelta(minutes=_TICKET_MINUTES)
    parts.store.issue(word, purpose, payload, at=now, until=until)
    return word


def _is_framed(request: Request, launch: Launch) -> bool:
    """Whether the browser shows us in a frame, where it keeps our cookies from us."""
    shown_in = request.headers.get("sec-fetch-dest")
    if shown_in is not None:
        return shown_in != "document"
    said = launch.launch_presentation.document_target if launch.launch_presentation else None
    return said != "window"


def _cookie_name(state: str, site: Site) -> str:
    """One for each launch, so that two tabs do not take each other's."""
    return f"{'__Host-' if site.is_secure else ''}lti-{digest(state)[:16]}"


def _keep_state(answer: Response, state: str, site: Site) -> None:
    """The cookie of a launch. `Partitioned` lets it live in a frame of the platform.

    Without TLS, as on one's own machine, it says nothing of other sites: browsers then send it
    with a form that comes within two minutes.
    """
    parts = [f"{_cookie_name(state, site)}={state}", "Path=/", "HttpOnly"]
    parts.append(f"Max-Age={60 * LAUNCH_MINUTES}")
    if site.is_secure:
        parts += ["Secure", "SameSite=None", "Partitioned"]
    answer.headers.append("Set-Cookie", "; ".join(parts))


def _within(request: Request, answer: Response, return_url: str) -> Response:
    """Let the page be shown by this platform alone, and let its form go there."""
    parts = urlsplit(return_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    request.state.frame_ancestors = origin
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"font-src 'self'; form-action 'self' {origin}; base-uri 'none'; frame-ancestors {origin}"
    )
    return answer


routes = (
    Route("/lti/login", login_by_link),
    Route("/lti/login", login_by_form, methods=["POST"]),
    Route(LAUNCH_PATH, launch, methods=["POST"]),
    Route("/lti/enter", enter, methods=["POST"]),
    Route("/lti/pick", pick, methods=["POST"]),
    Route("/lti/keys", keys),
    *platform_pages,
)
