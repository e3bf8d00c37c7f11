"""Marking as a value: whatever is pressed in whatever order, and without any terminal."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.quiz.bank.topics import load_topic
from grader.quiz.items.item import Doubt, Rejected
from grader.quiz.marking.decisions import Marked, Unmarked, decided
from grader.quiz.marking.marking_session import (
    AnswerKept,
    AnswerSkipped,
    AnswerTakenBack,
    Commented,
    MarkingDraft,
    MarkingSession,
    MisconceptionToggled,
    RubricToggled,
    begin_marking,
)
from grader.quiz.marking.sheets import WaitingAnswer

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
TOPIC = load_topic(Path(__file__).parents[1] / "sample_bank", "sample")
WHY = TOPIC.item("sample.why")  # rubric items `which` (1 point) and `why` (3 points)
IDEA = "cross_attention.needed"


def marked(sheet, text, ticked=(), **more):
    given = {"marker": "other", "rubric": ("which", "why"), "at": START, "question": WHY.id} | more
    answer = WaitingAnswer(item=WHY, text=text, sheets=()).answer
    return Marked(sheet=sheet, answer=answer, ticked=ticked, **given)


EARLIER = marked("d", "Third.", ("which",), rubric=("which",), comment="Half of it.")
WAITING = (
    WaitingAnswer(item=WHY, text="First.", sheets=("a", "b")),
    WaitingAnswer(item=WHY, text="Second.", sheets=("c",)),
    WaitingAnswer(item=WHY, text="Third.", sheets=("d",), earlier=EARLIER),
)
OLD = (EARLIER,)  # what was decided before


def kept(*, minutes=0, old=OLD, session=None, confirmed=True):
    entries = (*old, *(session.entries if session else ()))
    return AnswerKept(
        marker="tutor",
        at=START + timedelta(minutes=minutes),
        markings=decided(entries).markings,
        confirmed=confirmed,
    )


def do(session, *events):
    """The session after the events; those that are refused change nothing.

    Before an answer is kept, what holds is looked up, as a front does.
    """
    for event in events:
        event = kept(session=session) if event == "keep" else event
        after = session.apply(event)
        session = after if isinstance(after, MarkingSession) else session
    return session


EVENTS = st.lists(
    st.one_of(
        st.sampled_from(["which", "why", "gone"]).map(RubricToggled),
        st.sampled_from([IDEA, "gone"]).map(MisconceptionToggled),
        st.sampled_from(["", " ", "Which one?"]).map(Commented),
        st.just(AnswerSkipped()),
        st.just(AnswerTakenBack(START)),
        st.just("keep"),
    ),
    max_size=25,
)
VIEWS = st.fixed_dictionaries({"again": st.booleans(), "each": st.booleans()})


@given(events=EVENTS, skips=st.integers(0, 2), view=VIEWS)
def test_what_is_kept_and_undone_leaves_the_session_as_it_was(events, skips, view):
    before = do(begin_marking(WAITING, **view), *events)
    after = do(before, "keep")
    undone = do(after, *[AnswerSkipped()] * skips, AnswerTakenBack(START))
    if before.is_over:
        assert after == before
    else:
        assert replace(undone, entries=before.entries) == before
        assert decided([*OLD, *undone.entries]).markings == (
            decided([*OLD, *before.entries]).markings
        )


@given(events=EVENTS, view=VIEWS)
def test_undoing_everything_brings_back_what_held_at_first(events, view):
    session = do(begin_marking(WAITING, **view), *events)
    undone = do(session, *[AnswerTakenBack(START)] * len(session.kept))
    assert undone.kept == ()
    assert decided([*OLD, *undone.entries]).markings == decided(OLD).markings


@given(events=EVENTS, view=VIEWS)
def test_an_event_leaves_the_session_before_it_as_it_was_and_decisions_are_only_added(events, view):
    session = begin_marking(WAITING, **view)
    for event in events:
        copy = replace(session)
        after = do(session, event)
        assert session == copy
        assert after.entries[: len(session.entries)] == session.entries
        assert 0 <= after.position <= len(after.queue)
        session = after


@given(events=EVENTS)
def test_a_refusal_says_why(events):
    session = begin_marking(WAITING)
    for event in events:
        after = session.apply(kept(confirmed=False) if event == "keep" else event)
        match after:
            case Rejected(why):
                assert why
                assert not why.endswith(".")
            case Doubt(question):
                assert question == "Nothing is ticked: 0 of 4 points."
                assert not session.draft.ticked
            case _:
                session = after


def test_a_marking_stands_on_every_sheet_with_the_same_answer():
    session = do(
        begin_marking(WAITING),
        RubricToggled("why"),
        RubricToggled("which"),
        MisconceptionToggled(IDEA),
        Commented(" Which one? "),
        "keep",
    )
    assert [entry.sheet for entry in session.entries] == ["a", "b"]
    for entry in session.entries:
        assert entry.ticked == ("which", "why"), "in the order of the rubric"
        assert entry.misconceptions == (IDEA,)
        assert (entry.comment, entry.marker) == ("Which one?", "tutor")
        assert entry.answer == WAITING[0].answer
    assert (session.position, session.draft) == (1, MarkingDraft())


def test_a_second_toggle_takes_the_first_back():
    once = do(begin_marking(WAITING), RubricToggled("why"), MisconceptionToggled(IDEA))
    assert once.draft.points(WHY) == 3
    assert not once.draft.is_empty
    assert do(once, RubricToggled("why"), MisconceptionToggled(IDEA)) == begin_marking(WAITING)


def test_no_tick_at_all_must_be_meant():
    session = do(begin_marking(WAITING), Commented("Nothing of it."))
    assert isinstance(session.apply(kept(confirmed=False)), Doubt)
    assert session.apply(kept()).entries[0].ticked == ()
    ticked = do(session, RubricToggled("which"))
    assert isinstance(ticked.apply(kept(confirmed=False)), MarkingSession)


def test_what_somebody_else_has_marked_meanwhile_is_left_out():
    holds = {("a", WHY.id): marked("a", "First."), ("c", WHY.id): marked("c", "Second.")}
    session = begin_marking(WAITING).refreshed(holds)
    assert session.current.sheets == ("b",)
    after = do(session, RubricToggled("why"), "keep").refreshed(holds)
    assert (after.position, after.current.text) == (2, "Third.")
    again = begin_marking(WAITING, again=True).refreshed(holds)
    assert again.current.sheets == ("a", "b")


def test_a_marking_of_another_text_leaves_an_answer_waiting():
    holds = {("a", WHY.id): marked("a", "Something else.")}
    assert begin_marking(WAITING).refreshed(holds).current.sheets == ("a", "b")


def test_an_answer_marked_before_the_rubric_grew_is_shown_although_its_marking_holds():
    session = do(begin_marking(WAITING), AnswerSkipped(), AnswerSkipped())
    assert session.refreshed(decided(OLD).markings) == session


def test_a_look_around_changes_nothing_where_nothing_has_changed():
    session = do(begin_marking(WAITING), RubricToggled("why"))
    assert session.refreshed({}) == session


def test_an_earlier_marking_is_the_draft_of_its_answer():
    session = do(begin_marking(WAITING), AnswerSkipped(), AnswerSkipped())
    assert session.draft == MarkingDraft(ticked=frozenset({"which"}), comment="Half of it.")


def test_undo_brings_back_the_marking_of_another_time_or_person():
    session = do(begin_marking(WAITING), AnswerSkipped(), AnswerSkipped(), RubricToggled("why"))
    undone = do(session, "keep", AnswerTakenBack(START))
    assert undone.entries[-1] == EARLIER
    first = do(begin_marking(WAITING), RubricToggled("why"), "keep", AnswerTakenBack(START))
    assert first.entries[2:] == tuple(
        Unmarked(sheet=sheet, question=WHY.id, at=START) for sheet in ("a", "b")
    )


def test_each_shows_the_same_answer_of_several_students_apart():
    session = begin_marking(WAITING, each=True)
    assert [one.sheets for one in session.queue] == [("a",), ("b",), ("c",), ("d",)]


@pytest.mark.parametrize(
    "event", [RubricToggled("why"), MisconceptionToggled(IDEA), Commented("x"), AnswerSkipped()]
)
def test_after_the_last_answer_only_undo_is_left(event):
    over = do(begin_marking(WAITING), *[AnswerSkipped()] * 3)
    assert over.is_over
    assert over.apply(event) == Rejected("no answer is left to be marked")
    assert over.apply(kept()) == Rejected("no answer is left to be marked")
    assert over.apply(AnswerTakenBack(START)) == Rejected(
        "nothing was marked yet that could be undone"
    )
    assert not do(do(begin_marking(WAITING), "keep", *[AnswerSkipped()] * 2,
                  AnswerTakenBack(START))).is_over  # fmt: skip


def test_without_answers_a_session_is_over_at_once():
    assert begin_marking(()).is_over
    assert begin_marking(()).refreshed({}) == begin_marking(())
