from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.quiz.attempt.rules import Feedback, Rules
from grader.quiz.attempt.session import (
    Answered,
    Drafted,
    Finished,
    Moved,
    Phase,
    Session,
    resumed,
)
from grader.quiz.bank.topics import load_topic
from grader.quiz.items.item import Doubt, Rejected

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def topic(bank_folder):
    return load_topic(bank_folder, "sample")


@pytest.fixture
def session(topic):
    return Session(topic=topic, seed=7, started_at=START)


def answered(item, response, minutes=1, **more):
    return Answered(item=item, response=response, at=START + timedelta(minutes=minutes), **more)


def test_the_seed_decides_the_order_of_the_questions(session):
    orders = {tuple(item.id for item in replace(session, seed=seed).items) for seed in range(30)}
    assert len(orders) > 20
    assert all(set(order) == {item.id for item in session.topic.items} for order in orders)
    assert replace(session).items == session.items


def test_a_seed_gives_the_same_order_in_every_version(session):
    """Attempts are stored with their seed, and go on in the order in which they began."""
    asked = [item.id.removeprefix("sample.") for item in session.items]
    assert asked == ["shape", "loss", "flow", "why", "encoder", "chain", "greedy"]


def test_a_session_begins_at_its_first_question(session):
    assert (session.position, session.current.id) == (0, "sample.shape")
    assert session.apply(Moved(1)).current.id == "sample.loss"


@pytest.mark.parametrize(
    ("feedback", "shown"),
    [
        (Feedback.NOW, (False, True, True)),
        (Feedback.END, (False, True, True)),
        (Feedback.CLOSED, (False, False, True)),
        (Feedback.NEVER, (False, False, False)),
    ],
)
def test_the_rules_and_the_end_decide_when_feedback_is_shown(session, feedback, shown):
    asking = replace(session, rules=Rules(feedback=feedback, closes=START + HOUR))
    done = asking.apply(Finished(START))
    later = START + 2 * HOUR
    asked = [asking.shows_feedback(START), done.shows_feedback(START), done.shows_feedback(later)]
    assert tuple(asked) == shown
    assert not asking.shows_feedback(later)


@pytest.mark.parametrize(
    ("feedback", "closes", "words"),
    [
        (
            Feedback.CLOSED,
            START,
            "marks are shown once it has closed on Mon 5 Jan 2026 at 09:00 UTC",
        ),
        (Feedback.CLOSED, None, "this quiz shows no marks"),
        (Feedback.NEVER, START, "this quiz shows no marks"),
    ],
)
def test_where_no_marks_are_shown_the_reason_is_told(session, feedback, closes, words):
    after = session.apply(answered("sample.shape", ("all",)))
    after = replace(after, rules=Rules(feedback=feedback, closes=closes))
    assert after.why_no_marks() == f"1 answer of 7 saved; {words}"


@pytest.mark.parametrize("feedback", Feedback)
def test_an_answer_is_final_once_its_feedback_was_shown_or_all_is_handed_in(session, feedback):
    session = replace(session, rules=Rules(feedback=feedback))
    after = session.apply(answered("sample.shape", ("all",)))
    assert not session.is_final("sample.shape")
    assert after.is_final("sample.shape") == (feedback == Feedback.NOW)
    assert not after.is_final("sample.loss")
    assert after.apply(Finished(START)).is_final("sample.loss")


def test_what_is_refused_is_told(session):
    done = session.apply(Finished(START))
    assert done.apply(Moved(0)) == Rejected("the attempt is finished")
    refused = done.apply(answered("sample.shape", ("all",)))
    assert refused == Rejected("the attempt is finished")
    refused = session.apply(answered("other.shape", ("all",)))
    assert refused == Rejected("there is no question 'other.shape' in this attempt")


def test_the_time_that_is_left_ends_at_zero(session):
    timed = replace(session, rules=Rules(limit=timedelta(minutes=30)))
    minutes = [timed.time_left(START + timedelta(minutes=n)) for n in (0, 29, 30, 31)]
    assert minutes == [timedelta(minutes=30), timedelta(minutes=1), timedelta(0), timedelta(0)]
    assert session.time_left(START) is None


