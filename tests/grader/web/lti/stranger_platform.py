"""A learning platform as strangers read the specification: `lti1p3platform`, without a server.

What it leaves to its user, where lines and scores are kept, is here in memory. Its judgement of our
messages, tokens and scopes is its own.
"""

import json
from urllib.parse import parse_qsl, urlsplit

import httpx2
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lti1p3platform.exceptions import LineItemNotFoundException
from lti1p3platform.ltiplatform import LTI1P3PlatformConfAbstract
from lti1p3platform.membership import Context
from lti1p3platform.message_launch import LTIAdvantageMessageLaunchAbstract
from lti1p3platform.oidc_login import OIDCLoginAbstract
from lti1p3platform.registration import Registration
from lti1p3platform.request import Request
from lti1p3platform.score import UpdateScoreStatus
from lti1p3platform.service_connector import AssignmentsGradesService, NamesRoleProvisioningService

HOST = "https://stranger.example"
ITEMS = f"{HOST}/items"
MEMBERS = f"{HOST}/members"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"


def new_pem():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


class StrangersConf(LTI1P3PlatformConfAbstract):
    """How the platform is set up."""

    def init_platform_config(self, *, launch_url, login_url, tool_keys):
        pem = new_pem()
        key = serialization.load_pem_private_key(pem.encode(), None)
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self._registration = (
            Registration()
            .set_iss(HOST)
            .set_client_id("stranger-client")
            .set_deployment_id("1")
            .set_launch_url(launch_url)
            .set_deeplink_launch_url(launch_url)
            .set_oidc_login_url(login_url)
            .set_tool_key_set(tool_keys)
            .set_platform_public_key(public.decode())
            .set_platform_private_key(pem)
        )

    def get_registration_by_params(self, **kwargs):
        return self._registration


class StrangersLogin(OIDCLoginAbstract):
    def set_lti_message_hint(self, hint):
        self._lti_message_hint = hint

    def get_redirect(self, url):
        return url


class StrangersLaunch(LTIAdvantageMessageLaunchAbstract):
    def get_preflight_response(self):
        return self._request

    def render_launch_form(self, launch_data, **kwargs):
        return launch_data


class StrangersRequest(Request):
    def build_metadata(self, request):
        return request


class StrangersGrades(AssignmentsGradesService):
    """Lines and scores, kept in lists of the platform."""

    kept = None

    def find_lineitems(self, page=1, limit=None, resource_id=None, tag=None, **_):
        found = [
            item
            for item in self.kept.items
            if resource_id in (None, item.get("resourceId")) and tag in (None, item.get("tag"))
        ]
        return {"content": found, "has_next": False, "next": None}

    def create_lineitem(self, creation_data):
        made = dict(creation_data) | {"id": f"{ITEMS}/{len(self.kept.items) + 1}"}
        self.kept.items.append(made)
        return made

    def find_lineitem(self, line_item_id):
        raise NotImplementedError

    update_lineitem = delete_lineitem = get_results = find_lineitem

    def update_score(self, line_item_id, score):
        if line_item_id not in [item["id"] for item in self.kept.items]:
            raise LineItemNotFoundException
        before = self.kept.scores.setdefault((line_item_id, score["userId"]), [])
        if before and before[-1]["timestamp"] >= score["timestamp"]:
            return UpdateScoreStatus.OLD_TIMESTAMP
        before.append(score)
        return UpdateScoreStatus.SUCCESS


class StrangersMembers(NamesRoleProvisioningService):
    kept = None

    def get_member_data_page(self, page=1, limit=None, **_):
        first = (int(page) - 1) * 2
        content = self.kept.members[first : first + 2]
        return {"content": content, "has_next": first + 2 < len(self.kept.members), "next": None}

    def get_context_by_id(self):
        return Context(id="course 7", label="T", title="Transformers")


class StrangersPlatform:
    """The platform, and a transport that leads to it."""

    def __init__(self, *, launch_url, login_url, tool_keys):
        self.conf = StrangersConf(launch_url=launch_url, login_url=login_url, tool_keys=tool_keys)
        self.items = []
        self.scores = {}
        self.members = []

    def login(self, user):
        """What it asks a tool with when somebody clicks a link."""
        login = StrangersLogin(None, self.conf)
        login.set_lti_message_hint("resource 5")
        return login.initiate_login(user)

    def launch(self, asked, *, roles=(LEARNER,), picks=False):
        """Its message to what a tool has sent the browser with: address, and form."""
        launch = StrangersLaunch(dict(parse_qsl(urlsplit(asked).query)), self.conf)
        launch.set_user_data("42", list(roles), "Ada Lovelace", "ada@school.example")
        launch.set_resource_link_claim("link 9", title="Arithmetic")
        launch.set_launch_context_claim("course 7", context_title="Transformers")
        launch.set_ags(ITEMS)
        launch.set_nrps(MEMBERS)
        if picks:
            launch.set_dl(f"{HOST}/picked", accept_types={"ltiResourceLink"}, extra_data={"a": 1})
        sent = launch.lti_launch()
        return sent["launch_url"], {"state": sent["state"], "id_token": sent["id_token"]}

    def picked(self, form):
        """The content items of a tool's answer, if the platform takes it."""
        return self.conf.validate_deeplinking_resp(form)

    def http(self):
        return httpx2.Client(transport=httpx2.MockTransport(self._handle))

    def _handle(self, request):
        url, body = str(request.url), request.content.decode()
        path = urlsplit(url).path
        if path == "/keys":
            return httpx2.Response(200, json=self.conf.get_jwks())
        if path == "/token":
            return httpx2.Response(200, json=self.conf.get_access_token(dict(parse_qsl(body))))
        query = dict(parse_qsl(urlsplit(url).query))
        said = {
            "method": request.method,
            "form_data": {},
            "get_data": query,
            "headers": {name.title(): value for name, value in request.headers.items()},
            "content_type": request.headers.get("content-type"),
            "path": path,
            "json": json.loads(body) if body else None,
        }
        return self._service(path, said)

    def _service(self, path, said):
        asked = StrangersRequest(said)
        if path == "/members":
            service = StrangersMembers(asked, self.conf, MEMBERS)
            service.kept = self
            answer = service.handle_resp(service.handle_get_members)
            page = int(said["get_data"].get("page", 1))
            more = page * 2 < len(self.members)
            links = {"link": f"<{MEMBERS}?page={page + 1}>; rel=next"} if more else {}
            return httpx2.Response(answer.code, json=answer.result, headers=links)
        service = StrangersGrades(asked, self.conf, ITEMS)
        service.kept = self
        if path.endswith("/scores"):
            item = f"{HOST}{path}".removesuffix("/scores")
            answer = service.handle_resp(service.handle_update_score, line_item_id=item)
        elif said["method"] == "POST":
            answer = service.handle_resp(service.handle_create_lineitem)
        else:
            answer = service.handle_resp(service.handle_get_lineitems)
            answer.result = answer.result["content"]
        return httpx2.Response(answer.code, json=answer.result)
