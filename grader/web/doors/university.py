"""Signing in with the account of a university or a company, by OpenID Connect.

`oidc.yaml` beside the course.yaml names the provider. People are found on the roster; nobody is
entered by signing in. The code flow with PKCE: state, nonce and verifier wait in a cookie of this
browser, so what another began ends nowhere.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

import httpx2
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from grader import strict_yaml
from grader.errors import GraderError
from grader.store.accounts_store import AccountsStore, Enrolment
from grader.web.odd_text import storable_json

FILE = "oidc.yaml"
_ALGORITHMS = ["RS256", "ES256"]
_LEEWAY_SECONDS = 60


class ProviderSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Who says who people are, and by what they are found on the roster."""

    issuer: str
    client_id: str
    client_secret: str
    title: str = "your university account"
    match_by: Literal["email", "name"] = "email"
    name_claim: str = "preferred_username"  # what is looked for if they are matched by name


class SignInBegun(msgspec.Struct, frozen=True, kw_only=True):
    """What waits in the browser's cookie until it comes back."""

    state: str
    nonce: str
    verifier: str
    next_path: str


class SignInRefused(GraderError):
    """Nobody was signed in; the sentence says why."""


def provider_of(folder: Path) -> ProviderSettings | None:
    """The provider of a course; None without a file.

    Raises:
        CourseError: the file is wrong.
    """
    path = folder / FILE
    return strict_yaml.read(path, ProviderSettings) if path.is_file() else None


def begun(next_path: str) -> SignInBegun:
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return SignInBegun(state=state, nonce=nonce, verifier=verifier, next_path=next_path)


def where_to(
    provider: ProviderSettings, sign_in: SignInBegun, *, back: str, http: httpx2.Client
) -> str:
    """The address of the provider to which the browser goes.

    Args:
        back: where it shall come back to.

    Raises:
        SignInRefused: the provider does not answer as it should.
    """
    challenge = hashlib.sha256(sign_in.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "scope": "openid email profile",
        "client_id": provider.client_id,
        "redirect_uri": back,
        "state": sign_in.state,
        "nonce": sign_in.nonce,
        "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    return f"{_endpoint(provider, 'authorization_endpoint', http)}?{urlencode(asked)}"


def claims_for(
    provider: ProviderSettings,
    sign_in: SignInBegun,
    code: str,
    *,
    back: str,
    http: httpx2.Client,
    at: datetime,
) -> Mapping[str, Any]:
    """What the provider says of whoever came back with a code.

    Raises:
        SignInRefused: it cannot be had, or cannot be believed.
    """
    sent = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "client_id": provider.client_id,
        "client_secret": provider.client_secret,
        "code_verifier": sign_in.verifier,
    }
    answer = _json(http, "POST", _endpoint(provider, "token_endpoint", http), sent)
    keys = _json(http, "GET", _endpoint(provider, "jwks_uri", http))
    try:
        known = KeySet.import_key_set(keys)  # type: ignore[arg-type]
        token = jwt.decode(str(answer.get("id_token", "")), known, algorithms=_ALGORITHMS)
        jwt.JWTClaimsRegistry(
            now=int(at.timestamp()),
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": provider.client_id},
            exp={"essential": True},
            nonce={"essential": True, "value": sign_in.nonce},
        ).validate(token.claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise SignInRefused(
            f"{provider.title} gave an answer that cannot be believed ({type(error).__name__})",
            fix="Try again from the start.",
        ) from error
    said: Mapping[str, Any] = storable_json(token.claims)
    return said


def found_by(
    provider: ProviderSettings, claims: Mapping[str, Any], accounts: AccountsStore
) -> Enrolment:
    """The person on the roster whom the claims name.

    Raises:
        SignInRefused: nobody is found, or an address is not known to be theirs.
    """
    if provider.match_by == "name":
        said = str(claims.get(provider.name_claim, ""))
        found = accounts.by_person(said) if said else None
    else:
        said = str(claims.get("email", ""))
        if claims.get("email_verified") is not True:
            raise SignInRefused(
                "your address of mail is not confirmed there", fix="Confirm it, and try again."
            )
        found = accounts.by_email(said)
    if found is None or not found.is_active:
        raise SignInRefused(
            f"nobody on the roster of this course is known as {said!r}",
            fix="Ask the staff of the course to look at the roster.",
        )
    return found


def _endpoint(provider: ProviderSettings, name: str, http: httpx2.Client) -> str:
    place = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    said = _json(http, "GET", place)
    if said.get("issuer") != provider.issuer or not isinstance(said.get(name), str):
        raise SignInRefused(
            f"{provider.title} does not say where to sign in", fix="Tell the staff of the course."
        )
    return str(said[name])


def _json(
    http: httpx2.Client, method: str, address: str, sent: Mapping[str, str] | None = None
) -> Mapping[str, Any]:
    try:
        answer = http.request(method, address, data=sent, timeout=10)
        answer.raise_for_status()
        said = answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise SignInRefused(
            "the place where you sign in does not answer as it should",
            fix="Try again in a while, or use the link that the staff of the course gave you.",
        ) from error
    return said if isinstance(said, dict) else {}
