"""A platform of strangers launches us, and takes our tokens, columns, scores and choices."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest

from grader.web.lti.launching import begin_launch, finish_launch
from grader.web.lti.own_keys import own_key, published_keys
from grader.web.lti.picking import content_item, signed_choice
from grader.web.lti.platform_keys import PlatformKeys
from grader.web.lti.platform_services import PlatformServices
from grader.web.lti.refusal import LaunchRefused, ServiceFailed
from tests.grader.web.lti.conftest import registration_of
from tests.grader.web.lti.stranger_platform import HOST, ITEMS, LEARNER, MEMBERS, StrangersPlatform

LAUNCH_URL = "https://grader.example/lti/launch"


def now():
    return datetime.now(UTC)  # the stranger reads the real clock


@pytest.fixture
def stranger(store):
    return StrangersPlatform(
        launch_url=LAUNCH_URL,
        login_url="https://grader.example/lti/login",
        tool_keys=published_keys(store, at=now()),
    )


@pytest.fixture
def known(store, stranger, platform):
    said = {
        "name": "Stranger",
        "issuer": HOST,
        "client_id": "stranger-client",
        "deployments": ("1",),
        "login_url": f"{HOST}/auth",
        "token_url": f"{HOST}/token",
        "keys_url": f"{HOST}/keys",
    }
    return store.register(registration_of(platform, **said))


@pytest.fixture
def services(store, stranger):
    return PlatformServices(stranger.http(), store=store, clock=now)


def launched(store, stranger, **options):
    login = dict(parse_qsl(urlsplit(stranger.login("42")).query))
    begun = begin_launch(login, store=store, launch_url=LAUNCH_URL, at=now())
    where, form = stranger.launch(begun.url, **options)
    assert where == LAUNCH_URL
    keys = PlatformKeys(stranger.http(), clock=now)

    def finish():
        return finish_launch(form, cookie=begun.state, store=store, keys=keys, at=now())

    return finish


def test_its_launch_is_believed_once(store, stranger, known):
    finish = launched(store, stranger)
    platform, launch = finish()
    assert (platform.name, launch.sub, launch.email) == ("Stranger", "42", "ada@school.example")
    assert (launch.context.id, launch.resource_link.id) == ("course 7", "link 9")
    assert launch.endpoint.lineitems == ITEMS
    assert launch.members.context_memberships_url == MEMBERS
    with pytest.raises(LaunchRefused, match="used already"):
        finish()


def test_it_takes_a_choice(store, stranger, known):
    _, launch = launched(store, stranger, picks=True)()
    assert launch.settings.deep_link_return_url == f"{HOST}/picked"
    item = content_item(
        url="https://grader.example/code/arithmetic/",
        title="Arithmetic",
        target="code/arithmetic",
        maximum=8,
    )
    token = signed_choice(
        known,
        deployment=launch.deployment_id,
        items=[item],
        data=launch.settings.data,
        nonce="n",
        key=own_key(store, at=now()),
        at=now(),
    )
    [taken] = stranger.picked({"JWT": token})
    assert taken["url"] == "https://grader.example/code/arithmetic/"
    assert taken["lineItem"]["scoreMaximum"] == 8


def test_it_keeps_one_column_and_takes_scores_in_order(known, stranger, services):
    wanted = {"target": "code/arithmetic", "label": "Arithmetic", "maximum": 8}
    column = services.line_item(known, ITEMS, resource_link="link 9", **wanted)
    assert services.line_item(known, ITEMS, resource_link="link 9", **wanted) == column
    assert [item["resourceId"] for item in stranger.items] == ["code/arithmetic"]
    score = {
        "userId": "42",
        "scoreGiven": 0,
        "scoreMaximum": 8,
        "timestamp": "2026-03-02T09:00:00.001+00:00",
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
    }
    services.send_score(known, column, score)
    with pytest.raises(ServiceFailed) as refused:
        services.send_score(known, column, score)
    assert refused.value.status == 409
    assert [one["scoreGiven"] for one in stranger.scores[column, "42"]] == [0]
    with pytest.raises(ServiceFailed) as refused:
        services.send_score(known, f"{ITEMS}/99", score)
    assert refused.value.status == 404


def test_it_tells_who_is_in_the_course_over_several_pages(known, stranger, services):
    stranger.members = [
        {"user_id": str(n), "roles": [LEARNER], "name": f"Person {n}"} for n in range(5)
    ]
    stranger.members[4]["status"] = "Inactive"
    found = list(services.members(known, MEMBERS))
    assert [(one.user_id, one.is_active) for one in found] == [
        *((str(n), True) for n in range(4)),
        ("4", False),
    ]
    assert found[0].name == "Person 0"
    assert found[0].email is None
