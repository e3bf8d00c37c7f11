"""A launch: the platform says that somebody comes, is asked who, and answers with a signed message.

The state is a secret that we made for one launch. The browser keeps it in a cookie, and the
platform sends it back; both must agree, and it is used up. The nonce of the message belongs to it.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any
from urllib.parse import urlencode

from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, ClaimError, ExpiredTokenError, JoseError

from grader.store.lti_store import LtiPlatform, LtiStore
from grader.text import clean_line
from grader.web.lti.claims import Launch, launch_of
from grader.web.lti.platform_keys import PlatformKeys
from grader.web.lti.refusal import CookieMissing, LaunchRefused

STATE = "state"
LAUNCH_MINUTES = 10
_LEEWAY_SECONDS = 30  # between the clock of the platform and ours
_LONGEST_HINT = 4000
_LONGEST_TOKEN = 64_000
_AGAIN = "Open the link in your course again."


@dataclass(frozen=True, slots=True)
class BegunLaunch:
    """Where the browser goes to be told who it is, and the state that it keeps."""

    url: str
    state: str


def begin_launch(
    asked: Mapping[str, str], *, store: LtiStore, launch_url: str, at: datetime
) -> BegunLaunch:
    """Answer a platform that wants to launch.

    Args:
        asked: the parameters of its request.
        launch_url: where the platform is to send the message.

    Raises:
        LaunchRefused: the platform is not registered, or says too little.
    """
    login = {
        name: asked.get(name, "")
        for name in ("iss", "login_hint", "target_link_uri", "lti_message_hint", "client_id")
    }
    if any(len(value) > _LONGEST_HINT for value in login.values()):
        raise LaunchRefused("the platform's request is too long")
    if not login["iss"] or not login["login_hint"]:
        raise LaunchRefused(
            "the platform did not say who it is and who comes: `iss` or `login_hint` is missing",
            fix="Open the link in your course, and not its address.",
        )
    platform = _registered(store, login["iss"], login["client_id"])
    state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    payload = {"platform": platform.id, "nonce": nonce, "login": login}
    until = at + timedelta(minutes=LAUNCH_MINUTES)
    if not store.issue(state, STATE, payload, at=at, until=until):
        raise LaunchRefused("too many launches are open", fix="Try again in a few minutes.")
    query = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": platform.client_id,
        "redirect_uri": launch_url,
        "login_hint": login["login_hint"],
        "state": state,
        "nonce": nonce,
    }
    if login["lti_message_hint"]:
        query["lti_message_hint"] = login["lti_message_hint"]
    joint = "&" if "?" in platform.login_url else "?"
    return BegunLaunch(f"{platform.login_url}{joint}{urlencode(query)}", state)


def finish_launch(
    form: Mapping[str, str],
    *,
    cookie: str,
    store: LtiStore,
    keys: PlatformKeys,
    at: datetime,
) -> tuple[LtiPlatform, Launch]:
    """Whom the platform's message is about, and what for; it is believed from here on.

    Args:
        form: what the browser brought from the platform.
        cookie: the state that the browser kept; empty if it kept none.

    Raises:
        CookieMissing: the browser kept none.
        LaunchRefused: the message is not to be believed.
    """
    payload = _used_up(form.get("state", ""), cookie=cookie, store=store, at=at)
    if said := form.get("error") or "":
        said = clean_line(form.get("error_description") or said, 300)
        raise LaunchRefused(f"the platform did not let the launch through: {said}", fix=_AGAIN)
    platform = next((p for p in store.platforms() if p.id == payload["platform"]), None)
    if platform is None:
        raise LaunchRefused("the platform is not registered any more")
    claims = _believed(form.get("id_token", ""), platform, keys=keys, at=at)
    if not compare_digest(str(claims.get("nonce")).encode(), str(payload["nonce"]).encode()):
        raise LaunchRefused("the message belongs to another launch: its nonce differs", fix=_AGAIN)
    launch = launch_of(claims)
    if launch.deployment_id not in platform.deployments:
        shown = clean_line(launch.deployment_id, 100)
        raise LaunchRefused(
            f"the deployment {shown!r} of {platform.name} is not registered",
            fix=f"The instructor adds it: `grader lti add {platform.kind} --deployment {shown} …`.",
        )
    return platform, launch


def _registered(store: LtiStore, issuer: str, client_id: str) -> LtiPlatform:
    found = [
        one
        for one in store.platforms()
        if one.issuer == issuer and client_id in ("", one.client_id)
    ]
    if len(found) > 1:
        raise LaunchRefused("the platform did not say which of its registrations it means")
    if not found:
        shown = clean_line(issuer, 200)
        client = f" with the client id {clean_line(client_id, 100)!r}" if client_id else ""
        raise LaunchRefused(
            f"the platform {shown!r}{client} is not registered with this course",
            fix="The instructor registers it with `grader lti add`.",
        )
    return found[0]


def _used_up(state: str, *, cookie: str, store: LtiStore, at: datetime) -> Mapping[str, Any]:
    """What was kept with a state, which is then good for nothing."""
    kept = store.look_at(state, STATE) if state else None
    if kept is None:
        raise LaunchRefused("the launch was not begun here, or long ago", fix=_AGAIN)
    if not cookie:
        raise CookieMissing(kept["login"])
    if not compare_digest(cookie.encode(), state.encode()):
        raise LaunchRefused("the launch was begun in another browser", fix=_AGAIN)
    found = store.redeem(state, STATE, at=at)
    if found.problem == "used":
        raise LaunchRefused("this launch was used already", fix=_AGAIN)
    if found.problem:
        raise LaunchRefused(f"the launch took longer than {LAUNCH_MINUTES} minutes", fix=_AGAIN)
    return found.payload


def _believed(
    token: str, platform: LtiPlatform, *, keys: PlatformKeys, at: datetime
) -> Mapping[str, Any]:
    """The claims of a message that the platform has signed for us, and that is still good."""
    if not token or len(token) > _LONGEST_TOKEN:
        raise LaunchRefused("the platform sent no message", fix=_AGAIN)
    try:
        kid = jws.extract_compact(token.encode()).headers().get("kid")
        # The key is the registered one: `jku`, `jwk` and `x5u` of a message are never looked at.
        key = keys.key(platform, kid if isinstance(kid, str) else None)
        claims = jwt.decode(token, key, algorithms=["RS256"]).claims
    except BadSignatureError as error:
        raise LaunchRefused(f"the message is not signed by {platform.name}") from error
    except (JoseError, ValueError, UnicodeError) as error:
        said = clean_line(str(error), 200)
        raise LaunchRefused(f"the message cannot be read: {said}") from error
    _assert_for_us(claims, platform, at=at)
    return claims


def _assert_for_us(claims: dict[str, Any], platform: LtiPlatform, *, at: datetime) -> None:
    rules = jwt.JWTClaimsRegistry(
        now=int(at.timestamp()),
        leeway=_LEEWAY_SECONDS,
        iss={"essential": True, "value": platform.issuer},
        aud={"essential": True, "value": platform.client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True},
        sub={"essential": True},
    )
    try:
        rules.validate(claims)
    except ExpiredTokenError as error:
        raise LaunchRefused("the message of the platform has expired", fix=_AGAIN) from error
    except ClaimError as error:
        said = clean_line(str(error.description), 200)
        raise LaunchRefused(f"the message is not for this course: {said}") from error
    audience = claims["aud"]
    many = isinstance(audience, list) and len(audience) > 1
    if (many or "azp" in claims) and claims.get("azp") != platform.client_id:
        raise LaunchRefused("the message was made for another tool: its `azp` is not ours")