def test_an_event_leaves_the_session_before_it_as_it_was(session):
    after = session.apply(answered("sample.shape", ("all",)))
    assert session.answers == {}
    assert after.answers["sample.shape"].response == ("all",)


def test_marks_count_what_was_answered(session):
    after = session.apply(answered("sample.shape", ("all",)))
    assert after.marks().points == 1
    assert session.marks().points == 0


def test_with_feedback_at_once_an_answer_is_final(session):
    after = session.apply(answered("sample.shape", ("last",)))
    assert after.apply(answered("sample.shape", ("all",))) == Rejected("this answer is final")


def test_with_feedback_at_the_end_an_answer_may_change(session):
    session = replace(session, rules=Rules(feedback=Feedback.END))
    after = session.apply(answered("sample.shape", ("last",)))
    after = after.apply(answered("sample.shape", ("all",)))
    assert after.marks().points == 1


@pytest.mark.parametrize("feedback", Feedback)
def test_the_same_answer_twice_is_harmless(session, feedback):
    session = replace(session, rules=Rules(feedback=feedback))
    after = session.apply(answered("sample.shape", ("last",)))
    assert after.apply(answered("sample.shape", ("last",), minutes=9)) == after


def test_nothing_changes_after_the_end(session):
    done = replace(session, rules=Rules(feedback=Feedback.END)).apply(Finished(START))
    assert done.phase == Phase.FINISHED
    assert isinstance(done.apply(answered("sample.shape", ("all",))), Rejected)
    assert isinstance(done.apply(Moved(0)), Rejected)
    assert done.apply(Finished(START + timedelta(hours=1))) == done


def drafted(session, **texts):
    for name, text in texts.items():
        session = session.apply(Drafted(item=f"sample.{name}", text=text, at=START))
    return session


def test_of_a_text_that_is_written_the_last_draft_is_kept(session):
    after = drafted(session, why="One", loss="1")
    after = drafted(after, why="One two")
    assert after.drafts == {"sample.why": "One two", "sample.loss": "1"}
    assert drafted(after, loss="").drafts == {"sample.why": "One two"}
    assert (session.drafts, after.answers) == ({}, {})


def test_an_answer_takes_the_place_of_its_draft_and_of_no_other(session):
    after = drafted(session, why="One", loss="1").apply(answered("sample.why", "One two"))
    assert after.drafts == {"sample.loss": "1"}


def test_a_draft_is_refused_where_an_answer_would_be(session):
    after = session.apply(answered("sample.why", "One"))
    more = Drafted(item="sample.why", text="One two", at=START)
    assert after.apply(more) == Rejected("this answer is final")
    assert session.apply(Finished(START)).apply(more) == Rejected("the attempt is finished")


def test_drafts_are_the_answers_of_questions_that_have_none(session):
    """A text that cannot be read, or of a question that is gone, is none."""
    session = replace(session, rules=Rules(feedback=Feedback.END, limit=HOUR))
    after = drafted(session.apply(answered("sample.loss", "2")), why="One two", loss="3")
    after = replace(after, drafts={**after.drafts, "other.shape": "x", "sample.shape": "nothing"})
    done = after.apply(Finished(START + 2 * HOUR))
    assert done.drafts == {}
    assert done.answers == {
        "sample.loss": answered("sample.loss", "2"),
        "sample.why": answered("sample.why", "One two", minutes=60),
    }


def test_an_untouched_list_counts_only_when_confirmed(session):
    item = session.topic.item("sample.flow")
    untouched = item.read_typed("1 2 3 4 5 6 7 8", seed=session.seed)
    assert isinstance(session.apply(answered("sample.flow", untouched)), Doubt)
    after = session.apply(answered("sample.flow", untouched, confirmed=True))
    assert after.answers["sample.flow"].response == untouched


def test_a_question_of_another_topic_is_refused(session):
    assert isinstance(session.apply(answered("other.shape", ("all",))), Rejected)


def test_past_the_last_question_is_the_review(session):
    assert session.phase == Phase.ASKING
    assert session.apply(Moved(7)).phase == Phase.REVIEWING
    assert session.apply(Moved(99)).position == 7
    assert session.apply(Moved(-1)).position == 0


