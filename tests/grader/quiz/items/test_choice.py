from fractions import Fraction
from itertools import combinations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.quiz.bank.topics import read_item
from grader.quiz.items.choice import Choices, Option
from grader.quiz.items.item import Rejected
from grader.quiz.items.marks import Standing


def label_of(item, text, seed):
    return next(part.label for part in item.present(seed).parts if part.text == text)


def test_a_wrong_option_gives_its_feedback_and_misconception(question):
    mark = question("shape").mark(("last",))
    assert (mark.points, mark.standing) == (0, Standing.WRONG)
    assert mark.feedback == ("There is a row for all.",)
    assert mark.misconceptions == ("logits.last_only",)


def test_letters_follow_the_order_that_the_seed_shows(question):
    item = question("shape")
    letters = {label_of(item, "B x T x V", seed) for seed in range(20)}
    assert letters == {"a", "b", "c"}
    for seed in range(20):
        letter = label_of(item, "B x T x V", seed)
        assert item.read_typed(letter, seed=seed) == ("all",)


def test_options_can_keep_their_order(question):
    item = question("shape", keep_order=True)
    for seed in range(5):
        assert [part.text for part in item.present(seed).parts] == ["B x T x V", "B x V", "T x T"]


@pytest.mark.parametrize("typed", ["b", "B", " b ", "b)", "(b).", "b,"])
def test_a_letter_may_be_typed_in_many_ways(question, typed):
    assert question("shape", keep_order=True).read_typed(typed, seed=1) == ("last",)


@pytest.mark.parametrize("typed", ["a c", "c a", "ac", "a,c", "A; C", "a c a"])
def test_several_letters_may_be_typed_in_many_ways(question, typed):
    item = question("greedy", keep_order=True)
    assert item.read_typed(typed, seed=1) == ("one", "all")


@pytest.mark.parametrize("typed", ["e", "1", "both", "a e"])
def test_other_letters_are_rejected(question, typed):
    rejected = question("greedy").read_typed(typed, seed=1)
    assert "is none of the letters a, b, c and d" in rejected.why


def test_two_letters_are_too_many_for_one_answer(question):
    assert "choose one" in question("shape").read_typed("a b", seed=1).why


def test_a_misspelt_option_is_answered_with_the_nearest(question):
    rejected = question("shape").read("lost")
    assert rejected == Rejected("there is no option 'lost'. Did you mean 'last'?")


@pytest.mark.parametrize(
    ("chosen", "points"),
    [
        (["one", "cold"], 2),
        (["one"], 1),
        (["one", "cold", "all"], 1),
        (["one", "all"], 0),
        (["all"], 0),
        (["one", "cold", "all", "none"], 0),
    ],
)
def test_several_right_options_earn_right_minus_wrong(question, chosen, points):
    item = question("greedy")
    assert item.mark(item.read(chosen)).points == points


def test_a_share_of_the_points_is_exact(question):
    item = question("greedy", points=1)
    assert item.mark(("one",)).points == Fraction(1, 2)
    assert item.mark(("one",)).standing == Standing.PARTLY


def test_a_missing_right_option_is_said_but_not_named(question):
    said = " ".join(question("greedy").mark(("one",)).feedback)
    assert "not choose all" in said
    assert "temperature" not in said


@pytest.mark.parametrize(("right", "wrong"), [(1, 3), (2, 2), (3, 2), (4, 1), (3, 0)])
def test_no_number_of_options_ticked_blindly_earns_more_than_the_guess_level(right, wrong):
    options = tuple(
        Option(id=f"o{n}", text=f"{n}", correct=n < right) for n in range(right + wrong)
    )
    item = Choices(id="q", concept=1, difficulty=1, stem="s", explanation="e", options=options)
    ids = [option.id for option in options]
    means = []
    for n in range(1, len(ids) + 1):
        chosen = list(combinations(ids, n))
        means.append(sum(item.mark(ticked).points for ticked in chosen) / Fraction(len(chosen)))
    assert item.guess_level() == max(means)


def test_the_guess_levels_are_exact(question):
    assert question("shape").guess_level() == Fraction(1, 3)
    # one of four, two of them right: half the points, half the time
    assert question("greedy").guess_level() == Fraction(1, 4)
    assert question("encoder").guess_level() == Fraction(1, 2)


@pytest.mark.parametrize("value", [True, "true", "True"])
def test_true_may_be_a_boolean_or_a_word(question, value):
    assert question("encoder").read(value) == "true"


@pytest.mark.parametrize(("typed", "read"), [("t", "true"), ("F", "false"), (" true ", "true")])
def test_true_and_false_may_be_typed_as_a_letter(question, typed, read):
    assert question("encoder").read_typed(typed, seed=0) == read


def test_each_side_of_a_statement_has_its_feedback(question):
    item = question("encoder")
    assert item.mark("false").feedback == ("It continues a prompt.",)
    assert item.mark("true").feedback == ("The prompt holds it already.",)
    assert item.mark("true").misconceptions == ("architecture.encoder",)
    assert item.mark("false").misconceptions == ()


@settings(deadline=None)
@given(chosen=st.permutations(["one", "cold", "all", "none"]), size=st.integers(1, 4))
def test_the_order_of_chosen_options_does_not_matter(chosen, size):
    item = read_item(yaml.safe_load(Choices.example), at="example")
    known = [name for name in chosen[:size] if name != "none"] or ["one"]
    assert item.read(known) == item.read(known[::-1])
    mark = item.mark(item.read(known))
    right = sum(name != "all" for name in known)
    assert mark.points == max(0, 2 * right - len(known))


def test_another_key_counts_right_minus_wrong_by_that_key(question):
    item = question("greedy")
    assert item.share_if_right(("one", "all"), ("one", "all")) == 1
    assert item.share_if_right(("one",), ("one", "all")) == Fraction(1, 2)
    assert item.share_if_right(("one", "cold"), ("one", "all")) == 0
    assert item.share_if_right(("cold", "none"), ("one", "all")) == 0
