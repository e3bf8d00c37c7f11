"""Sessions and the store together: what a taker did is what is found there afterwards."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.courses.attempts import NotNow, WantedAttempt, begin, opened, settle, unfinished
from grader.quiz.attempt.quiz import Pool, Quiz
from grader.quiz.attempt.rules import Feedback, Rules
from grader.quiz.attempt.session import Answered, Finished, Moved, Phase
from grader.quiz.bank.topics import load_topic
from grader.quiz.items.item import Doubt, Rejected
from grader.store.quiz_store import open_store

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
WISH = WantedAttempt(student="ada")
TOPIC = load_topic(Path(__file__).parents[1] / "quiz" / "sample_bank", "sample")
ITEMS = {item.id.removeprefix("sample."): item for item in TOPIC.items}


def quiz(**rules):
    """A quiz of three questions and one of two more."""
    return Quiz(
        name="week-3.yaml",
        title="Week 3",
        path=Path("week-3.yaml"),
        bank=(TOPIC,),
        items=(ITEMS["shape"], ITEMS["loss"], ITEMS["why"]),
        pools=(Pool(1, (ITEMS["encoder"], ITEMS["greedy"])),),
        rules=Rules(**{"feedback": Feedback.END} | rules),
    )


def answered(item, response, minutes=1.0):
    return Answered(item=f"sample.{item}", response=response, at=START + timedelta(minutes=minutes))


def act(attempt, *events):
    """The attempt after the events, each saved as soon as it is taken; others are refused."""
    for event in events:
        after = attempt.session.apply(event)
        if not isinstance(after, Rejected | Doubt):
            attempt = replace(attempt, session=attempt.save(event, after))
    return attempt


@pytest.fixture
def store(database):
    with open_store(database) as opened_store:
        yield opened_store


def start(store, week, *, number=1, seed=5, at=START):
    return begin(store, week, WISH, number=number, seed=seed, at=at)


EVENTS = st.lists(
    st.one_of(
        st.builds(
            lambda pair, minutes: answered(*pair, minutes=minutes),
            st.sampled_from(
                [
                    ("shape", ("all",)),
                    ("shape", ("last",)),
                    ("loss", "3.912"),
                    ("loss", "5"),
                    ("encoder", "true"),
                    ("greedy", ("one",)),
                    ("why", "One."),
                    ("gone", "x"),
                ]
            ),
            st.integers(-10, 90),
        ),
        st.builds(Moved, st.integers(0, 5)),
        st.builds(lambda minutes: Finished(START + timedelta(minutes=minutes)), st.integers(0, 90)),
    ),
    max_size=10,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events=EVENTS, feedback=st.sampled_from(Feedback), seed=st.integers(0, 99))
def test_whatever_happened_the_store_gives_the_session_again(store, events, feedback, seed):
    week = quiz(feedback=feedback, limit=HOUR, closes=START + 2 * HOUR)
    number = len(store.attempts()) + 1
    attempt = start(store, week, number=number, seed=seed)
    deadline = attempt.session.deadline
    attempt = act(attempt, *events)
    again = opened(store, week, store.attempt(attempt.stored.id)).session
    assert replace(again, position=0) == replace(attempt.session, position=0)
    assert again.deadline == deadline
    assert again.items == attempt.session.items
    for answer in again.answers.values():
        assert answer.at <= deadline


def test_an_attempt_is_resumed_with_its_answers_and_its_deadline(store):
    week = quiz(limit=HOUR)
    first = act(start(store, week), answered("shape", ("all",)))
    again = unfinished(store, week, WISH, earlier=store.attempts(student="ada"))
    assert again.session.answers == first.session.answers
    assert again.session.deadline == START + HOUR
    assert again.notes == ("Resumed: 1 of 4 questions have an answer.",)


def test_time_that_has_run_out_hands_in_what_was_saved(store):
    week = quiz(limit=HOUR)
    attempt = act(start(store, week), answered("shape", ("all",)))
    assert settle(store, week, attempt.stored, at=START + HOUR).finished_at is None
    done = settle(store, week, attempt.stored, at=START + 5 * HOUR)
    assert done.finished_at == START + HOUR
    assert json.loads(done.marks)["points"] == "1"
    assert settle(store, week, done, at=START + 9 * HOUR) == done
    assert unfinished(store, week, WISH, earlier=[done]) is None


def test_an_attempt_that_the_rules_forbid_is_not_begun(store):
    start(store, quiz(attempts=1))
    with pytest.raises(NotNow, match=r"week-3\.yaml: no attempts are left"):
        start(store, quiz(attempts=1), number=2)
    with pytest.raises(NotNow, match="it opens on"):
        start(store, quiz(opens=START + HOUR))
    with pytest.raises(NotNow, match="it closed on"):
        start(store, quiz(closes=START - HOUR))
    assert len(store.attempts()) == 1


def test_what_was_drawn_stays_drawn_when_a_pool_changes(store):
    attempt = start(store, quiz())
    [drawn] = {item.id for item in attempt.session.items} - {
        "sample.shape",
        "sample.loss",
        "sample.why",
    }
    larger = tuple(ITEMS[name] for name in ("encoder", "greedy", "flow", "chain"))
    changed = replace(quiz(), pools=(Pool(3, larger),))
    changed = replace(changed, items=changed.items[:1])
    again = opened(store, changed, attempt.stored).session
    assert {item.id for item in again.items} == {item.id for item in attempt.session.items}
    assert drawn in ("sample.encoder", "sample.greedy")


def test_a_later_close_holds_for_attempts_that_have_begun(store):
    attempt = start(store, quiz(closes=START + HOUR))
    longer = quiz(closes=START + 3 * HOUR)
    again = opened(store, longer, attempt.stored)
    after = act(again, answered("shape", ("all",), minutes=120))
    assert set(after.session.answers) == {"sample.shape"}


def test_two_windows_see_each_others_answers(store):
    one = start(store, quiz())
    other = start(store, quiz(), seed=6)
    assert other.stored == one.stored, "begun twice at the same moment, it is one attempt"
    one = act(one, answered("shape", ("last",)))
    other = act(other, answered("loss", "3.912"))
    assert set(other.session.answers) == {"sample.shape", "sample.loss"}
    one = act(one, Finished(START + HOUR))
    marks = json.loads(store.attempt(one.stored.id).marks)
    assert marks["points"] == "1", "the other window's answer counts"
    other = act(other, answered("shape", ("all",)))
    assert other.session.phase == Phase.FINISHED
    assert other.session.answers["sample.shape"].response == ("last",)


def test_feedback_in_one_window_makes_no_better_answer_in_the_other(store):
    one = start(store, quiz(feedback=Feedback.NOW))
    other = start(store, quiz(feedback=Feedback.NOW))
    act(one, answered("shape", ("last",)))
    other = act(other, answered("shape", ("all",)))
    assert other.session.answers["sample.shape"].response == ("last",)
