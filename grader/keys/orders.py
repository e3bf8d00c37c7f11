"""Ordering questions: accepted orders are run event by event, and wrong ones, too.

Every accepted order must do what the reference does. Where a constraint is turned round, a
distractor is put in or a step is left out, the run must come out otherwise or break off.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from grader.errors import did_you_mean
from grader.keys.procedure import Procedure
from grader.keys.truths import Broken
from grader.quiz.items.ordering import Ordering
from grader.quiz.items.partial_order import Constraint, PartialOrder
from grader.quiz.items.verify_keys import TraceOrderRun

ABSENT = "absent"  # the event of a distractor that the reference cannot do at all
SEEDS = range(3)
MOST_ORDERS = 40  # of a question with more accepted orders, a sample


def order_problems(
    known: Mapping[str, Procedure], item: Ordering, backing: TraceOrderRun
) -> list[str]:
    """What speaks against the accepted orders and the distractors.

    Args:
        known: the procedures that a trace may be of, by name.

    Raises:
        Broken: there is no such procedure, or a name in the backing is not one of its own or not
            one of the question's.
    """
    if backing.trace not in known:
        raise Broken(f"there is no trace {backing.trace!r}. {did_you_mean(backing.trace, known)}")
    procedure = known[backing.trace]
    _check_names(item, backing, procedure)
    question = _RunOrder(item, backing, procedure)
    problems = list(question.wrong_orders())
    if problems:
        return problems  # the rest compares with orders that are right
    return [
        *question.needless_steps(),
        *question.needless_constraints(),
        *question.harmless_distractors(),
        *question.wrong_shapes(),
    ]


def _check_names(item: Ordering, backing: TraceOrderRun, procedure: Procedure) -> None:
    parts = [part.id for part in (*item.steps, *item.distractors)]
    for name in backing.steps:
        if name not in parts:
            raise Broken(f"`steps` names no step: {name!r}. {did_you_mean(name, parts)}")
    for part in parts:
        if not backing.events(part):
            raise Broken(f"`steps` does not say which event the step {part!r} is")
    strays = {stray.id for stray in item.distractors}
    for part in parts:
        for event in backing.events(part):
            if event not in procedure.events and not (event == ABSENT and part in strays):
                raise Broken(
                    f"the trace {procedure.name!r} has no event {event!r}."
                    f" {did_you_mean(event, procedure.events)}"
                )


class _RunOrder:
    """An ordering question whose steps are events of a procedure."""

    def __init__(self, item: Ordering, backing: TraceOrderRun, procedure: Procedure) -> None:
        self.item, self.backing, self.procedure = item, backing, procedure
        self.order = item.order()

    def wrong_orders(self) -> Iterator[str]:
        """Accepted orders that do not do what the reference does."""
        for steps in accepted(self.order):
            for seed in SEEDS:
                if came := self._differs(steps, seed):
                    yield f"the accepted order {_chain(steps)} is wrong: on seed {seed} {came}"
                    return

    def needless_steps(self) -> Iterator[str]:
        """Steps without which the same is done, so they belong nowhere."""
        for steps in accepted(self.order)[:1]:
            for step in steps:
                without = [other for other in steps if other != step]
                if not any(self._differs(without, seed) for seed in SEEDS):
                    yield f"the step {step!r} changes nothing: the same is done without it"

    def wrong_shapes(self) -> Iterator[str]:
        """Steps whose text does not hold the shape of what they make."""
        texts = {step.id: step.text for step in self.item.steps}
        order = self.item.key()
        for step, name in self.backing.shapes.items():
            if step not in texts:
                raise Broken(f"`shapes` names no step: {step!r}. {did_you_mean(step, texts)}")
            done = self._events(order[: order.index(step) + 1])
            try:
                shape = self.procedure.shape(done, name)
            except KeyError as error:
                raise Broken(
                    f"the shape of {name!r} after {step!r} has no letters: {error}"
                ) from None
            if not texts[step].startswith(f"${shape}$"):
                yield f"what the step {step!r} makes has the shape ${shape}$"

    def needless_constraints(self) -> Iterator[str]:
        """Constraints that may be turned round without any effect."""
        for constraint in self.order.constraints:
            turned = turned_round(self.order, constraint)
            if turned is None:
                continue  # other constraints say the same
            if not any(self._differs(turned, seed) for seed in SEEDS):
                yield (
                    f"{constraint.later!r} may as well come before {constraint.earlier!r}:"
                    f" {_chain(turned)} does the same as the reference"
                )

    def harmless_distractors(self) -> Iterator[str]:
        """Distractors that change nothing, wherever they are put in."""
        steps = self.item.key()
        for stray in self.item.distractors:
            if ABSENT in self.backing.events(stray.id):
                continue
            longer = [(*steps[:n], stray.id, *steps[n:]) for n in range(len(steps) + 1)]
            if not any(self._differs(order, seed) for order in longer for seed in SEEDS):
                yield f"the distractor {stray.id!r} changes nothing wherever it is put in"

    def _differs(self, steps: Sequence[str], seed: int) -> str:
        events = self._events(steps)
        return self.procedure.disagreement(events, seed) or self.procedure.difference(events, seed)

    def _events(self, steps: Iterable[str]) -> list[str]:
        return [event for step in steps for event in self.backing.events(step)]


def accepted(order: PartialOrder) -> tuple[tuple[str, ...], ...]:
    """All right orders, or a sample of them."""
    found = tuple(islice(_orders(order, ()), MOST_ORDERS + 1))
    if len(found) <= MOST_ORDERS:
        return found
    draw = random.Random(0)  # noqa: S311
    return tuple(_drawn(order, draw) for _ in range(MOST_ORDERS))


def _orders(order: PartialOrder, done: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if len(done) == len(order.steps):
        yield done
    for step in _ready(order, done):
        yield from _orders(order, (*done, step))


def _drawn(order: PartialOrder, draw: random.Random) -> tuple[str, ...]:
    done: tuple[str, ...] = ()
    while len(done) < len(order.steps):
        done = (*done, draw.choice(_ready(order, done)))
    return done


def _ready(order: PartialOrder, done: tuple[str, ...]) -> list[str]:
    """The steps that may come next."""
    waits = {
        later for early in order.steps if early not in done for later in order.followers[early]
    }
    return [step for step in order.steps if step not in done and step not in waits]


def turned_round(order: PartialOrder, constraint: Constraint) -> tuple[str, ...] | None:
    """An order in which this pair alone stands the wrong way; None if other steps lie between."""
    pair = (constraint.earlier, constraint.later)
    implied = [(early, late) for early in order.steps for late in order.followers[early]]
    others = tuple(Constraint(*each) for each in implied if each != pair)
    turned = PartialOrder(order.steps, (*others, Constraint(pair[1], pair[0])))
    return None if turned.cycle() else turned.an_order()


def _chain(steps: Iterable[str]) -> str:
    return " > ".join(steps)
