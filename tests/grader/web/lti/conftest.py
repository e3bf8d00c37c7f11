"""A store with the small platform registered, and what a launch needs."""

from dataclasses import replace

import pytest
from joserfc.jwk import RSAKey
from starlette.testclient import TestClient

from grader.courses.inviting import invite
from grader.store.lti_store import LtiPlatform, LtiStore
from grader.web.application import application
from tests.grader.web.lti.small_platform import HOST, SmallPlatform


@pytest.fixture(scope="session")
def platform_key():
    return RSAKey.generate_key(2048)


@pytest.fixture
def platform(platform_key):
    return SmallPlatform(key=platform_key)


@pytest.fixture
def engine(site):
    return site.store.engine


@pytest.fixture
def store(site):
    return LtiStore(site.store.engine, course=site.course.key)


@pytest.fixture
def registered(store, platform):
    """The small platform as the store knows it."""
    return store.register(registration_of(platform))


def registration_of(platform, **more):
    values = {
        "name": "Small",
        "kind": "other",
        "issuer": platform.issuer,
        "client_id": platform.client_id,
        "deployments": (platform.deployment,),
        "login_url": platform.login_url,
        "token_url": platform.token_url,
        "token_audience": "",
        "keys_url": platform.keys_url,
    }
    return LtiPlatform(**values | more)


ADDRESS = "https://grader.example"


@pytest.fixture
def lti_site(site, platform, registered):
    """The site of the course, reached by TLS, where the small platform is registered."""
    platform.tool_keys = lambda: TestClient(application(lti)).get("/lti/keys").json()
    lti = replace(site, address=ADDRESS, http=platform.http())
    return lti


@pytest.fixture
def log():
    """The lines that the site has logged."""
    return []


@pytest.fixture
def lti_app(lti_site, log):
    return application(lti_site, log=log.append)


@pytest.fixture
def visitor(lti_site, lti_app):
    """Makes a browser, signed in if a person is named; it follows no redirects by itself."""

    def opened(person=None):
        client = TestClient(lti_app, base_url=ADDRESS, follow_redirects=False)
        if person is not None:
            enrolment = lti_site.accounts.by_person(person)
            now = lti_site.clock()
            links = invite(lti_site.accounts, [enrolment], address="", at=now, days=1)
            assert client.post(links[person]).status_code == 303
        return client

    return opened


@pytest.fixture
def launches(visitor, platform, clock):
    """Makes a launch of the small platform in a browser; what the site answered at its end."""

    def launched(client=None, *, dest="document", **claims):
        client = client or visitor()
        begun = client.get("/lti/login", params=platform.login())
        assert begun.status_code == 302, begun.text
        where, form = platform.answer(begun.headers["location"], at=clock(), **claims)
        assert where == f"{ADDRESS}/lti/launch"
        headers = {"sec-fetch-site": "cross-site", "sec-fetch-dest": dest}
        return client.post("/lti/launch", data=form, headers=headers | {"origin": HOST})

    return launched


@pytest.fixture
def let_in(launches, platform):
    """The platform's course is let in, as an owner's first launch does."""
    answer = launches(sub="sub-prof", roles=("Instructor",), email="prof@example.org")
    assert answer.status_code == 303
