"""What lateness costs: exact, never below 0, and more time never hurts."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.policies.explaining import late_sentences, length
from grader.policies.lateness import given_time, lateness, taken_off
from grader.policies.policy import LatePenalty, LateStep, MoreTime, Policy

DUE = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)
HOUR = 3600


def cost(rule, hours, *, earned=87, maximum=100, **given):
    late = lateness(Policy(due=DUE, late=rule), DUE + timedelta(hours=hours), **given)
    return taken_off(rule, late, earned=Fraction(earned), maximum=Fraction(maximum))


def sentence(rule, hours, *, earned=87, maximum=100, **given):
    at = None if hours is None else DUE + timedelta(hours=hours)
    late = lateness(Policy(due=DUE, late=rule), at, **given)
    off = taken_off(rule, late, earned=Fraction(earned), maximum=Fraction(maximum))
    return " ".join(late_sentences(rule, late, off, earned=Fraction(earned)))


A_DAY = LatePenalty(percent=10)
STEPS = LatePenalty(
    steps=(LateStep(after_hours=0, percent=5), LateStep(after_hours=24, percent=30)), of="earned"
)


@pytest.mark.parametrize(
    ("rule", "hours", "points"),
    [
        (A_DAY, -1, 0),
        (A_DAY, 0, 0),
        (A_DAY, 0.001, 10),
        (A_DAY, 24, 10),
        (A_DAY, 26, 20),
        (A_DAY, 24 * 30, 87),
        (LatePenalty(percent=10, of="earned"), 26, Fraction("17.4")),
        (LatePenalty(percent=0.1, per="hour"), 3.5, Fraction("0.4")),
        (LatePenalty(points=10), 26, 20),
        (LatePenalty(points=2.5, per="hour"), 1, Fraction("2.5")),
        (STEPS, 1, Fraction("4.35")),
        (STEPS, 24, Fraction("4.35")),
        (STEPS, 25, Fraction("26.1")),
        (LatePenalty(percent=10, grace_minutes=60), 1, 0),
        (LatePenalty(percent=10, per="hour", grace_minutes=60), 1.5, 20),
        (LatePenalty(percent=10, per="hour", grace_minutes=60), 1 + 1 / 3600, 20),
        (LatePenalty(steps=(LateStep(after_hours=2, percent=50),)), 1, 0),
        (LatePenalty(percent=10, cut_off_days=2), 48, 20),
        (LatePenalty(percent=10, cut_off_days=2), 48.1, 87),
        (LatePenalty(cut_off_hours=12), 12, 0),
        (LatePenalty(cut_off_hours=12), 13, 87),
    ],
)
def test_a_rule_takes_off_what_it_says_to_the_last_part(rule, hours, points):
    assert cost(rule, hours).points == points
    assert cost(rule, hours).is_taken


def test_after_a_cut_off_it_may_not_be_taken():
    rule = LatePenalty(cut_off_hours=12, after_cut_off="not taken")
    assert cost(rule, 12).is_taken
    assert not cost(rule, 13).is_taken
    assert cost(rule, 13, extension=HOUR).is_taken


def test_an_unknown_time_costs_nothing_and_nothing_due_is_never_late():
    late = lateness(Policy(due=DUE, late=A_DAY), None)
    assert (late.after_due, late.counted, late.within_grace, late.is_cut_off) == (
        None,
        0,
        False,
        False,
    )
    assert taken_off(A_DAY, late, earned=Fraction(5), maximum=Fraction(9)).points == 0
    assert lateness(Policy(late=A_DAY), DUE) is None
    assert taken_off(A_DAY, None, earned=Fraction(5), maximum=Fraction(9)).points == 0
    assert lateness(Policy(due=DUE, late=LatePenalty(grace_minutes=1)), DUE).within_grace is False
    second = DUE + timedelta(seconds=1)
    assert lateness(Policy(due=DUE, late=LatePenalty(grace_minutes=1)), second).within_grace


def test_time_is_given_to_the_student_by_any_name_and_a_group_has_the_longest():
    more = (
        MoreTime(student="s-1", seconds=10),
        MoreTime(student="s-2", seconds=30),
        MoreTime(student="s-2", seconds=50, is_extra=True),
        MoreTime(student="s-2", seconds=5, is_extra=True),
        MoreTime(student="s-3", seconds=99),
    )
    policy = Policy(due=DUE, more_time=more)
    assert given_time(policy, {"ada", "s-1"}) == (10, 0)
    assert given_time(policy, {"group 7", "s-1", "s-2"}) == (30, 50)
    assert given_time(policy, {"bo"}) == (0, 0)


percent = st.decimals(0, 100, places=2).map(float)
rules = st.one_of(
    st.builds(
        LatePenalty,
        percent=percent,
        per=st.sampled_from(["day", "hour"]),
        of=st.sampled_from(["maximum", "earned"]),
        grace_minutes=st.integers(0, 500),
        cut_off_hours=st.none() | st.integers(0, 200),
    ),
    st.builds(LatePenalty, points=st.integers(0, 20), grace_minutes=st.integers(0, 500)),
    st.lists(percent, min_size=1, max_size=4).map(
        lambda each: LatePenalty(
            steps=tuple(LateStep(after_hours=24 * n, percent=p) for n, p in enumerate(sorted(each)))
        )
    ),
)
seconds = st.integers(-10 * 86_400, 40 * 86_400)
given_seconds = st.integers(0, 10 * 86_400)


def final(rule, after, earned, *, extension=0, extra_time=0):
    late = lateness(
        Policy(due=DUE, late=rule),
        DUE + timedelta(seconds=after),
        extension=extension,
        extra_time=extra_time,
    )
    points = taken_off(rule, late, earned=Fraction(earned), maximum=Fraction(100)).points
    return earned - points


@settings(deadline=None)
@given(rules, seconds, seconds, st.integers(0, 100))
def test_who_is_later_never_has_more_and_nobody_less_than_nothing(rule, one, other, earned):
    earlier, later = sorted((one, other))
    assert 0 <= final(rule, later, earned) <= final(rule, earlier, earned) <= earned


@settings(deadline=None)
@given(rules, seconds, st.integers(0, 100), given_seconds, given_seconds, given_seconds)
def test_more_time_never_hurts(rule, after, earned, extension, extra_time, more):
    before = final(rule, after, earned, extension=extension, extra_time=extra_time)
    assert final(rule, after, earned, extension=extension + more, extra_time=extra_time) >= before
    assert final(rule, after, earned, extension=extension, extra_time=extra_time + more) >= before


@settings(deadline=None)
@given(rules, seconds, st.integers(0, 100), st.integers(0, 100))
def test_who_earned_more_never_ends_with_less(rule, after, one, other):
    less, more = sorted((one, other))
    assert final(rule, after, less) <= final(rule, after, more)


@pytest.mark.parametrize(
    ("rule", "hours", "given", "words"),
    [
        (A_DAY, -1, {}, ""),
        (
            A_DAY,
            26,
            {},
            "Handed in 26 h late. -20 of 87 (10 % of the maximum a day, 2 days begun).",
        ),
        (
            A_DAY,
            26,
            {"extension": 24 * HOUR},
            "Handed in 26 h late. An extension of 24 h was given: 2 h late remain. "
            "-10 of 87 (10 % of the maximum a day, 1 day begun).",
        ),
        (
            A_DAY,
            20,
            {"extra_time": 24 * HOUR},
            "Handed in 20 h late. 24 h of extra time were given, so it is in time.",
        ),
        (
            A_DAY,
            20,
            {"extension": 15 * HOUR, "extra_time": HOUR},
            "Handed in 20 h late. An extension of 15 h and 1 h of extra time were given: 4 h late "
            "remain. -10 of 87 (10 % of the maximum a day, 1 day begun).",
        ),
        (
            LatePenalty(points=1, per="hour"),
            1.25,
            {},
            "Handed in 1 h 15 min late. -2 of 87 (1 point an hour, 2 hours begun).",
        ),
        (
            STEPS,
            30,
            {},
            "Handed in 30 h late. -26.1 of 87 (30 % of the earned points for so late).",
        ),
        (
            LatePenalty(percent=1, grace_minutes=15),
            0.1,
            {},
            "Handed in 6 min late. Up to 15 min late costs nobody anything.",
        ),
        (
            LatePenalty(percent=1, cut_off_days=7),
            24 * 9,
            {},
            "Handed in 9 days late. What is more than 7 days late is worth nothing.",
        ),
        (
            LatePenalty(cut_off_days=7, after_cut_off="not taken"),
            24 * 9,
            {},
            "Handed in 9 days late. What is more than 7 days late is not taken.",
        ),
        (
            A_DAY,
            None,
            {},
            "It is not known when it was handed in, so nothing is taken off for lateness.",
        ),
        (None, None, {}, ""),
        (None, 3, {}, "Handed in 3 h late."),
    ],
)
def test_the_sentence_says_how_late_what_was_given_and_what_it_costs(rule, hours, given, words):
    assert sentence(rule, hours, **given).replace("\N{MINUS SIGN}", "-") == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a second"),
        (Fraction(1, 2), "less than a second"),
        (59, "59 s"),
        (60, "1 min"),
        (3600, "1 h"),
        (24 * HOUR + 1, "24 h 1 s"),
        (26 * HOUR + 600, "26 h 10 min"),
        (4 * 24 * HOUR, "4 days"),
        (4 * 24 * HOUR + HOUR + 5, "4 days 1 h"),
    ],
)
def test_a_length_is_told_in_its_two_largest_units(seconds, words):
    assert length(seconds) == words
