"""The rules on chains and partial orders, and the guess level of each."""

import random
from fractions import Fraction
from itertools import combinations, pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.quiz.items.order_rules import RULES, guess_level, pairs_share, position_share, states
from grader.quiz.items.partial_order import Constraint, PartialOrder

every_rule = pytest.mark.parametrize("rule", sorted(RULES))


def chain(steps):
    return PartialOrder(tuple(steps), tuple(Constraint(*pair) for pair in pairwise(steps)))


FLOW = PartialOrder(
    ("enc", "emb", "pos", "add", "blk", "log", "smp"),
    tuple(
        Constraint(*pair.split())
        for pair in ("enc emb", "enc pos", "emb add", "pos add", "add blk", "blk log", "log smp")
    ),
)


@st.composite
def cases(draw, most=6):
    """A partial order, and an answer with gaps and strangers."""
    n = draw(st.integers(2, most))
    steps = [f"s{k}" for k in range(n)]
    pairs = draw(st.lists(st.sampled_from(list(combinations(steps, 2))), min_size=1, unique=True))
    order = PartialOrder(tuple(steps), tuple(Constraint(*pair) for pair in pairs))
    parts = draw(st.permutations([*steps, "x0", "x1"]))
    return order, tuple(parts[: draw(st.integers(0, len(parts)))])


@pytest.mark.parametrize(
    ("answer", "position", "pairs_kept"),
    [
        ("ABCDEFG", "1", 21),
        ("ABCEDFG", "5/7", 20),
        ("GABCDEF", "0", 15),
        ("GBCDEFA", "5/7", 10),
        ("DEFGABC", "0", 9),
        ("GFEDCBA", "1/7", 0),
    ],
)
def test_a_chain_of_seven_gives_the_worked_numbers(answer, position, pairs_kept):
    order = chain("ABCDEFG")
    assert position_share(answer, order) == Fraction(position)
    assert pairs_share(answer, order) == max(0, 2 * Fraction(pairs_kept, 21) - 1)


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ("enc emb pos add blk log smp", 20),
        ("enc pos emb add blk log smp", 20),
        ("enc emb add pos blk log smp", 19),
        ("enc emb pos add log blk smp", 19),
        ("smp enc emb pos add blk log", 14),
        ("enc emb pos add blk log", 14),
    ],
)
def test_a_partial_order_keeps_the_counted_pairs(answer, kept):
    assert pairs_share(answer.split(), FLOW) == 2 * Fraction(kept, 20) - 1


def test_where_no_step_needs_another_pairs_are_all_or_nothing():
    free = PartialOrder(("A", "B", "C"), ())
    assert [pairs_share(answer, free) for answer in ("ABC", "CBA", "AB", "ABCX")] == [1, 1, 0, 0]


def test_a_stranger_costs_one_step_by_pairs_and_a_place_by_position():
    answer = ["enc", "emb", "pos", "add", "blk", "log", "X", "smp"]
    assert pairs_share(answer, FLOW) == Fraction(6, 7)
    assert position_share(answer, FLOW) == Fraction(6, 8)
    assert position_share([*FLOW.steps, "X"], FLOW) == Fraction(7, 8)


def mean_of(rule, order, shown, n):
    """What n of the steps shown earn, over all choices and orders of them."""
    answers = list(permutations(shown, n))
    return sum((RULES[rule](answer, order) for answer in answers), Fraction(0)) / len(answers)


@pytest.mark.parametrize(
    ("n", "rule", "share"),
    [
        (4, "position", 0.250), (4, "pairs", 0.194), (4, "edit", 7 / 24), (4, "exact", 1 / 24),
        (5, "position", 0.200), (5, "pairs", 0.163), (5, "edit", 7 / 30), (5, "exact", 1 / 120),
        (7, "position", 0.143), (7, "pairs", 0.129), (7, "edit", 1 / 6), (7, "exact", 1 / 5040),
    ],
)  # fmt: skip
def test_the_guess_level_of_a_chain_is_that_of_the_best_number_of_steps(n, rule, share):
    steps = "ABCDEFG"[:n]
    order = chain(steps)
    level = guess_level(rule, order, 0)
    assert float(level) == pytest.approx(share, abs=0.0005)
    assert level == max(mean_of(rule, order, steps, length) for length in range(1, n + 1))


@pytest.mark.parametrize(
    ("rule", "mean"),
    [("position", 0.125), ("pairs", 0.116), ("edit", 7 / 48), ("exact", 1 / 40320)],
)
def test_the_guess_level_of_a_longer_chain_is_estimated_well(rule, mean):
    assert float(guess_level(rule, chain("ABCDEFGH"), 0)) == pytest.approx(mean, abs=0.01)


@pytest.mark.parametrize(
    ("rule", "level"),
    [("position", "124/1000"), ("pairs", "118/1000"), ("edit", "7/48"), ("exact", "1/40320")],
)
def test_an_estimated_guess_level_is_the_same_in_every_version(rule, level):
    assert guess_level(rule, chain("ABCDEFGH"), 0) == Fraction(level)


@every_rule
def test_where_every_order_is_right_a_guess_earns_all(rule):
    assert guess_level(rule, PartialOrder(tuple("ABCDEFGH"), ()), 0) == 1


@every_rule
def test_the_guess_level_counts_the_strangers_that_are_shown(rule):
    order = chain("ABC")
    best = max(mean_of(rule, order, ("A", "B", "C", "x"), n) for n in range(1, 5))
    assert guess_level(rule, order, 1) == best
    assert guess_level(rule, order, 1) < guess_level(rule, order, 0)


@every_rule
@settings(deadline=None)
@given(case=cases())
def test_a_share_is_never_outside_zero_and_one(rule, case):
    order, answer = case
    assert 0 <= RULES[rule](answer, order) <= 1


@every_rule
@settings(deadline=None)
@given(case=cases())
def test_all_points_mean_a_right_order_and_a_right_order_all_points(rule, case):
    order, answer = case
    assert (RULES[rule](answer, order) == 1) == order.allows(answer)


@pytest.mark.parametrize("seed", range(30))
def test_the_position_rule_takes_the_right_order_that_fits_best(seed):
    draw = random.Random(seed)
    steps = [f"s{n}" for n in range(draw.randint(2, 6))]
    pairs = [pair for pair in combinations(steps, 2) if draw.random() < 0.3]
    order = PartialOrder(tuple(steps), tuple(Constraint(*pair) for pair in pairs))
    answer = draw.sample(steps, len(steps))
    best = max(
        sum(a == b for a, b in zip(answer, right, strict=True))
        for right in permutations(steps)
        if order.allows(right)
    )
    assert position_share(answer, order) == Fraction(best, len(steps))


def test_the_sets_that_can_stand_at_the_front_are_counted():
    assert states(chain("ABCDE"), limit=100) == 6
    free = PartialOrder(tuple("ABCDE"), ())
    assert states(free, limit=100) == 32
    assert states(free, limit=10) == 10
