from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from grader.quiz.bank import load_topic
from grader.quiz.item import Doubt, Rejected
from grader.quiz.session import Answered, Feedback, Finished, Moved, Phase, Session, resumed

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


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
    session = replace(session, feedback=Feedback.END)
    after = session.apply(answered("sample.shape", ("last",)))
    after = after.apply(answered("sample.shape", ("all",)))
    assert after.marks().points == 1


@pytest.mark.parametrize("feedback", Feedback)
def test_the_same_answer_twice_is_harmless(session, feedback):
    session = replace(session, feedback=feedback)
    after = session.apply(answered("sample.shape", ("last",)))
    assert after.apply(answered("sample.shape", ("last",), minutes=9)) == after


def test_nothing_changes_after_the_end(session):
    done = replace(session, feedback=Feedback.END).apply(Finished(START))
    assert done.phase == Phase.FINISHED
    assert isinstance(done.apply(answered("sample.shape", ("all",))), Rejected)
    assert isinstance(done.apply(Moved(0)), Rejected)
    assert done.apply(Finished(START + timedelta(hours=1))) == done


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


def test_an_answer_that_no_longer_fits_is_asked_again(session):
    answers = [
        answered("sample.shape", ("gone",)),
        answered("sample.removed", "x"),
        answered("sample.loss", "3.912"),
    ]
    after, lost = resumed(session, answers)
    assert lost == ("sample.shape", "sample.removed")
    assert set(after.answers) == {"sample.loss"}


@pytest.mark.parametrize(("feedback", "counts"), [(Feedback.NOW, "last"), (Feedback.END, "all")])
def test_of_two_stored_answers_feedback_decides_which_counts(session, feedback, counts):
    session = replace(session, feedback=feedback)
    answers = [answered("sample.shape", ("last",)), answered("sample.shape", ("all",), 2)]
    after, _ = resumed(session, answers)
    assert after.answers["sample.shape"].response == (counts,)


def test_with_everything_answered_a_resumed_session_is_at_the_review(session):
    after, _ = resumed(session, [answered(item.id, item.key()) for item in session.items])
    assert after.phase == Phase.REVIEWING
