"""What is known of the platforms that many schools have, so that little has to be copied."""

from collections.abc import Mapping
from dataclasses import dataclass

from grader.errors import CourseError
from grader.store.lti_store import LtiPlatform
from grader.web.lti.platform_requests import safe_url

KINDS = ("canvas", "moodle", "brightspace", "other")
_HOSTED_CANVAS = "https://canvas.instructure.com"
_OPTIONS = {  # of a registration: what has to be known -> how it is typed
    "issuer": "--issuer",
    "login_url": "--login-url",
    "token_url": "--token-url",
    "keys_url": "--keys-url",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A registration as somebody typed it; what is empty follows from the kind of platform."""

    kind: str
    client_id: str
    deployments: tuple[str, ...] = ()
    url: str = ""  # of the school's platform
    name: str = ""
    issuer: str = ""
    login_url: str = ""
    token_url: str = ""
    keys_url: str = ""
    token_audience: str = ""
    matched_by: str = "email"
    enrols: bool = True


def platform_of(typed: Registration) -> LtiPlatform:
    """The platform that a registration means.

    Raises:
        CourseError: something is missing, or an address is none.
    """
    if not typed.client_id.strip():
        raise CourseError(
            "the client id is missing",
            at="grader lti add",
            fix="Copy it from the platform, and write it after `--client-id`.",
        )
    known = _known(typed.kind, typed.url.rstrip("/"))
    said = {name: getattr(typed, name).strip() or known.get(name, "") for name in _OPTIONS}
    for name, option in _OPTIONS.items():
        if not said[name]:
            wanted = "`--url`, the address of your platform" if typed.kind != "other" else option
            raise CourseError(
                f"the {name.replace('_', ' ')} is missing",
                at="grader lti add",
                fix=f"Add {wanted}.",
            )
        if name != "issuer":
            safe_url(said[name], at=option)
    return LtiPlatform(
        name=typed.name.strip() or typed.kind.capitalize(),
        kind=typed.kind,
        client_id=typed.client_id.strip(),
        deployments=tuple(dict.fromkeys(one.strip() for one in typed.deployments)),
        token_audience=typed.token_audience.strip() or known.get("token_audience", ""),
        matched_by=typed.matched_by,
        enrols=typed.enrols,
        issuer=said["issuer"],
        login_url=said["login_url"],
        token_url=said["token_url"],
        keys_url=said["keys_url"],
    )


def _known(kind: str, url: str) -> Mapping[str, str]:
    if kind == "canvas":
        # Schools at Instructure all have one issuer; a Canvas of one's own is its own.
        is_hosted = not url or url.endswith(".instructure.com")
        host = "https://sso.canvaslms.com" if is_hosted else url
        return {
            "issuer": _HOSTED_CANVAS if is_hosted else url,
            "login_url": f"{host}/api/lti/authorize_redirect",
            "token_url": f"{host}/login/oauth2/token",
            "keys_url": f"{host}/api/lti/security/jwks",
        }
    if kind == "moodle" and url:
        return {
            "issuer": url,
            "login_url": f"{url}/mod/lti/auth.php",
            "token_url": f"{url}/mod/lti/token.php",
            "keys_url": f"{url}/mod/lti/certs.php",
        }
    if kind == "brightspace" and url:
        return {
            "issuer": url,
            "login_url": f"{url}/d2l/lti/authenticate",
            "token_url": "https://auth.brightspace.com/core/connect/token",
            "token_audience": "https://api.brightspace.com/auth/token",
            "keys_url": f"{url}/d2l/.well-known/jwks",
        }
    return {}
