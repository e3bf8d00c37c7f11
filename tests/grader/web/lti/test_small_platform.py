"""The small platform of the tests is what a tool of strangers takes it for: PyLTI1p3."""

from datetime import UTC, datetime

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from joserfc.jwk import RSAKey
from pylti1p3.cookie import CookieService
from pylti1p3.exception import LtiException
from pylti1p3.grade import Grade
from pylti1p3.lineitem import LineItem as StrangersLineItem
from pylti1p3.message_launch import MessageLaunch
from pylti1p3.oidc_login import OIDCLogin
from pylti1p3.redirect import Redirect
from pylti1p3.request import Request
from pylti1p3.session import SessionService
from pylti1p3.tool_config import ToolConfDict

from tests.grader.web.lti.stranger_platform import new_pem

LAUNCH_URL = "https://tool.example/launch"


class ToolRequest(Request):
    def __init__(self, params, session):
        super().__init__()
        self._params = params
        self._session = session

    @property
    def session(self):
        return self._session

    def is_secure(self):
        return True

    def get_param(self, key):
        return self._params.get(key)


class ToolCookies(CookieService):
    def __init__(self, jar):
        self._jar = jar

    def get_cookie(self, name):
        return self._jar.get(name)

    def set_cookie(self, name, value, exp=3600):
        self._jar[name] = value


class ToolRedirect(Redirect):
    def __init__(self, url):
        self._url = url

    def do_redirect(self):
        return self._url


class ToolLogin(OIDCLogin):
    def get_redirect(self, url):
        return ToolRedirect(url)


class ToolLaunch(MessageLaunch):
    def _get_request_param(self, key):
        return self._request.get_param(key)


class ToPlatform(requests.adapters.BaseAdapter):
    """Leads what PyLTI1p3 asks to the platform, without a network."""

    def __init__(self, platform):
        super().__init__()
        self._platform = platform

    def send(self, request, **_):
        body = request.body or b""
        body = body.decode() if isinstance(body, bytes) else body
        status, kind, headers, said = self._platform.respond(
            request.method, request.url, dict(request.headers), body
        )
        answer = requests.Response()
        answer.status_code = status
        answer.headers.update(headers | {"content-type": kind})
        answer._content = said.encode()
        answer.url = request.url
        return answer

    def close(self):
        pass


class StrangersTool:
    """PyLTI1p3, registered with a platform."""

    def __init__(self, platform):
        own = new_pem()
        public = serialization.load_pem_private_key(own.encode(), None).public_key()
        pem = public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode()
        self.conf = ToolConfDict(
            {
                platform.issuer: {
                    "client_id": platform.client_id,
                    "auth_login_url": platform.login_url,
                    "auth_token_url": platform.token_url,
                    "key_set_url": platform.keys_url,
                    "deployment_ids": [platform.deployment],
                }
            }
        )
        self.conf.set_private_key(platform.issuer, own)
        self.conf.set_public_key(platform.issuer, pem)
        key = RSAKey.import_key(own)
        key.ensure_kid()
        platform.tool_keys = {"keys": [key.as_dict(private=False)]}
        self.session, self.jar = {}, {}
        self.http = requests.Session()
        self.http.mount("https://", ToPlatform(platform))

    def begin(self, login):
        request = ToolRequest(login, self.session)
        login = ToolLogin(request, self.conf, SessionService(request), ToolCookies(self.jar))
        # its own joining of query strings knows no address that has one already
        return login.redirect(LAUNCH_URL).replace("?tenant=1?", "?tenant=1&")

    def finish(self, form):
        request = ToolRequest(form, self.session)
        launch = ToolLaunch(
            request,
            self.conf,
            SessionService(request),
            ToolCookies(self.jar),
            requests_session=self.http,
        )
        return launch.validate()


@pytest.fixture
def tool(platform):
    return StrangersTool(platform)


def launched(platform, tool, **claims):
    where, form = platform.answer(tool.begin(platform.login()), **claims)
    assert where == LAUNCH_URL
    return tool.finish(form)


def test_a_tool_of_strangers_believes_its_launches(platform, tool):
    launch = launched(platform, tool)
    assert launch.is_resource_launch()
    assert launch.check_student_access()
    assert launch.get_launch_data()["email"] == "ada@school.example"
    assert launch.has_ags()
    assert launch.has_nrps()
    assert launched(platform, tool, **platform.picking()).is_deep_link_launch()


def test_a_tool_of_strangers_refuses_what_it_forges(platform, tool):
    for claims in ({"deployment_id": "other"}, {"aud": "other"}, {"nonce": "other"}):
        with pytest.raises(LtiException):
            launched(platform, tool, **claims)
    platform.key = RSAKey.generate_key(2048)
    with pytest.raises(LtiException):
        launched(platform, tool)


def test_a_tool_of_strangers_writes_scores_into_it(platform, tool):
    grades = launched(platform, tool).get_ags()
    column = StrangersLineItem()
    column.set_tag("grade").set_score_maximum(8).set_label("A").set_resource_id("code/a")
    for minute in (1, 2):
        grade = Grade().set_score_given(minute).set_score_maximum(8).set_user_id("sub-ada")
        grade.set_timestamp(datetime(2026, 3, 2, 9, minute, tzinfo=UTC).isoformat())
        grade.set_activity_progress("Completed").set_grading_progress("FullyGraded")
        grades.put_grade(grade, column)
    assert platform.score_of("sub-ada") == 2
    with pytest.raises(LtiException):  # the same time again
        grades.put_grade(grade, column)
    assert [item["resourceId"] for item in platform.line_items] == ["code/a"]


def test_a_tool_of_strangers_reads_its_members(platform, tool):
    platform.members = [{"user_id": str(n), "roles": ["Learner"]} for n in range(5)]
    found = launched(platform, tool).get_nrps().get_members()
    assert [one["user_id"] for one in found] == ["0", "1", "2", "3", "4"]
