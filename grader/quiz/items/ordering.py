"""Arrange steps. Several orders may be right, and some steps may belong nowhere."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import ClassVar, Literal

import msgspec

from grader.errors import did_you_mean
from grader.quiz.items.folding import without_invisible
from grader.quiz.items.form import Offered, OrderForm
from grader.quiz.items.item import (
    Doubt,
    Item,
    LintFinding,
    Presentation,
    Rejected,
    Response,
    Severity,
    ShownPart,
    error,
    quoted,
    seen,
    warning,
)
from grader.quiz.items.marks import Mark, scored
from grader.quiz.items.order_rules import MOST_STATES, RULES, guess_level, states
from grader.quiz.items.partial_order import (
    Constraint,
    PartialOrder,
    count_orders,
    distance,
    first_break,
    unsolved,
)
from grader.quiz.items.shuffle import shuffled

MOST_ORDERS_COUNTED = 1000


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step of the procedure."""

    id: str
    text: str


class Distractor(Step, frozen=True, kw_only=True):
    """A step that belongs nowhere, with what to say to a taker who placed it."""

    misconception: str = ""
    feedback: str = ""


class Ordering(Item, frozen=True, kw_only=True, tag="ordering"):
    """Steps in a right order; without `before` they form a chain as written."""

    steps: tuple[Step, ...]
    before: tuple[tuple[str, str, str], ...] | None = None  # earlier, later, reason
    distractors: tuple[Distractor, ...] = ()
    rule: Literal["edit", "exact", "position", "pairs"] = "edit"

    shape: ClassVar[str] = "a list of step ids in their order"
    example: ClassVar[str] = """
        id: example.ordering
        kind: ordering
        concept: 11
        difficulty: 2
        points: 3
        stem: Put the end of one generation step in order.
        explanation: The distribution is made from the logits, and the token drawn from it.
        steps:
          - {id: logits, text: Compute the logits}
          - {id: softmax, text: Apply softmax}
          - {id: select, text: Select the token}
        before:
          - [logits, softmax, softmax turns logits into probabilities]
          - [softmax, select, the token is selected by its probability]
        distractors:
          - {id: train, text: Update the weights, misconception: training.generates, feedback: No.}
        """

    def order(self) -> PartialOrder:
        ids = tuple(step.id for step in self.steps)
        if self.before is None:
            return _chain(ids)
        return PartialOrder(ids, tuple(Constraint(*entry) for entry in self.before))

    def present(self, seed: int) -> Presentation:
        texts = self._texts()
        shown = enumerate(self._arranged(seed), start=1)
        how = "Type the numbers of the steps in the right order, for example 3 1 2."
        if self.distractors:
            how += " Some steps belong nowhere: leave those out."
        return Presentation(
            item=self.id,
            kind=self.kind(),
            stem=self.stem,
            points=self.points,
            how=how,
            parts=tuple(ShownPart(str(number), texts[step]) for number, step in shown),
        )

    def form(self, seed: int, response: Response | None = None) -> OrderForm:
        texts = self._texts()
        arranged = enumerate(self._arranged(seed), start=1)
        offered = {step: Offered(str(number), texts[step]) for number, step in arranged}
        placed = offered if response is None else response
        rest = tuple(shown for step, shown in offered.items() if step not in placed)
        return OrderForm(
            steps=tuple(offered[step] for step in placed),
            rest=rest,
            has_rest=bool(self.distractors or rest),
        )

    def read(self, value: object) -> Response | Rejected:
        if not isinstance(value, list | tuple) or not value:
            return Rejected(f"{value!r} is not a list of step ids in their order")
        known = list(self._texts())
        for place, name in enumerate(value):
            if name not in known:
                return Rejected(f"there is no step {name!r}. {did_you_mean(name, known)}")
            if name in value[:place]:
                return Rejected(f"the step {name!r} stands twice")
        return tuple(value)

    def read_typed(self, text: str, *, seed: int) -> Response | Rejected:
        arranged = self._arranged(seed)
        chosen: list[int] = []
        for word in re.findall(r"[^\s,;.>-]+", without_invisible(text)):
            if not re.fullmatch(r"[0-9]{1,2}", word) or not 1 <= int(word) <= len(arranged):
                return Rejected(
                    f"{word!r} is not a number from 1 to {len(arranged)}"
                    " (put a space between the numbers)"
                )
            if int(word) in chosen:
                return Rejected(f"step {int(word)} stands twice")
            chosen.append(int(word))
        if not chosen:
            return Rejected("there is no number in that")
        return tuple(arranged[number - 1] for number in chosen)

    def doubt(self, response: Response, *, seed: int) -> Doubt:
        """The order in words, since numbers are easily mistyped, and what it leaves out."""
        arranged, texts = self._arranged(seed), self._texts()
        if tuple(response) == arranged:
            return Doubt("That is the order in which the steps were shown. Is it your answer?")
        lines = ["Your order:", self.show(response)]
        if left := [step for step in arranged if step not in response]:
            lines += ["You left out:", *(f"- {texts[step]}" for step in left)]
        return Doubt("\n".join([*lines, "Is that your answer?"]))

    def mark(self, response: Response) -> Mark:
        chosen = [stray for stray in self.distractors if stray.id in response]
        return scored(
            RULES[self.rule](response, self.order()),
            self.points,
            feedback=tuple(self._comments(response)),
            misconceptions=tuple(stray.misconception for stray in chosen if stray.misconception),
        )

    def key(self) -> Response:
        """The steps as written, as that is how their author thinks of them, if that is right."""
        order = self.order()
        return order.steps if order.allows(order.steps) else order.an_order()

    def show(self, response: Response) -> str:
        texts = self._texts()
        return "\n".join(
            _in_list(f"{n}. ", texts[step]) for n, step in enumerate(response, start=1)
        )

    def show_key(self) -> str:
        orders = count_orders(self.order(), limit=2)
        return self.show(self.key()) + ("\n\nOther orders are right, too." if orders > 1 else "")

    def share_if_right(self, response: Response, key: Response) -> Fraction:
        return RULES[self.rule](response, _chain(key))

    def guess_level(self) -> Fraction | None:
        """Of the best number of steps, chosen and ordered blindly; see `items.order_rules`."""
        return guess_level(self.rule, self.order(), len(self.distractors))

    def misconception_ids(self) -> tuple[str, ...]:
        return tuple(stray.misconception for stray in self.distractors if stray.misconception)

    def problems(self) -> Iterator[LintFinding]:
        yield from self._part_problems()
        unknown = list(self._constraint_problems())
        yield from unknown
        if unknown:
            return
        order = self.order()
        if cycle := order.cycle():
            yield error(
                "before",
                f"no order is possible: {' before '.join(cycle)}",
                "Remove one of these constraints.",
            )
        elif len(self.steps) >= 2 and not order.constraints:
            yield error("before", "every order is right", "Write constraints, or leave it out.")
        else:
            yield from _several_orders(order)
            yield from self._rule_problems(order)

    def _texts(self) -> dict[str, str]:
        return {part.id: part.text for part in (*self.steps, *self.distractors)}

    def _arranged(self, seed: int) -> tuple[str, ...]:
        return unsolved(shuffled(self._texts(), seed=seed, salt=self.id), self.order())

    def _comments(self, response: Response) -> Iterator[str]:
        texts, order = self._texts(), self.order()
        if broken := first_break(response, order):
            earlier, later = texts[broken.earlier], texts[broken.later]
            because = f" because {broken.reason.rstrip('.')}" if broken.reason else ""
            yield f"{quoted(earlier)} must come before {quoted(later)}{because}."
        found = distance(response, order)
        if found.misplaced > 1:
            yield f"{found.misplaced} steps stand in the wrong place."
        if found.missing:
            one = found.missing == 1
            yield "One step is missing." if one else f"{found.missing} steps are missing."
        for stray in self.distractors:
            if stray.id in response:
                yield f"{quoted(stray.text)} belongs nowhere: {stray.feedback}"

    def _part_problems(self) -> Iterator[LintFinding]:
        if len(self.steps) < 2:
            yield error("steps", "there is nothing to order", "Write two steps or more.")
        yield from _text_problems((*self.steps, *self.distractors))
        for stray in self.distractors:
            where = f"distractors.{stray.id}"
            if not stray.feedback.strip():
                yield warning(where, "there is no feedback", "Say why the step belongs nowhere.")
            if not stray.misconception:
                yield warning(
                    where,
                    "a distractor names no misconception",
                    "Write `misconception: <id>`, an id of misconceptions.yaml.",
                )

    def _rule_problems(self, order: PartialOrder) -> Iterator[LintFinding]:
        if self.rule == "position" and states(order, limit=MOST_STATES) >= MOST_STATES:
            yield error(
                "rule",
                "too many orders are right for the rule `position`",
                "Take `edit`, or write more constraints.",
            )

    def _constraint_problems(self) -> Iterator[LintFinding]:
        known = [step.id for step in self.steps]
        for earlier, later, reason in self.before or ():
            where = f"before.[{earlier}, {later}]"
            for name in (earlier, later):
                if name not in known:
                    yield error(where, f"there is no step {name!r}", did_you_mean(name, known))
            if not reason.strip():
                yield warning(where, "there is no reason", "Complete: X comes before Y because ...")


