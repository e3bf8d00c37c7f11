"""A procedure in events that can be run one by one, in any order.

An event reads and changes a state. One that lacks something it reads breaks off, as real code
would. A run is right if its state ends with what the reference computes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

# Models are float64: what is the same by theory differs by less, what is not by far more.
CLOSE = 1e-9

State = dict[str, Any]
Event = Callable[[State], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """Events, where they start, and what the reference makes of the same start."""

    name: str
    says: str  # what is run, and what the result is compared with
    start: Callable[[int], State]  # from a seed
    events: Mapping[str, Event]
    expected: Callable[[State], Any]  # by the reference, from the start
    result: Callable[[State], Any]  # of a run
    # The order in which a recorded run of the reference was seen to do some of the events.
    observed: Callable[[State], Sequence[str]] | None = None
    # What each letter of a shape is in a run; all are different numbers.
    letters: Callable[[State], Mapping[str, int]] | None = None

    def shape(self, events: Iterable[str], name: str) -> str:
        """The shape in letters of what is called `name` once these events are done.

        Raises:
            KeyError: there is nothing of this name, or a size that no letter stands for.
        """
        state = self.start(0)
        for event in events:
            self.events[event](state)
        found = state[name]
        sizes = found.shape if isinstance(found, Tensor) else (len(found),)
        of_size = {size: letter for letter, size in (self.letters or _no_letters)(state).items()}
        return " \\times ".join(of_size[size] for size in sizes)

    def difference(self, events: Iterable[str], seed: int) -> str:
        """How a run differs from the reference, in words; empty if it does the same."""
        state = self.start(seed)
        try:
            for name in events:
                self.events[name](state)
            result = self.result(state)
        # an event out of its order reads what is not there, or what does not fit
        except (KeyError, IndexError, TypeError, ValueError, RuntimeError) as error:
            lacks = isinstance(error, KeyError)
            return f"it breaks off for want of {error}" if lacks else f"it breaks off: {error}"
        return "" if _equal(result, self.expected(self.start(seed))) else "the result differs"

    def disagreement(self, events: Sequence[str], seed: int) -> str:
        """How an order of events differs from what was observed, in words."""
        seen = list(self.observed(self.start(seed))) if self.observed else []
        same_events = [event for event in events if event in seen]
        if not seen or same_events == [event for event in seen if event in events]:
            return ""
        return f"the reference was seen to do {', then '.join(seen)}"


def _no_letters(_: State) -> Mapping[str, int]:
    return {}


def same(one: Tensor, other: Tensor) -> bool:
    """Equal up to the rounding of float64."""
    return one.shape == other.shape and torch.allclose(one, other, rtol=CLOSE, atol=CLOSE)


def _equal(one: Any, other: Any) -> bool:
    match one, other:
        case Tensor(), Tensor():
            return same(one.to(torch.float64), other.to(torch.float64))
        case (dict(), dict()):
            return one.keys() == other.keys() and all(_equal(one[k], other[k]) for k in one)
        case ((list() | tuple()), (list() | tuple())):
            return len(one) == len(other) and all(map(_equal, one, other))
        case float(), float():
            return abs(one - other) < CLOSE
        case _:
            return bool(one == other)
