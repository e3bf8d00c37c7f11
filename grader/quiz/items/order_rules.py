"""What an order earns, by four rules, and what the best blind guess earns by each.

edit      1 - edits / steps, see `grader.quiz.items.partial_order`
exact     all or nothing
position  the share of steps in their place, in the right order that fits best
pairs     of all pairs with a first and a second, the share that is kept, corrected for chance:
          2 * kept / pairs - 1, so that a shuffled list earns about nothing

No rule goes below zero. A step that belongs nowhere costs by every rule, and so does one missing.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache, lru_cache
from itertools import islice, permutations
from math import perm

from grader.quiz.items.partial_order import PartialOrder, count_orders, edit_share, exact_share

Rule = Callable[[Sequence[str], PartialOrder], Fraction]
MOST_STATES = 5_000  # sets of steps that can stand at the front: above, `position` gets slow
MOST_ARRANGEMENTS = 5_040  # enumerated, all orders of 7 steps: 0.2 s by the slowest rule
SAMPLES = 2_000  # above that; the standard error of the mean is below 0.012
SAMPLE_SEED = 7


def position_share(answer: Sequence[str], order: PartialOrder) -> Fraction:
    """Steps in their place, by the right order that has most of them, of all places."""

    @cache
    def most(placed: frozenset[str]) -> int:
        place = len(placed)
        given = answer[place] if place < len(answer) else None
        ready = (step for step in order.steps if step not in placed)
        return max(
            (
                most(placed | {step}) + (step == given)
                for step in ready
                if order.needs[step] <= placed
            ),
            default=0,
        )

    return Fraction(most(frozenset()), max(len(order.steps), len(answer)))


def pairs_share(answer: Sequence[str], order: PartialOrder) -> Fraction:
    """Pairs kept, corrected for chance.

    A step that belongs nowhere breaks no pair, and neither does a missing one that may stand
    anywhere: each costs one step's share.
    """
    place = {step: number for number, step in enumerate(answer)}
    pairs = [(first, later) for first in order.steps for later in order.followers[first]]
    if not pairs:
        return exact_share(answer, order)
    kept = sum(a in place and b in place and place[a] < place[b] for a, b in pairs)
    bound = {step for pair in pairs for step in pair}
    strangers = sum(step not in order.followers for step in answer)
    loose = sum(step not in bound and step not in place for step in order.steps)
    share = 2 * Fraction(kept, len(pairs)) - 1 - Fraction(strangers + loose, len(order.steps))
    return max(Fraction(0), share)


RULES: dict[str, Rule] = {
    "edit": edit_share,
    "exact": exact_share,
    "position": position_share,
    "pairs": pairs_share,
}


@lru_cache(maxsize=1024)
def guess_level(rule: str, order: PartialOrder, strangers: int) -> Fraction:
    """The mean share of the best guesser, who knows the rule and nothing of the steps.

    That guesser takes some of the steps shown, among them the `strangers`, in any order: as many
    as earn most on average. A single step is sure to break no pair, and often the best guess.
    """
    shown = (*order.steps, *(f"\0{number}" for number in range(strangers)))
    if rule == "exact":
        return _mean_share(rule, order, shown, len(order.steps))
    return max(_mean_share(rule, order, shown, n) for n in range(1, len(shown) + 1))


def _mean_share(rule: str, order: PartialOrder, shown: tuple[str, ...], n: int) -> Fraction:
    """What `n` of the steps shown earn on average, over all choices and orders of them.

    Exact for up to 5040 answers, and for the rule `exact`. Above, it is the mean of 2000 seeded
    ones, in thousandths.
    """
    arrangements = perm(len(shown), n)
    if rule == "exact":
        right = count_orders(order, limit=MOST_STATES)
        if right < MOST_STATES:
            return Fraction(right, arrangements)
    share = RULES[rule]
    if arrangements <= MOST_ARRANGEMENTS:
        shares = (share(answer, order) for answer in permutations(shown, n))
        return sum(shares, Fraction(0)) / arrangements
    drawn = islice(_drawn(shown, n), SAMPLES)
    mean = sum((share(answer, order) for answer in drawn), Fraction(0)) / SAMPLES
    return Fraction(round(1000 * mean), 1000)


def states(order: PartialOrder, *, limit: int) -> int:
    """How many sets of steps can stand at the front of a right order; `limit` means that or more.

    The rule `position` looks at each of them once.
    """
    seen = {frozenset[str]()}
    front = list(seen)
    while front and len(seen) < limit:
        placed = front.pop()
        for step in order.steps:
            if step not in placed and order.needs[step] <= placed and placed | {step} not in seen:
                seen.add(placed | {step})
                front.append(placed | {step})
    return min(len(seen), limit)


def _drawn(shown: tuple[str, ...], n: int) -> Iterator[list[str]]:
    source = random.Random(SAMPLE_SEED)  # noqa: S311 - an estimate, not a secret
    while True:
        yield source.sample(shown, n)