def test_the_next_question_is_one_without_an_answer(session):
    second = session.items[1]
    after = session.apply(answered(second.id, second.key()))
    assert after.next_position == 2
    assert after.unanswered == (0, 2, 3, 4, 5, 6)
    assert after.apply(Moved(6)).next_position == 7


def test_a_session_is_resumed_where_it_stopped(session):
    first, second = session.items[:2]
    answers = [answered(first.id, first.key()), answered(second.id, second.key(), 2)]
    after, lost = resumed(session, answers)
    assert after.items == session.items
    assert after.position == 2
    assert lost == ()
    assert {name: a.response for name, a in after.answers.items()} == {
        first.id: first.key(),
        second.id: second.key(),
    }


@pytest.mark.parametrize(("places", "position"), [((), 0), ((0,), 1), ((1,), 0), ((0, 2), 1)])
def test_a_resumed_session_is_at_its_first_question_without_an_answer(session, places, position):
    items = [session.items[n] for n in places]
    after, _ = resumed(session, [answered(item.id, item.key()) for item in items])
    assert after.position == position


def test_an_answer_that_no_longer_fits_is_asked_again(session):
    answers = [
        answered("sample.shape", ("gone",)),
        answered("sample.removed", "x"),
        answered("sample.loss", "3.912"),
    ]
    after, lost = resumed(session, answers)
    assert lost == ("sample.shape", "sample.removed")
    assert set(after.answers) == {"sample.loss"}


def test_a_question_that_was_answered_again_is_not_lost(session):
    answers = [answered("sample.shape", ("gone",)), answered("sample.shape", ("all",))]
    for order in (answers, answers[::-1]):
        after, lost = resumed(session, order)
        assert (after.answers["sample.shape"].response, lost) == (("all",), ())


@pytest.mark.parametrize(
    ("feedback", "counts"),
    [(Feedback.NOW, "last")] + [(other, "all") for other in list(Feedback)[1:]],
)
def test_of_two_stored_answers_feedback_decides_which_counts(session, feedback, counts):
    session = replace(session, rules=Rules(feedback=feedback))
    answers = [answered("sample.shape", ("last",)), answered("sample.shape", ("all",), 2)]
    after, _ = resumed(session, answers)
    assert after.answers["sample.shape"].response == (counts,)


def test_with_everything_answered_a_resumed_session_is_at_the_review(session):
    after, _ = resumed(session, [answered(item.id, item.key()) for item in session.items])
    assert after.phase == Phase.REVIEWING


# Time: opens at START, closes three hours later, half an hour an attempt.

TIMED = Rules(opens=START, closes=START + 3 * HOUR, limit=HOUR / 2, feedback=Feedback.END)


@pytest.fixture
def timed(session):
    return replace(session, rules=TIMED)


def why(refused):
    assert isinstance(refused, Rejected)
    return refused.why


def test_an_answer_before_the_quiz_opens_is_refused(timed):
    assert why(timed.apply(answered("sample.shape", ("all",), minutes=-1))) == (
        "the quiz is not open, it opens on Mon 5 Jan 2026 at 09:00 UTC"
    )


def test_an_answer_at_the_last_moment_counts_and_one_after_it_does_not(timed):
    last = answered("sample.shape", ("all",), minutes=30)
    assert timed.apply(last).marks().points == 1
    late = replace(last, at=last.at + timedelta(seconds=1))
    assert why(timed.apply(late)) == (
        "the time was up on Mon 5 Jan 2026 at 09:30 UTC, and what was saved before counts"
    )


def test_the_close_ends_an_attempt_that_began_late(timed):
    timed = replace(timed, started_at=START + 2.9 * HOUR)
    assert timed.deadline == START + 3 * HOUR
    assert "the quiz closed on Mon 5 Jan 2026 at 12:00 UTC" in why(
        timed.apply(answered("sample.shape", ("all",), minutes=181))
    )


