"""People sign in with an account of somewhere else, and only who is on the roster comes in."""

import base64
import hashlib
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.testclient import TestClient

from grader.web.application import application

ISSUER = "https://login.example.org"
SETTINGS = f"issuer: {ISSUER}\nclient_id: course\nclient_secret: hidden\n"


class Provider:
    """An account provider: it knows one person, and signs what it says."""

    def __init__(self, clock):
        self.clock, self.key = clock, RSAKey.generate_key(2048, {"kid": "one"})
        self.signs_with, self.algorithm = self.key, "RS256"
        self.claims = {"email": "ada@example.org", "email_verified": True, "sub": "7"}
        self.asked, self.changes = {}, {}

    def __call__(self, request):
        if request.url.path == "/.well-known/openid-configuration":
            places = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            return self._json({"issuer": ISSUER} | {p: f"{ISSUER}/{p}" for p in places})
        if request.url.path == "/jwks_uri":
            return self._json({"keys": [self.key.as_dict(private=False)]})
        sent = {k: v[0] for k, v in parse_qs(request.content.decode()).items()}
        digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (sent["code"], challenge) != ("right", self.asked["code_challenge"]):
            return httpx2.Response(400)
        assert sent["client_secret"] == "hidden"
        now = int(self.clock().timestamp())
        said = {"iss": ISSUER, "aud": "course", "exp": now + 300, "nonce": self.asked["nonce"]}
        claims = said | self.claims | self.changes
        header = {"alg": self.algorithm, "kid": "one"}
        token = jwt.encode(header, claims, self.signs_with, algorithms=["RS256", "HS256"])
        return self._json({"id_token": token})

    @staticmethod
    def _json(said):
        return httpx2.Response(200, json=said)


@pytest.fixture
def provider(clock, course_folder):
    (course_folder / "oidc.yaml").write_text(SETTINGS)
    return Provider(clock)


@pytest.fixture
def client(site, provider):
    http = httpx2.Client(transport=httpx2.MockTransport(provider))
    app = application(replace(site, http=http, address="http://testserver"))
    with TestClient(app, follow_redirects=False) as made:
        yield made


def go(client, provider, path="/oidc/away"):
    """Go to the provider; the state with which one comes back."""
    away = client.get(path)
    assert away.status_code == 303
    place = urlsplit(away.headers["location"])
    assert f"{place.scheme}://{place.netloc}" == ISSUER
    provider.asked = {key: value[0] for key, value in parse_qs(place.query).items()}
    assert provider.asked["redirect_uri"] == "http://testserver/oidc/back"
    return provider.asked["state"]


def test_somebody_on_the_roster_comes_in(client, provider):
    assert "Sign in with your university account" in client.get("/login").text
    state = go(client, provider, "/oidc/away?next=/account")
    back = client.get("/oidc/back", params={"code": "right", "state": state})
    assert (back.status_code, back.headers["location"]) == (303, "/account")
    assert "Ada Adams" in client.get("/").text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"email": "eve@example.org"}, "nobody on the roster"),
        ({"email_verified": False}, "not confirmed"),
        ({"email_verified": "true"}, "not confirmed"),
        ({"aud": "another"}, "cannot be believed"),
        ({"iss": "https://evil.example"}, "cannot be believed"),
        ({"nonce": "another"}, "cannot be believed"),
        ({"exp": 1}, "cannot be believed"),
    ],
)
def test_claims_that_do_not_fit_let_nobody_in(client, provider, changes, said):
    state = go(client, provider)
    provider.changes = changes
    back = client.get("/oidc/back", params={"code": "right", "state": state})
    assert back.status_code == 403
    assert said in back.text.lower()
    assert client.get("/").status_code == 303


def test_a_signature_of_another_key_lets_nobody_in(client, provider):
    state = go(client, provider)
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "one"})
    assert client.get(f"/oidc/back?code=right&state={state}").status_code == 403


@pytest.mark.parametrize("query", ["code=right&state=another", "code=right", "code=wrong"])
def test_what_this_browser_did_not_begin_ends_nowhere(client, provider, query):
    go(client, provider)
    assert client.get(f"/oidc/back?{query}").status_code == 403
    assert client.get("/").status_code == 303


def test_a_browser_without_the_cookie_is_refused(client, provider):
    state = go(client, provider)
    client.cookies.clear()
    back = client.get(f"/oidc/back?code=right&state={state}")
    assert back.status_code == 403
    assert "Begin again." in back.text


def test_it_leads_nowhere_but_here(client, provider):
    state = go(client, provider, "/oidc/away?next=https://evil.example")
    back = client.get(f"/oidc/back?code=right&state={state}")
    assert back.headers["location"] == "/"


def test_a_provider_that_is_away_is_a_sentence(site, provider):
    def down(request):
        raise httpx2.ConnectError("down")

    http = httpx2.Client(transport=httpx2.MockTransport(down))
    with TestClient(application(replace(site, http=http))) as client:
        answer = client.get("/oidc/away")
    assert answer.status_code == 403
    assert "does not answer" in answer.text


def test_without_a_file_there_is_no_such_door(browser):
    assert browser().get("/oidc/away").status_code == 404
    assert "Sign in with" not in browser().get("/login").text


def test_people_may_be_found_by_name(client, provider, course_folder):
    (course_folder / "oidc.yaml").write_text(SETTINGS + "match_by: name\n")
    provider.claims = {"preferred_username": "bob"}
    state = go(client, provider)
    assert client.get(f"/oidc/back?code=right&state={state}").status_code == 303
    assert "Bob Brown" in client.get("/").text
