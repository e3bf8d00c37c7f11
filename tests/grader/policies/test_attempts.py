"""Which attempt counts: best, last or first, of the first so many, and none that was not taken."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.policies.attempts import AttemptWorth, chosen
from grader.policies.explaining import attempt_sentence
from grader.policies.policy import AttemptRule


def worth(*finals):
    """Attempts by their points: None has no grade, and a text was not taken."""
    return [
        AttemptWorth(final=Fraction(0), is_taken=False)
        if isinstance(final, str)
        else AttemptWorth(final=None if final is None else Fraction(final))
        for final in finals
    ]


@pytest.mark.parametrize(
    ("counts", "at_most", "finals", "place"),
    [
        ("best", None, (3, 9, 5), 1),
        ("best", None, (9, 9, 5), 0),
        ("best", None, (None, 4), 1),
        ("best", None, (None, None), 1),
        ("best", 2, (3, 4, 9), 1),
        ("last", None, (3, 9, 5), 2),
        ("last", 2, (3, 9, 5), 1),
        ("last", None, (3, None), 1),
        ("last", None, (3, "too late"), 0),
        ("first", None, (3, 9, 5), 0),
        ("first", None, ("too late", 4), 1),
        ("first", None, (None, 4), 0),
        ("best", None, ("too late", "too late"), 1),
    ],
)
def test_the_rule_says_which_attempt_counts(counts, at_most, finals, place):
    assert chosen(worth(*finals), AttemptRule(counts=counts, at_most=at_most)) == place


def test_without_an_attempt_none_counts():
    with pytest.raises(ValueError, match="nothing was handed in"):
        chosen([], AttemptRule())


@settings(deadline=None)
@given(st.lists(st.integers(0, 100), min_size=1), st.integers(0, 100))
def test_another_attempt_never_hurts_where_the_best_counts(points, more):
    rule = AttemptRule(counts="best")
    before = points[chosen(worth(*points), rule)]
    assert [*points, more][chosen(worth(*points, more), rule)] >= before == max(points)


def test_the_sentence_says_which_of_how_many_and_why():
    assert attempt_sentence(AttemptRule(counts="best"), 1, 1) == ""
    assert attempt_sentence(AttemptRule(counts="best"), 2, 3) == "Attempt 2 of 3 counts, the best."
    rule = AttemptRule(counts="last", at_most=2)
    assert attempt_sentence(rule, 2, 3) == "Attempt 2 of 3 counts, the last of the first 2."
    assert attempt_sentence(rule, 2, 2) == "Attempt 2 of 2 counts, the last."


@pytest.mark.parametrize(
    ("counts", "at_most", "finals", "sentence"),
    [
        ("last", None, (3, "late"), "Attempt 1 of 2 counts, the last that is taken."),
        (
            "last",
            2,
            (3, "late", 9),
            "Attempt 1 of 3 counts, the last of the first 2 that is taken.",
        ),
        ("first", None, ("late", 4), "Attempt 2 of 2 counts, the first that is taken."),
        ("best", None, ("late", 4), "Attempt 2 of 2 counts, the best."),
        ("best", None, (None, None), "None of the 2 attempts has a grade; this is number 2."),
        ("best", 2, (None, None, 4), "None of the first 2 attempts has a grade; this is number 2."),
        ("last", None, ("late", "late"), "None of the 2 attempts is taken; this is number 2."),
        ("first", 1, ("late", 4), "Attempt 1 of 2 is not taken; the others are not looked at."),
        ("best", 1, (3, 4), "Attempt 1 of 2 counts; the others are not looked at."),
    ],
)
def test_the_sentence_is_true_where_attempts_are_not_taken_or_have_no_grade(
    counts, at_most, finals, sentence
):
    rule, attempts = AttemptRule(counts=counts, at_most=at_most), worth(*finals)
    place = chosen(attempts, rule)
    one = attempts[place]
    said = attempt_sentence(
        rule, place + 1, len(finals), is_taken=one.is_taken, has_grade=one.final is not None
    )
    assert said == sentence
