"""A store with the small platform registered, and what a launch needs."""

from datetime import UTC, datetime, timedelta

import pytest
from joserfc.jwk import RSAKey

from grader.store.database import open_database
from grader.store.lti_store import LtiPlatform, LtiStore
from tests.grader.web.lti.small_platform import SmallPlatform


class Clock:
    """The time, which a test moves on."""

    def __init__(self):
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self):
        return self.now

    def later(self, **passed):
        self.now += timedelta(**passed)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="session")
def platform_key():
    return RSAKey.generate_key(2048)


@pytest.fixture
def platform(platform_key):
    return SmallPlatform(key=platform_key)


@pytest.fixture
def engine(tmp_path):
    made = open_database(tmp_path / "course.sqlite")
    yield made
    made.dispose()


@pytest.fixture
def store(engine):
    return LtiStore(engine, course="decoders")


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
