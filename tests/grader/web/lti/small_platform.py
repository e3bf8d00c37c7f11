"""A small learning platform for tests: signs launches, gives tokens, keeps columns and scores.

Its word is checked against a stranger: PyLTI1p3, a tool of others, is launched by it and writes
scores into it. `tests/grader/web/lti/test_small_platform.py` does that.
"""

import itertools
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

HOST = "https://lms.example"
LTI = "https://purl.imsglobal.org/spec/lti/claim/"
SCOPES = [
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
]
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"


class SmallPlatform:
    """One platform with one course and one tool."""

    def __init__(self, *, key=None, client_id="grader-client", page=2, host=HOST):
        self.login_url = f"{host}/auth?tenant=1"
        self.token_url = f"{host}/token"
        self.keys_url = f"{host}/keys"
        self.picked_url = f"{host}/picked"
        self.line_items_url = f"{host}/course/7/items?type_id=3"
        self.members_url = f"{host}/course/7/members"
        self.key = key or RSAKey.generate_key(2048)
        self.key.ensure_kid()
        self.issuer = host
        self.client_id = client_id
        self.deployment = "dep 1"
        self.tool_keys = None  # a key set, or a callable that fetches it
        self.members = []
        self.page = page
        self.line_items = []
        self.scores = {}  # (line item, user) -> all that was taken, oldest first
        self.asked = []  # each request: method, url, headers, body
        self.fails = []  # statuses to answer with before anything else
        self.published = [self.key]
        self._stamps = {}
        self._numbers = itertools.count(1)
        self._tokens = set()

    def claims(self, *, nonce, sub="sub-ada", roles=("Learner",), at=None, **more):
        """The claims of a launch; those that are None are left out."""
        at = at or datetime.now(UTC)
        said = {
            "iss": self.issuer,
            "aud": self.client_id,
            "sub": sub,
            "nonce": nonce,
            "iat": int(at.timestamp()),
            "exp": int((at + timedelta(minutes=5)).timestamp()),
            "name": "Ada Lovelace",
            "email": "ada@school.example",
            f"{LTI}message_type": "LtiResourceLinkRequest",
            f"{LTI}version": "1.3.0",
            f"{LTI}deployment_id": self.deployment,
            f"{LTI}target_link_uri": "https://grader.example/code/arithmetic/",
            f"{LTI}resource_link": {"id": "link-1", "title": "Arithmetic"},
            f"{LTI}context": {"id": "course-7", "title": "Transformers"},
            f"{LTI}roles": [MEMBERSHIP + role for role in roles],
            "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {
                "scope": SCOPES,
                "lineitems": self.line_items_url,
            },
            "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
                "context_memberships_url": self.members_url,
                "service_versions": ["2.0"],
            },
        }
        plain = {*said, "azp", "given_name", "family_name"}
        members = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
        for name, value in more.items():
            long = members if name == "members" else LTI + name
            said[name if name in plain or ":" in name else long] = value
        return {name: value for name, value in said.items() if value is not None}

    def picking(self, **more):
        """The claims that make a launch one for picking something."""
        return {
            "message_type": "LtiDeepLinkingRequest",
            "resource_link": None,
            "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings": {
                "deep_link_return_url": self.picked_url,
                "accept_types": ["ltiResourceLink"],
                "accept_presentation_document_targets": ["iframe", "window"],
                "accept_multiple": "false",
                "data": "csrf:17",
            }
            | more,
        }

    def signed(self, claims, *, key=None, header=None, algorithm="RS256"):
        key = key or self.key
        said = {"alg": algorithm, "kid": self.key.kid} | (header or {})
        return jwt.encode(
            {name: value for name, value in said.items() if value is not None},
            claims,
            key,
            algorithms=[algorithm],
        )

    def login(self, **more):
        """What it sends to begin a launch."""
        return {
            "iss": self.issuer,
            "login_hint": "hint 5",
            "target_link_uri": "https://grader.example/code/arithmetic/",
            "lti_message_hint": "message & hint",
            "client_id": self.client_id,
            "lti_deployment_id": self.deployment,
        } | more

    def answer(self, url, **more):
        """Where the browser is sent with which form: what `auth` of a platform does."""
        asked = dict(parse_qsl(urlsplit(url).query))
        assert url.startswith(self.login_url)
        assert asked["scope"] == "openid"
        assert asked["response_type"] == "id_token"
        assert asked["response_mode"] == "form_post"
        assert asked["prompt"] == "none"
        assert asked["client_id"] == self.client_id
        assert asked["login_hint"] == "hint 5"
        assert asked["lti_message_hint"] == "message & hint"
        token = self.signed(self.claims(**{"nonce": asked["nonce"]} | more))
        return asked["redirect_uri"], {"state": asked["state"], "id_token": token}

    def chosen(self, token):
        """What a tool chose, if the platform believes it."""
        keys = KeySet.import_key_set(self._tool_keys())
        claims = jwt.decode(token, keys, algorithms=["RS256"]).claims
        assert claims["iss"] == self.client_id
        assert claims["aud"] == [self.issuer]
        assert claims[f"{LTI}deployment_id"] == self.deployment
        assert claims[f"{LTI}message_type"] == "LtiDeepLinkingResponse"
        return claims

    def http(self):
        return httpx2.Client(transport=httpx2.MockTransport(self.handle))

    def handle(self, request):
        url = str(request.url)
        body = request.content.decode()
        self.asked.append((request.method, url, dict(request.headers), body))
        status, kind, headers, said = self.respond(request.method, url, dict(request.headers), body)
        return httpx2.Response(status, headers={"content-type": kind} | headers, text=said)

    def respond(self, method, url, headers, body):
        if self.fails:
            return self.fails.pop(0), "text/plain", {}, "not now"
        path = urlsplit(url).path
        if path == "/keys":
            keys = [key.as_dict(private=False) | {"use": "sig"} for key in self.published]
            return _json({"keys": keys})
        if path == "/token":
            return self._token(parse_qs(body))
        given = {name.lower(): value for name, value in headers.items()}
        if given.get("authorization", "").removeprefix("Bearer ") not in self._tokens:
            return 401, "text/plain", {}, "no token"
        if path.endswith("/members"):
            return self._member_page(url)
        if path.endswith("/scores"):
            return self._score(url, json.loads(body), given["content-type"])
        if path.endswith("/items"):
            return self._items(method, url, body, given.get("content-type"))
        return 404, "text/plain", {}, "nothing here"

    def forget_tokens(self):
        self._tokens.clear()

    def _tool_keys(self):
        return self.tool_keys() if callable(self.tool_keys) else self.tool_keys

    def _token(self, form):
        keys = KeySet.import_key_set(self._tool_keys())
        token = jwt.decode(form["client_assertion"][0], keys, algorithms=["RS256"])
        claims = token.claims
        assert claims["iss"] == claims["sub"] == self.client_id
        assert claims["aud"] == self.token_url
        assert claims["jti"]
        assert claims["exp"] - claims["iat"] <= 300
        assert form["grant_type"] == ["client_credentials"]
        made = f"token-{next(self._numbers)}"
        self._tokens.add(made)
        answer = {"access_token": made, "token_type": "bearer", "expires_in": 3600}
        return _json(answer | {"scope": form["scope"][0]})

    def _member_page(self, url):
        query = dict(parse_qsl(urlsplit(url).query))
        first = int(query.get("from", 0))
        members = self.members[first : first + self.page]
        rest = first + self.page < len(self.members)
        following = f"{self.members_url}?{urlencode({'from': first + self.page})}"
        links = {"link": f'<{following}>; rel="next"'} if rest else {}
        answer = {"id": url, "context": {"id": "course-7"}, "members": members}
        return _json(answer, links)

    def _items(self, method, url, body, kind):
        if method == "POST":
            assert kind == "application/vnd.ims.lis.v2.lineitem+json"
            number = next(self._numbers)
            item = json.loads(body) | {
                "id": f"{self.issuer}/course/7/items/{number}/item?type_id=3"
            }
            self.line_items.append(item)
            return _json(item, status=201)
        query = dict(parse_qsl(urlsplit(url).query))
        assert query["type_id"] == "3"
        names = {"resource_id": "resourceId", "tag": "tag", "resource_link_id": "resourceLinkId"}
        wanted = {names[name]: query[name] for name in names if name in query}
        found = [
            item
            for item in self.line_items
            if all(item.get(name) == value for name, value in wanted.items())
        ]
        return _json(found)

    def _score(self, url, score, kind):
        assert kind == "application/vnd.ims.lis.v1.score+json"
        item = url.replace("/scores", "", 1)
        for name in ("userId", "timestamp", "activityProgress", "gradingProgress"):
            if name not in score:
                return 400, "text/plain", {}, f"{name} is missing"
        stamp = datetime.fromisoformat(score["timestamp"])
        assert stamp.tzinfo is not None
        key = (item, score["userId"])
        if key in self._stamps and stamp <= self._stamps[key]:
            return 409, "text/plain", {}, "older than what is there"
        self._stamps[key] = stamp
        self.scores.setdefault(key, []).append(score)
        return 200, "application/json", {}, "{}"

    def score_of(self, user):
        """What the gradebook shows of somebody; None for nothing."""
        [taken] = [taken for (_, one), taken in self.scores.items() if one == user] or [[]]
        last = taken[-1] if taken else {}
        return last.get("scoreGiven") if last.get("gradingProgress") == "FullyGraded" else None


def _json(said, headers=None, *, status=200):
    return status, "application/json", headers or {}, json.dumps(said)