def _text_problems(parts: Sequence[Step]) -> Iterator[LintFinding]:
    known: set[str] = set()
    for part in parts:
        where = f"steps.{part.id}"
        if not seen(part.text):
            yield error(where, "there is no text", "Write what the step says, or remove it.")
        for value in (f"id {part.id!r}", f"text {seen(part.text)!r}"):
            if value in known:
                yield error(
                    where, f"the {value} stands twice", "Steps and distractors must all differ."
                )
            known.add(value)


def _in_list(number: str, text: str) -> str:
    """A step below its number, with all its lines: the fence of a listing ends in its own step."""
    indent = " " * len(number)
    return number + textwrap.indent(text, indent).removeprefix(indent)


def _chain(ids: Sequence[str]) -> PartialOrder:
    """The order in which only this sequence is right."""
    return PartialOrder(tuple(ids), tuple(Constraint(*pair) for pair in pairwise(ids)))


def _several_orders(order: PartialOrder) -> Iterator[LintFinding]:
    orders = count_orders(order, limit=MOST_ORDERS_COUNTED)
    if orders > 1:
        number = str(orders) if orders < MOST_ORDERS_COUNTED else f"{orders} or more"
        yield LintFinding(
            severity=Severity.INFO, where="before", problem=f"{number} orders are right"
        )
