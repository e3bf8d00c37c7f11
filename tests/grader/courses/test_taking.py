"""What a student finds who comes to a quiz: without a terminal, and at any time of day."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grader.courses.attempts import Attempt, NotNow, WantedAttempt, begin
from grader.courses.kept_marks import open_marks
from grader.courses.repairing import apply_repairs, plan_repairs, preview_repairs
from grader.courses.reviewing import NoSuchAttempt, NotHandedIn, PastAttempt, review
from grader.courses.taking import MayBegin, NoneLeft, arrive, must_be_open, seed_to_begin
from grader.quiz.attempt.quiz import Quiz, practice
from grader.quiz.attempt.rules import Counts, Feedback, Rules
from grader.quiz.attempt.session import Answered, Finished
from grader.quiz.bank.topics import load_topic
from grader.quiz.marking.repairs import WantedRepair
from grader.settings import Course
from grader.store.quiz_store import open_store

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
ADA = WantedAttempt(student="ada")
BANK = Path(__file__).parents[1] / "quiz" / "sample_bank"
TOPIC = load_topic(BANK, "sample")
RIGHT, WRONG = ("all",), ("last",)


def week(**rules):
    return Quiz(
        name="week-3.yaml",
        title="Week 3",
        path=Path("week-3.yaml"),
        bank=(TOPIC,),
        items=(TOPIC.item("sample.shape"),),
        rules=Rules(**{"feedback": Feedback.END} | rules),
    )


@pytest.fixture
def store(database):
    with open_store(database) as opened_store:
        yield opened_store


def take(store, quiz, response=RIGHT, *, at=START, hands_in=True):
    """One whole attempt, a minute long."""
    number = arrive(store, quiz, ADA, at=at).number
    attempt = begin(store, quiz, ADA, number=number, seed=number, at=at)
    events = [Answered(item="sample.shape", response=response, at=at)]
    events += [Finished(at + timedelta(minutes=1))] if hands_in else []
    for event in events:
        after = attempt.session.apply(event)
        attempt = replace(attempt, session=attempt.save(event, after))
    return attempt


def test_a_student_may_begin_and_nothing_is_begun_by_asking(store):
    assert arrive(store, week(), ADA, at=START) == MayBegin(1)
    assert arrive(store, week(), ADA, at=START) == MayBegin(1)
    assert store.attempts() == ()


def test_a_student_goes_on_with_what_was_not_handed_in(store):
    begun = take(store, week(), hands_in=False)
    found = arrive(store, week(), ADA, at=START + HOUR)
    assert isinstance(found, Attempt)
    assert found.stored == begun.stored
    assert found.session.answers == begun.session.answers
    bo = arrive(store, week(), WantedAttempt(student="bo"), at=START + HOUR)
    assert bo == MayBegin(1)


def test_an_attempt_whose_time_is_up_is_handed_in_when_its_student_comes_back(store):
    quiz = week(limit=HOUR)
    begun = take(store, quiz, hands_in=False)
    assert arrive(store, quiz, ADA, at=START + 2 * HOUR) == MayBegin(2)
    assert store.attempt(begun.stored.id).finished_at == START + HOUR


def test_before_a_quiz_opens_nobody_gets_in_not_even_to_an_attempt_that_was_begun(store):
    take(store, week(), hands_in=False)
    later = week(opens=START + HOUR)
    for ask in (lambda at: must_be_open(later, at=at), lambda at: arrive(store, later, ADA, at=at)):
        with pytest.raises(NotNow, match=r"week-3\.yaml: it opens on"):
            ask(START)
    assert isinstance(arrive(store, later, ADA, at=START + 2 * HOUR), Attempt)


def test_a_student_without_attempts_left_sees_the_marks_of_the_one_that_counts(store):
    quiz = week(attempts=2, counts=Counts.BEST)
    take(store, quiz, RIGHT)
    take(store, quiz, WRONG, at=START + HOUR)
    found = arrive(store, quiz, ADA, at=START + 2 * HOUR)
    assert isinstance(found, NoneLeft)
    assert found.why == "no attempts are left: all 2 are used"
    assert (found.reviewed.number, found.reviewed.marks.points) == (1, 1)


def test_marks_are_kept_back_with_the_reason_until_the_quiz_has_closed(store):
    quiz = week(attempts=1, feedback=Feedback.CLOSED, closes=START + 9 * HOUR)
    take(store, quiz)
    past = PastAttempt(student="ada")
    with pytest.raises(NotNow, match=r"no attempts are left.*; 1 answer of 1 saved; marks are"):
        arrive(store, quiz, ADA, at=START + HOUR)
    with pytest.raises(NotNow, match=r"week-3\.yaml: 1 answer of 1 saved; marks are shown once"):
        review(store, quiz, past, at=START + HOUR)
    assert review(store, quiz, past, at=START + 10 * HOUR).marks.points == 1
    assert isinstance(arrive(store, quiz, ADA, at=START + 10 * HOUR), NoneLeft)


def test_who_never_took_a_closed_quiz_is_told_that_it_closed(store):
    with pytest.raises(NotNow, match=r"week-3\.yaml: it closed on"):
        arrive(store, week(closes=START), ADA, at=START + HOUR)


def test_a_review_is_of_the_attempt_that_counts_or_of_the_one_that_is_named(store):
    quiz = week(counts=Counts.BEST)
    take(store, quiz, RIGHT)
    take(store, quiz, WRONG, at=START + HOUR)
    assert review(store, quiz, PastAttempt(student="ada"), at=START + 2 * HOUR).number == 1
    second = review(store, quiz, PastAttempt(student="ada", number=2), at=START + 2 * HOUR)
    assert (second.number, second.marks.points) == (2, 0)


def test_a_review_of_what_is_not_there_or_not_handed_in_says_so(store):
    with pytest.raises(NoSuchAttempt, match="ada has no attempt that was handed in"):
        review(store, week(), PastAttempt(student="ada"), at=START)
    take(store, week(), hands_in=False)
    with pytest.raises(NoSuchAttempt, match="ada has no attempt number 7"):
        review(store, week(), PastAttempt(student="ada", number=7), at=START)
    with pytest.raises(NotHandedIn, match="attempt number 1 is not handed in"):
        review(store, week(), PastAttempt(student="ada", number=1), at=START)


def test_a_review_shows_the_marks_as_a_person_has_changed_them(store, database):
    take(store, week(), WRONG)
    with open_marks(str(database), BANK) as kept:
        wanted = [WantedRepair(question="sample.shape", action="full_marks", reason="Unclear.")]
        plan = plan_repairs(kept.marks, wanted, at=START)
        before = preview_repairs(kept.marks, plan)
        assert review(store, week(), PastAttempt(student="ada"), at=START + HOUR).marks.points == 0
        assert apply_repairs(kept.marks, plan, at=START) == before
    reviewed = review(store, week(), PastAttempt(student="ada"), at=START + HOUR)
    assert reviewed.marks.points == 1
    assert reviewed.marks.rows[0].mark.feedback == ("Unclear.",)


def test_practice_takes_the_seed_that_is_wanted_or_drawn():
    free = practice(TOPIC)
    given = {"number": 1, "drawn": 9}
    assert seed_to_begin(free, replace(ADA, seed=3), **given) == 3
    assert seed_to_begin(free, ADA, **given) == 9


def test_the_seed_of_a_quiz_is_the_courses_and_nobody_draws_it():
    def seed(number, secret, drawn=1):
        quiz = replace(week(), course=Course(secret=secret))
        return seed_to_begin(quiz, ADA, number=number, drawn=drawn)

    seeds = {seed(1, "s", drawn) for drawn in range(9)}
    assert len(seeds) == 1
    assert len({seed(n, f"s{n}") for n in range(2, 9)} | seeds) == 8
