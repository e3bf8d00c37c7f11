"""How far an order is from the nearest right one.

The steps of a procedure are partially ordered, so several orders may be right. An answer becomes a
right order by taking steps out and putting steps in, and the least number of such edits is its
distance. It needs no list of the right orders (the idea of arXiv 2204.04196): a distractor has to
go; a missing step has to come; and of two steps that stand the wrong way round, one has to be
lifted out and put back. The steps to lift are a minimum vertex cover of the pairs that stand the
wrong way round.
"""

import graphlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Constraint:
    """`earlier` must come before `later`; the reason completes "because ..."."""

    earlier: str
    later: str
    reason: str = ""


@dataclass(frozen=True)
class PartialOrder:
    """Steps and what must come before what. Only `cycle` may be asked of a cyclic one."""

    steps: tuple[str, ...]
    constraints: tuple[Constraint, ...]

    @cached_property
    def followers(self) -> dict[str, frozenset[str]]:
        """For each step, all that must come later, directly or through others."""
        direct: dict[str, set[str]] = {step: set() for step in self.steps}
        for constraint in self.constraints:
            direct[constraint.earlier].add(constraint.later)
        closed: dict[str, frozenset[str]] = {}
        for step in reversed(self.an_order()):
            through = [closed[later] for later in direct[step]]
            closed[step] = frozenset(direct[step]).union(*through)
        return closed

    @cached_property
    def needs(self) -> dict[str, frozenset[str]]:
        """For each step, those that a constraint puts before it."""
        return {
            step: frozenset(c.earlier for c in self.constraints if c.later == step)
            for step in self.steps
        }

    def an_order(self) -> tuple[str, ...]:
        """One right order. Raises `graphlib.CycleError` if there is none."""
        sorter: graphlib.TopologicalSorter[str] = graphlib.TopologicalSorter()
        for step in self.steps:
            sorter.add(step)
        for constraint in self.constraints:
            sorter.add(constraint.later, constraint.earlier)
        return tuple(sorter.static_order())

    def cycle(self) -> tuple[str, ...]:
        """Steps that each must come before the next, the last being the first; empty if none."""
        try:
            self.an_order()
        except graphlib.CycleError as error:
            return tuple(error.args[1])
        return ()

    def is_broken_by(self, earlier: str, later: str) -> bool:
        """Whether showing `earlier` before `later` is the wrong way round."""
        return earlier in self.followers.get(later, ())

    def allows(self, answer: Sequence[str]) -> bool:
        """Whether the answer is a right order: every step once, nothing else, none too early."""
        return sorted(answer) == sorted(self.steps) and first_break(answer, self) is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """The edits between an answer and the nearest right order."""

    strangers: int  # steps that belong nowhere
    missing: int
    misplaced: int  # the fewest steps that must be lifted out and put back

    @property
    def edits(self) -> int:
        return self.strangers + self.missing + 2 * self.misplaced


def distance(answer: Sequence[str], order: PartialOrder) -> Distance:
    """Compare an answer, in which no step stands twice, with the nearest right order."""
    kept = [step for step in answer if step in order.followers]
    wrong_way = {
        step: [other for other in kept[place + 1 :] if order.is_broken_by(step, other)]
        for place, step in enumerate(kept)
    }
    return Distance(
        strangers=len(answer) - len(kept),
        missing=len(order.steps) - len(kept),
        misplaced=_matching(wrong_way),
    )


def edit_share(answer: Sequence[str], order: PartialOrder) -> Fraction:
    """The share of the points by the edit rule: 1 - edits / steps, not below zero."""
    edits = distance(answer, order).edits
    return max(Fraction(0), 1 - Fraction(edits, len(order.steps)))


def exact_share(answer: Sequence[str], order: PartialOrder) -> Fraction:
    """All or nothing."""
    return Fraction(order.allows(answer))


def first_break(answer: Sequence[str], order: PartialOrder) -> Constraint | None:
    """The first place where a step comes before one that it needs, among the steps given.

    A constraint that only follows from others has no reason: the steps between are missing.
    """
    for place, step in enumerate(answer):
        after = set(answer[place + 1 :])
        for constraint in order.constraints:
            if constraint.later == step and constraint.earlier in after:
                return constraint
        for other in answer[place + 1 :]:
            if order.is_broken_by(step, other):
                return Constraint(other, step)
    return None


def count_orders(order: PartialOrder, *, limit: int) -> int:
    """The number of right orders; `limit` means that many or more."""

    def count(placed: frozenset[str], room: int) -> int:
        if len(placed) == len(order.steps):
            return 1
        found = 0
        for step in order.steps:
            if step not in placed and order.needs[step] <= placed and found < room:
                found += count(placed | {step}, room - found)
        return found

    return count(frozenset(), limit)


def unsolved(arrangement: Iterable[str], order: PartialOrder) -> tuple[str, ...]:
    """The arrangement, or its reverse if its steps stood in a right order.

    The reverse of a right order breaks every constraint, so with any constraint at all the
    result is not right, whatever distractors stand among its steps.
    """
    given = tuple(arrangement)
    if order.allows([step for step in given if step in order.followers]):
        return given[::-1]
    return given


def _matching(edges: dict[str, list[str]]) -> int:
    """The size of a maximum matching between left and right copies of the steps.

    "Stands before, though it must come later" is transitive. In a graph of comparable pairs the
    largest set without an edge has as many steps as the fewest chains that cover all (Dilworth),
    and those are counted by this matching; what remains outside that set is the vertex cover.
    """
    partner: dict[str, str] = {}

    def place(step: str, tried: set[str]) -> bool:
        for other in edges[step]:
            if other in tried:
                continue
            tried.add(other)
            if other not in partner or place(partner[other], tried):
                partner[other] = step
                return True
        return False

    return sum(place(step, set()) for step in edges)
