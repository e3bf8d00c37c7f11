"""Objects that a check has made of the student's classes, as the student's process knows them.

An object is its history: what it is made with, and all that was asked of it since. The history lies
on the grader's side and comes with each call, so nothing here lives from one call to the next, and
no name of an object ever crosses the wall.
"""

import random
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from grader.sandbox.child.values import Unsendable

# One step: where in the object it is done, such as "h.0.attn.forward"; its arguments; and what of
# the answer is wanted.
Step = tuple[str, list[Any], str]
ANSWER, SHAPES, VALUE, ANSWERED = "answer", "shapes", "value", "answered by the grader"
MOST_ITEMS = 10_000  # of an iterator such as that of `named_parameters`

Connect = Callable[[str], Callable[..., Any]]


def played(
    make: Callable[..., Any], config: Any, steps: Sequence[Step], *, connect: Connect
) -> tuple[Any, Any]:
    """A new object to which all steps have been done in turn, and the answer to the last one."""
    found, answer = made(make, config), None
    for step in steps:
        answer = _done(found, step, connect)
    return found, answer


def made(make: Callable[..., Any], config: Any) -> Any:
    """A new object; what it draws is the same each time."""
    random.seed(0)
    np.random.seed(0)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(0)
    return make(config)


def _done(made: Any, step: Step, connect: Connect) -> Any:
    path, arguments, wanted = step
    found = inside(made, path)
    if wanted == VALUE:
        return found
    if wanted == ANSWERED:
        _answer_forward(found, connect(arguments[0]))
        return None
    answer = _drained(found(*arguments))
    return _shapes(answer) if wanted == SHAPES else answer


def inside(made: Any, path: str) -> Any:
    """What stands in an object under names and numbers with points between them."""
    for name in path.split(".") if path else ():
        made = made[int(name)] if name.isdigit() else getattr(made, name)
    return made


def _answer_forward(module: Any, answer: Callable[..., Any]) -> None:
    """The grader answers the forward pass, and is told the mode that the module is in."""

    def forward(*arguments: Any, **named: Any) -> Any:
        return answer(*arguments, *named.values(), bool(module.training))

    module.forward = forward


def _drained(value: Any) -> Any:
    """The items of an iterator; of pairs with names, such as named parameters, a dict."""
    if not isinstance(value, Iterator):
        return value
    items = list(islice(value, MOST_ITEMS + 1))
    if len(items) > MOST_ITEMS:
        raise Unsendable(f"an iterator of more than {MOST_ITEMS:,} items")
    if items and all(type(item) is tuple and len(item) == 2 for item in items):
        return dict(items)
    return items


def _shapes(value: Any) -> Any:
    if not isinstance(value, dict):
        raise Unsendable(f"a {type(value).__name__} where names and tensors belong")
    return {name: list(getattr(item, "shape", ())) for name, item in value.items()}
