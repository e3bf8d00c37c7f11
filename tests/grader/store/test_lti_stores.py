"""What is good once is good once, and a score is sent with a later time than the one before."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from grader.store.database import open_database
from grader.store.lti_scores_store import LtiScoresStore
from grader.store.lti_store import LtiContext, LtiLink, LtiPlatform, LtiStore

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def engine(database):
    made = open_database(database)
    yield made
    made.dispose()


@pytest.fixture
def store(engine):
    return LtiStore(engine, course="decoders")


@pytest.fixture
def scores(engine):
    return LtiScoresStore(engine, course="decoders")


def platform(**more):
    urls = {f"{name}_url": f"https://lms.example/{name}" for name in ("login", "token", "keys")}
    said = {"name": "Small", "kind": "other", "issuer": "https://lms.example", "client_id": "c"}
    return LtiPlatform(**{**said, **urls, "deployments": ("1",), "token_audience": ""} | more)


@pytest.fixture
def link(store):
    """A place of one platform with a column, and ada in it."""
    registered = store.register(platform())
    context = store.keep_context(
        LtiContext(platform=registered.id, deployment="1", context="7", title="T")
    )
    store.connect(registered.id, "sub-ada", person="ada", at=NOW)
    return store.keep_link(
        LtiLink(context=context.id, resource_link="5", target="code/a", line_item="https://l/1")
    )


def test_a_secret_is_good_once(store):
    store.issue("s" * 43, "state", {"nonce": "n"}, at=NOW, until=LATER)
    assert store.look_at("s" * 43, "state") == {"nonce": "n"}
    assert store.redeem("s" * 43, "ticket", at=NOW).problem == "unknown"
    found = store.redeem("s" * 43, "state", at=NOW)
    assert (found.payload, found.problem) == ({"nonce": "n"}, "")
    assert store.redeem("s" * 43, "state", at=NOW).problem == "used"


def test_a_secret_expires(store):
    store.issue("s", "state", {}, at=NOW, until=LATER)
    assert store.redeem("s", "state", at=LATER).problem == "expired"


def test_of_many_who_use_a_secret_at_once_one_gets_it(store):
    store.issue("s", "state", {}, at=NOW, until=LATER)
    together = threading.Barrier(4)

    def use(_):
        together.wait()
        return store.redeem("s", "state", at=NOW).problem

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(use, range(4))) == ["", "used", "used", "used"]


def test_what_is_long_past_is_dropped(store):
    store.issue("s", "state", {}, at=NOW, until=LATER)
    store.issue("t", "state", {}, at=NOW + timedelta(days=2), until=LATER)
    assert store.look_at("s", "state") is None


def test_nobody_fills_the_store_by_asking_for_ever_more(store):
    few = {"at": NOW, "until": LATER, "most_open": 2}
    kept = [store.issue(f"s{n}", "state", {}, **few) for n in range(3)]
    assert kept == [True, True, False]
    assert store.issue("t", "enter", {}, **few)
    store.redeem("s0", "state", at=NOW)
    assert store.issue("s3", "state", {}, **few)


def test_a_secret_of_one_course_is_none_of_another(store, engine):
    store.issue("s", "state", {}, at=NOW, until=LATER)
    assert LtiStore(engine, course="other").redeem("s", "state", at=NOW).problem == "unknown"


def test_who_registers_again_changes_what_is_registered(store):
    first = store.register(platform())
    again = store.register(platform(deployments=("1", "2"), name="New"))
    assert first.id == again.id
    assert [(one.name, one.deployments) for one in store.platforms()] == [("New", ("1", "2"))]


def test_two_accounts_are_never_one_person(store):
    one = store.register(platform()).id
    assert store.connect(one, "sub-ada", person="ada", at=NOW) == "ada"
    assert store.connect(one, "sub-ada", person="bob", at=NOW) == "ada"
    assert store.connect(one, "sub-eve", person="ada", at=NOW) is None
    other = store.register(platform(client_id="d")).id
    assert store.connect(other, "sub-ada", person="bob", at=NOW) == "bob"
    assert store.subs(one) == {"ada": "sub-ada"}


def test_a_column_that_is_known_is_not_forgotten(store, link):
    place = {"context": link.context, "resource_link": "5", "target": "code/a"}
    again = store.keep_link(LtiLink(**place, line_items="https://l"))
    assert (again.id, again.line_item, again.line_items) == (link.id, "https://l/1", "https://l")


def test_the_newest_score_is_sent_and_each_time_is_later(scores, link):
    score = {"scoreGiven": 1}
    assert scores.want(link.id, "ada", score, since=NOW, at=NOW)
    assert not scores.want(link.id, "ada", score, since=NOW, at=NOW)
    due = scores.take_due(at=NOW)
    assert (due.sub, due.wanted, due.stamp) == ("sub-ada", score, NOW)
    assert scores.take_due(at=NOW) is None  # somebody is at it
    scores.sent(due)
    assert scores.take_due(at=LATER) is None
    scores.want(link.id, "ada", {"scoreGiven": 2}, since=NOW, at=NOW)  # graded in the same moment
    due = scores.take_due(at=NOW)
    assert due.stamp == NOW + timedelta(milliseconds=1)


def test_a_sender_that_died_is_followed_by_another_with_a_later_time(scores, link):
    scores.want(link.id, "ada", {"scoreGiven": 1}, since=NOW, at=NOW)
    first = scores.take_due(at=NOW)
    second = scores.take_due(at=NOW + timedelta(minutes=3))
    assert second.stamp > first.stamp
    assert second.tries == 2


def test_what_is_wanted_while_something_is_sent_stays_due(scores, link):
    scores.want(link.id, "ada", {"scoreGiven": 1}, since=NOW, at=NOW)
    first = scores.take_due(at=NOW)
    scores.want(link.id, "ada", {"scoreGiven": 2}, since=LATER, at=NOW)
    scores.sent(first)
    assert [state.is_sent for state in scores.states()] == [False]
    due = scores.take_due(at=NOW)
    assert due.wanted == {"scoreGiven": 2}
    scores.failed(first, "late news of the first one", next_try=None)
    assert scores.states()[0].problem == ""


def test_a_score_that_was_never_sent_needs_no_taking_back(scores, link):
    assert not scores.want(link.id, "ada", {}, since=NOW, at=NOW)
    scores.want(link.id, "ada", {"scoreGiven": 1}, since=NOW, at=NOW)
    assert not scores.want(link.id, "ada", {}, since=NOW, at=NOW)
    assert scores.take_due(at=LATER) is None
    scores.want(link.id, "ada", {"scoreGiven": 1}, since=NOW, at=NOW)
    scores.take_due(at=NOW)  # perhaps it arrives, and nobody hears of it
    assert scores.want(link.id, "ada", {}, since=NOW, at=NOW)


def test_what_was_given_up_is_sent_when_somebody_says_so(scores, link):
    scores.want(link.id, "ada", {"scoreGiven": 1}, since=NOW, at=NOW)
    scores.failed(scores.take_due(at=NOW), "answered 404", next_try=None)
    assert scores.take_due(at=LATER) is None
    assert scores.states()[0].problem == "answered 404"
    assert scores.try_again(at=LATER) == 1
    due = scores.take_due(at=LATER)
    assert due.tries == 1
    scores.sent(due)
    assert scores.try_again(at=LATER) == 0
    assert scores.states()[0].problem == ""


def test_a_platform_that_is_left_alone_holds_nobody_up(scores, store, link):
    other = store.register(platform(client_id="d"))
    context = store.keep_context(LtiContext(platform=other.id, deployment="1", context="7"))
    store.connect(other.id, "sub-bob", person="bob", at=NOW)
    place = {"context": context.id, "resource_link": "5", "target": "code/a"}
    second = store.keep_link(LtiLink(**place, line_item="https://l/2"))
    scores.want(link.id, "ada", {"scoreGiven": 1}, since=NOW, at=NOW)
    scores.want(second.id, "bob", {"scoreGiven": 1}, since=NOW, at=NOW)
    first = scores.take_due(at=NOW)
    assert first.sub == "sub-ada"
    assert scores.take_due(at=NOW, without={other.id}) is None
    assert scores.take_due(at=NOW, without={first.platform}).sub == "sub-bob"
