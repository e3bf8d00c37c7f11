"""Published grades arrive once, in order, and what is no grade sends nothing."""

from datetime import timedelta
from fractions import Fraction

import pytest

from grader.store.database import open_database
from grader.store.lti_scores_store import LtiScoresStore
from grader.store.lti_store import LtiContext, LtiLink, LtiStore
from grader.web.lti.own_keys import published_keys
from grader.web.lti.platform_services import PlatformServices
from grader.web.lti.returning import ReturnedGrade, ReturnTarget, send_due, want_scores


@pytest.fixture
def scores(site):
    return LtiScoresStore(site.store.engine, course=site.course.key)


@pytest.fixture
def link(store, registered, platform, clock):
    context = store.keep_context(
        LtiContext(platform=registered.id, deployment=platform.deployment, context="course-7")
    )
    store.connect(registered.id, "sub-ada", person="ada", at=clock())
    return store.keep_link(
        LtiLink(
            context=context.id,
            resource_link="link-1",
            target="code/arithmetic",
            line_items=platform.line_items_url,
        )
    )


@pytest.fixture
def returned(store, scores, link, platform, clock):
    """Wants and sends the scores of some grades; how many arrived and how many did not."""
    platform.tool_keys = published_keys(store, at=clock())
    services = PlatformServices(platform.http(), store=store, clock=clock)

    def sent(*grades):
        target = ReturnTarget(
            target="code/arithmetic", title="Arithmetic", maximum=8, grades=grades
        )
        every = {"store": store, "scores": scores}
        want_scores([target], at=clock(), **every)
        return send_due([target], services=services, clock=clock, **every)

    return sent


def graded(points, **more):
    points = None if points is None else Fraction(points)
    return ReturnedGrade(person="ada", points=points, maximum=8, **more)


def test_a_grade_arrives_once_with_all_that_platforms_ask_for(returned, platform, clock):
    handed_in = clock() - timedelta(days=2)
    late = graded("13/3", handed_in_at=handed_in, comment="2 days late.")
    assert returned(late) == (1, 0)
    assert returned(late) == (0, 0)
    [((item, user), [score])] = platform.scores.items()
    assert item.endswith("/item?type_id=3")
    assert user == "sub-ada"
    assert score == {
        "userId": "sub-ada",
        "scoreGiven": 4.3333,
        "scoreMaximum": 8,
        "timestamp": "2026-11-02T09:00:00.000Z",
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "comment": "2 days late.",
        "submission": {"submittedAt": "2026-10-31T09:00:00.000Z"},
    }


def test_zero_is_a_grade(returned, platform, clock):
    assert returned(graded(0)) == (1, 0)
    assert platform.score_of("sub-ada") == 0


def test_what_is_not_published_or_excused_sends_nothing(returned, platform, clock):
    assert returned(graded(None)) == (0, 0)
    assert platform.scores == {}
    assert platform.line_items == []


def test_an_excuse_takes_back_what_was_sent(returned, platform, clock):
    returned(graded(5))
    assert returned(graded(None)) == (1, 0)
    assert platform.score_of("sub-ada") is None
    assert returned(graded(5)) == (1, 0)
    assert platform.score_of("sub-ada") == 5


def test_a_grade_that_is_not_there_any_more_leaves_what_was_sent(returned, platform, clock):
    """As when grading failed for our own fault: nothing is known, so nothing is said."""
    returned(graded(5))
    assert returned() == (0, 0)
    assert platform.score_of("sub-ada") == 5


def test_a_regrade_in_the_same_moment_arrives(returned, platform, clock):
    returned(graded(5))
    assert returned(graded(6)) == (1, 0)
    assert platform.score_of("sub-ada") == 6


def test_one_column_is_made_and_then_used(returned, platform, clock):
    returned(graded(5))
    returned(graded(6))
    assert [item["label"] for item in platform.line_items] == ["Arithmetic"]


def test_a_column_that_somebody_made_is_found(returned, platform, clock):
    own = {"resourceId": "code/arithmetic", "tag": "grade", "id": f"{platform.issuer}/items/9"}
    platform.line_items.append(own)
    returned(graded(5))
    assert [item for item, _ in platform.scores] == [own["id"]]
    assert len(platform.line_items) == 1


def test_nobody_whom_the_platform_does_not_know_is_sent(returned, platform, clock):
    stranger = ReturnedGrade(person="bob", points=Fraction(5), maximum=8)
    assert returned(stranger) == (0, 0)
    assert platform.asked == []


def test_a_platform_that_is_down_gets_it_later_even_after_a_restart(
    returned, platform, clock, site
):
    platform.fails = [503]
    assert returned(graded(5)) == (0, 1)
    assert returned(graded(5)) == (0, 0)  # not at once again
    clock.forward(minutes=2)
    site.store.close()
    again = open_database(site.store.where)
    store = LtiStore(again, course=site.course.key)
    scores = LtiScoresStore(again, course=site.course.key)
    services = PlatformServices(platform.http(), store=store, clock=clock)
    assert send_due([], store=store, scores=scores, services=services, clock=clock) == (1, 0)
    again.dispose()
    assert platform.score_of("sub-ada") == 5


def test_a_platform_with_a_later_time_gets_it_as_of_now(returned, platform, clock):
    platform.line_items.append(
        {"resourceId": "code/arithmetic", "tag": "grade", "id": f"{platform.issuer}/items/9"}
    )
    later = clock() + timedelta(seconds=30)
    platform._stamps[f"{platform.issuer}/items/9", "sub-ada"] = later
    assert returned(graded(5)) == (0, 2)
    clock.forward(minutes=5)
    assert returned(graded(5)) == (1, 0)
    assert platform.score_of("sub-ada") == 5
    [[score]] = platform.scores.values()
    assert score["timestamp"] == "2026-11-02T09:05:00.000Z"


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_a_platform_that_says_no_is_not_asked_again(returned, platform, scores, clock, status):
    returned(graded(4))
    platform.fails = [status]
    assert returned(graded(5)) == (0, 1)
    clock.forward(days=30)
    assert returned(graded(5)) == (0, 0)
    [state] = scores.states()
    assert f"answered {status}" in state.problem
    assert state.next_try is None


def test_a_platform_is_asked_for_days_before_it_is_given_up(returned, platform, scores, clock):
    platform.fails = [500] * 100
    began = clock()
    for _ in range(500):
        returned(graded(5))
        if scores.states()[0].next_try is None:
            break
        clock.forward(hours=1)
    assert clock() - began > timedelta(days=3)
    assert len(platform.asked) < 15


def test_a_token_that_is_not_believed_any_more_is_asked_for_anew(returned, platform, clock):
    returned(graded(4))
    platform.forget_tokens()
    assert returned(graded(5)) == (1, 0)
    tokens = [url for _, url, _, _ in platform.asked if url == platform.token_url]
    assert len(tokens) == 3  # two scopes, and the one anew