def test_a_repeated_answer_is_harmless_even_when_it_is_late(timed):
    after = timed.apply(answered("sample.shape", ("all",)))
    assert after.apply(answered("sample.shape", ("all",), minutes=999)) == after
    done = after.apply(Finished(START + HOUR / 4))
    assert done.apply(answered("sample.shape", ("all",), minutes=999)) == done


def test_when_the_time_has_run_out_what_was_saved_is_handed_in(timed):
    after = timed.apply(answered("sample.shape", ("all",)))
    assert not after.is_over(START + HOUR / 2)
    assert after.is_over(START + HOUR)
    done = after.apply(Finished(START + HOUR))
    assert (done.finished_at, done.marks().points) == (START + HOUR / 2, 1)
    assert not done.is_over(START + HOUR)


def test_questions_are_asked_in_the_order_of_the_file_if_they_are_not_shuffled(session):
    session = replace(session, rules=Rules(shuffle=False))
    assert [item.id for item in session.items] == [item.id for item in session.topic.items]


def test_the_marks_tell_options_by_the_letters_of_the_attempt(session):
    for seed in range(6):
        asked = replace(session, seed=seed)
        [parts] = [item.present(seed).parts for item in asked.items if item.id == "sample.shape"]
        [letter] = [part.label for part in parts if part.text == "T x T"]
        after = asked.apply(answered("sample.shape", ("square",)))
        [row] = [row for row in after.marks().rows if row.item.id == "sample.shape"]
        assert row.mark.feedback == (f"{letter}: That is a score.",)


TOPIC = load_topic(Path(__file__).parents[1] / "sample_bank", "sample")
RESPONSES = {
    "sample.shape": [("all",), ("last",), ("square",)],
    "sample.loss": ["3.912", "5.644"],
    "sample.why": ["One.", "Two."],
    "other.item": ["x"],
}
RULES = st.builds(
    Rules,
    opens=st.none() | st.just(START),
    closes=st.none() | st.just(START + 2 * HOUR),
    limit=st.none() | st.just(HOUR),
    feedback=st.sampled_from(Feedback),
    shuffle=st.booleans(),
)
TIMES = st.integers(-10, 150).map(lambda minutes: START + timedelta(minutes=minutes))
ANSWERS = st.sampled_from([(item, given) for item, all_ in RESPONSES.items() for given in all_])
EVENTS = st.lists(
    st.one_of(
        st.builds(lambda pair, at: Answered(item=pair[0], response=pair[1], at=at), ANSWERS, TIMES),
        st.builds(Moved, st.integers(-1, 9)),
        st.builds(Finished, TIMES),
    ),
    max_size=12,
)


@given(rules=RULES, events=EVENTS, more=TIMES)
def test_no_event_moves_a_deadline_or_loses_an_answer(rules, events, more):
    session = Session(topic=TOPIC, seed=3, started_at=START, rules=rules)
    deadline = session.deadline
    taken = {}
    for event in events:
        after = session.apply(event)
        if isinstance(after, Rejected):
            continue
        assert after.deadline == deadline
        if isinstance(event, Answered) and after != session:
            assert deadline is None or event.at <= deadline
            assert session.phase != Phase.FINISHED
            assert event.item not in taken or rules.feedback != Feedback.NOW
            taken[event.item] = event.response
        session = after
    assert {name: answer.response for name, answer in session.answers.items()} == taken
    assert session.finished_at is None or deadline is None or session.finished_at <= deadline
    rows = {row.item.id: row.response for row in session.marks().rows}
    assert {name: rows[name] for name in taken} == taken
    left = [session.time_left(at) for at in sorted((START, more))]
    assert left == [None, None] or left[0] >= left[1] >= timedelta(0)


@given(rules=RULES, events=EVENTS)
def test_what_is_stored_gives_the_session_again(rules, events):
    """Stored is every answer that was taken, in its order."""
    session = fresh = Session(topic=TOPIC, seed=3, started_at=START, rules=rules)
    log = []
    for event in events:
        after = session.apply(event)
        if isinstance(after, Rejected):
            continue
        if isinstance(event, Answered) and after != session:
            log.append(event)
        session = after
    again, lost = resumed(replace(fresh, finished_at=session.finished_at), log)
    assert lost == ()
    assert replace(again, position=0) == replace(session, position=0)
