import random
from fractions import Fraction
from itertools import combinations, pairwise, permutations

import pytest

from grader.quiz.items.partial_order import (
    Constraint,
    Distance,
    PartialOrder,
    count_orders,
    distance,
    edit_share,
    exact_share,
    first_break,
    unsolved,
)


def chain(steps):
    return PartialOrder(tuple(steps), tuple(map(Constraint, steps, steps[1:])))


FLOW = PartialOrder(
    ("enc", "emb", "pos", "add", "blk", "log", "smp"),
    tuple(
        Constraint(*pair.split())
        for pair in (
            "enc emb", "enc pos", "emb add", "pos add", "add blk", "blk log", "log smp",
        )
    ),
)  # fmt: skip


def edits_by_brute_force(answer, order):
    """The least number of deletions and insertions over every right order, by subsequences."""
    return min(
        len(answer) + len(right) - 2 * longest_common(answer, right)
        for right in permutations(order.steps)
        if all(right.index(c.earlier) < right.index(c.later) for c in order.constraints)
    )


def longest_common(one, other):
    lengths = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            best = max(lengths[i][j + 1], lengths[i + 1][j])
            lengths[i + 1][j + 1] = lengths[i][j] + 1 if a == b else best
    return lengths[-1][-1]


def random_case(draw, most=6):
    """A random partial order of a few steps, and an answer with gaps and strangers."""
    steps = [f"s{n}" for n in range(draw.randint(1, most))]
    density = draw.random()
    pairs = [pair for pair in combinations(steps, 2) if draw.random() < density]
    answer = [step for step in steps if draw.random() < 0.85]
    answer += [f"x{n}" for n in range(draw.choice([0, 0, 1, 2]))]
    draw.shuffle(answer)
    draw.shuffle(steps)
    return PartialOrder(tuple(steps), tuple(Constraint(*pair) for pair in pairs)), answer


@pytest.mark.parametrize(("block", "most"), [*((n, 6) for n in range(14)), (14, 7), (15, 7)])
def test_the_distance_equals_brute_force_over_every_right_order(block, most):
    draw = random.Random(block)
    for _ in range(150):
        order, answer = random_case(draw, most)
        assert distance(answer, order).edits == edits_by_brute_force(answer, order), (order, answer)


@pytest.mark.parametrize(
    ("answer", "edits", "share"),
    [
        ("ABCDEFG", 0, "1"),
        ("ABCEDFG", 2, "5/7"),
        ("GABCDEF", 2, "5/7"),
        ("GBCDEFA", 4, "3/7"),
        ("DEFGABC", 6, "1/7"),
        ("GFEDCBA", 12, "0"),
    ],
)
def test_a_chain_of_seven_gives_the_worked_numbers(answer, edits, share):
    order = chain("ABCDEFG")
    assert distance(answer, order).edits == edits
    assert edit_share(answer, order) == Fraction(share)


@pytest.mark.parametrize(
    ("answer", "edits", "share"),
    [
        ("enc emb pos add blk log smp", 0, "1"),
        ("enc pos emb add blk log smp", 0, "1"),
        ("enc emb add pos blk log smp", 2, "5/7"),
        ("enc emb pos add log blk smp", 2, "5/7"),
        ("smp enc emb pos add blk log", 2, "5/7"),
        ("enc emb pos add blk log", 1, "6/7"),
        ("enc emb pos add blk log X smp", 1, "6/7"),
    ],
)
def test_a_partial_order_gives_the_worked_numbers(answer, edits, share):
    assert distance(answer.split(), FLOW).edits == edits
    assert edit_share(answer.split(), FLOW) == Fraction(share)


@pytest.mark.parametrize(("n", "mean"), [(4, 0.229), (5, 0.190), (7, 0.093)])
def test_blind_guessing_earns_the_measured_mean(n, mean):
    order = chain("ABCDEFG"[:n])
    shares = [edit_share(answer, order) for answer in permutations(order.steps)]
    assert float(sum(shares) / len(shares)) == pytest.approx(mean, abs=0.0005)


def test_the_parts_of_a_distance_are_told_apart():
    answer = ["X", "emb", "enc", "add", "blk", "log"]
    assert distance(answer, FLOW) == Distance(strangers=1, missing=2, misplaced=1)


def test_the_exact_rule_gives_all_or_nothing():
    assert exact_share(["enc", "pos", "emb", "add", "blk", "log", "smp"], FLOW) == 1
    assert exact_share(["enc", "pos", "emb", "add", "blk", "log"], FLOW) == 0
    assert exact_share(["enc", "pos", "emb", "add", "blk", "log", "smp", "X"], FLOW) == 0


def test_the_first_break_is_the_first_step_that_comes_too_early():
    broken = first_break(["enc", "add", "emb", "pos", "log", "blk", "smp"], FLOW)
    assert (broken.earlier, broken.later) == ("emb", "add")


def test_a_break_across_a_missing_step_is_found_and_has_no_reason():
    order = PartialOrder(("a", "b", "c"), (Constraint("a", "b", "x"), Constraint("b", "c", "y")))
    assert first_break(["c", "a"], order) == Constraint("a", "c")
    assert first_break(["c", "b", "a"], order) == Constraint("b", "c", "y")


def test_a_right_order_breaks_nothing():
    assert first_break(FLOW.steps, FLOW) is None
    assert first_break(["smp"], FLOW) is None


def test_a_cycle_is_named():
    pairs = ("a", "b"), ("b", "c"), ("c", "a")
    cycle = PartialOrder(("a", "b", "c"), tuple(Constraint(*pair) for pair in pairs)).cycle()
    assert cycle[0] == cycle[-1]
    assert set(cycle) == {"a", "b", "c"}
    assert all(pair in pairs for pair in pairwise(cycle))


def test_a_partial_order_has_no_cycle():
    assert FLOW.cycle() == ()


@pytest.mark.parametrize("seed", range(40))
def test_right_orders_are_counted(seed):
    order, _ = random_case(random.Random(seed))
    right = sum(order.allows(candidate) for candidate in permutations(order.steps))
    assert count_orders(order, limit=10_000) == right
    assert count_orders(order, limit=3) == min(right, 3)


def test_a_large_count_stops_at_its_limit():
    free = PartialOrder(tuple(f"s{n}" for n in range(30)), ())
    assert count_orders(free, limit=1000) == 1000


def test_an_arrangement_shown_first_is_never_right():
    for arrangement in permutations((*FLOW.steps, "X"), 8):
        if arrangement[0] != "enc":
            continue
        shown = unsolved(arrangement, FLOW)
        assert sorted(shown) == sorted(arrangement)
        assert not FLOW.allows([step for step in shown if step != "X"])


def test_a_long_reversed_chain_is_quick():
    steps = [f"s{n:02}" for n in range(60)]
    assert distance(steps[::-1], chain(steps)).misplaced == 59
