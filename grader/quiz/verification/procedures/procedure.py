"""A procedure in events that can be run one by one, in any order.

An event reads and changes a state. One that lacks something it reads breaks off, as real code
would. A run is right if its state ends with what the reference computes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from grader.quiz.verification.trials import same

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


def _equal(one: Any, other: Any) -> bool:
    match one, other:
        case Tensor(), Tensor():
            return same(one.to(torch.float64), other.to(torch.float64))
        case (dict(), dict()):
            return one.keys() == other.keys() and all(_equal(one[k], other[k]) for k in one)
        case ((list() | tuple()), (list() | tuple())):
            return len(one) == len(other) and all(map(_equal, one, other))
        case float(), float():
            return abs(one - other) < 1e-9
        case _:
            return bool(one == other)
