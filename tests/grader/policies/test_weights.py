"""Totals are exact; what has no grade makes no total, and what is excused no difference."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import CourseError
from grader.policies.weights import (
    Earned,
    GradebookItem,
    check_gradebook,
    mean_part,
    name_of,
    total_part,
)

EXCUSED, NONE = Earned(is_excused=True), Earned()


def of(*parts):
    return [Earned(part=Fraction(part)) for part in parts]


def test_a_total_is_the_weighted_mean_of_what_is_not_excused():
    one, other = of("1/3", "1/2")
    seventy, thirty = Fraction(70), Fraction(30)
    assert total_part([(seventy, one), (thirty, other)]) == Fraction(23, 60)
    assert total_part([(seventy, one), (thirty, EXCUSED)]) == Fraction(1, 3)
    assert total_part([(seventy, one), (thirty, NONE)]) is None
    assert total_part([(seventy, one), (Fraction(0), NONE)]) == Fraction(1, 3)
    assert total_part([(seventy, EXCUSED)]) is None
    assert total_part([]) is None


def test_the_lowest_are_dropped_after_the_excused_and_never_all():
    assert mean_part(of(1, 0, "1/2"), drop_lowest=1) == Earned(part=Fraction(3, 4))
    assert mean_part([*of(1, 0), EXCUSED], drop_lowest=1) == Earned(part=Fraction(1))
    assert mean_part([*of("1/2"), EXCUSED, EXCUSED], drop_lowest=2) == Earned(part=Fraction(1, 2))
    assert mean_part([*of(1, 0), NONE], drop_lowest=1) == NONE
    assert mean_part([EXCUSED, EXCUSED]) == EXCUSED


@settings(deadline=None)
@given(st.lists(st.fractions(0, 1), min_size=2, max_size=6), st.integers(0, 3))
def test_dropping_more_never_hurts(parts, n_dropped):
    fewer = mean_part(of(*parts), drop_lowest=n_dropped).part
    assert fewer <= mean_part(of(*parts), drop_lowest=n_dropped + 1).part <= max(parts)


def test_an_item_is_called_by_its_name_or_its_folder():
    assert name_of(GradebookItem(results="results/quiz-1/", weight=1)) == "quiz-1"
    assert name_of(GradebookItem(results="results/quiz-1", weight=1, name="Q")) == "Q"


@pytest.mark.parametrize(
    ("items", "sentence", "fix"),
    [
        (
            [GradebookItem(results=(), weight=1, name="Q")],
            "gradebook: Q: it has no results",
            "`results: FOLDER`",
        ),
        (
            [GradebookItem(results="", weight=1, name="Q")],
            "gradebook: Q: it has no results",
            "Write",
        ),
        ([GradebookItem(results=("a", ""), weight=1)], "gradebook: a: it has no results", "Write"),
        ([GradebookItem(results=(), weight=1)], "gradebook: an item: it has no results", "Write"),
        ([GradebookItem(results="a", weight=1)] * 2, "gradebook: a: the name stands", "`name`"),
        (
            [GradebookItem(results=("a", "b"), weight=1, drop_lowest=2)],
            "gradebook: a: drop_lowest: 2 of 2 are",
            "Leave at least one",
        ),
        ([GradebookItem(results=("a", "a"), weight=1)], "gradebook: a: 'a' stands twice", "Keep"),
        (
            [GradebookItem(results="a", weight=1, name="total")],
            "gradebook: total: the gradebook has a column of this name",
            "taken: student, name, email, total, total_exact, remarks",
        ),
        ([GradebookItem(results="a", weight=0)], "gradebook: no weight is above 0", "`weight: 70`"),
    ],
)
def test_a_mistake_is_one_sentence(items, sentence, fix):
    with pytest.raises(CourseError, match=f"course.yaml: {sentence}") as refused:
        check_gradebook(items, at="course.yaml")
    assert fix in refused.value.fix


def test_a_gradebook_of_one_weight_or_of_none_at_all_is_right():
    check_gradebook([], at="course.yaml")
    bonus = GradebookItem(results="b", weight=0)
    check_gradebook([GradebookItem(results="a", weight=1), bonus], at="course.yaml")
