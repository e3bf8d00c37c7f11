"""A process of a submission for questions of ours alone: it never sees a call of a check.

Code that has seen what its outer function was asked could answer for an inner one so that it fits.
For the same reason every answer must come again, in a fresh process and in another order.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.errors import CallFailed
from grader.harness.seen_calls import MOST_KEPT
from grader.harness.stand_ins import answer_of
from grader.harness.time_budget import TimeBudget
from grader.observed_calls import is_larger
from grader.remembered import content_digest
from grader.sandbox import contract

_ROUNDING = 1e-5  # of the largest value

Answered = Mapping[str, Callable[..., Any]]
OpenChild = Callable[[], contract.StudentSession]


class ApartProcess:
    """Calls of a submission's functions that no check makes.

    Args:
        time: the submission's own.
        parameters: of each stage.
        makes: the classes whose objects stages are called on, by stage.
    """

    def __init__(
        self,
        open_child: OpenChild,
        time: TimeBudget,
        *,
        parameters: Mapping[str, Sequence[str]],
        makes: Mapping[str, str],
    ) -> None:
        self._open_child = open_child
        self._time = time
        self._parameters = parameters
        self._makes = makes
        self._child: contract.StudentSession | None = None
        self._answers: dict[bytes, Any] = {}
        self._asked: list[tuple[str, Sequence[Any], Answered, Any]] = []  # since `confirmed`

    def ask(self, function: str, arguments: Sequence[Any], answered: Answered) -> Any:
        """The answer to a call; None if there is none.

        Args:
            answered: what answers in the place of inner functions.
        """
        key = content_digest([function, sorted(answered), list(arguments)])
        if key not in self._answers:
            self._answers[key] = self._called(function, arguments, answered)
        self._asked.append((function, arguments, answered, self._answers[key]))
        return self._answers[key]

    def confirmed(self) -> bool:
        """Whether all that was asked since the last time is answered alike by a fresh process."""
        asked, self._asked = self._asked, []
        self.close()
        return all(
            _same(self._called(function, arguments, answered), value)
            for function, arguments, answered, value in reversed(asked)
        )

    def close(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None

    def _called(self, function: str, arguments: Sequence[Any], answered: Answered) -> Any:
        stand_ins = {name: self._parameters[name] for name in answered}
        makes = self._makes.get(function, "")
        call = contract.StudentCall(function, arguments, stand_ins=stand_ins, makes=makes)
        try:
            self._time.assert_not_given_up(function)
            seconds = self._time.seconds_for(function)
            with self._time.spent():
                if self._child is None or not self._child.alive:
                    self._child = self._open_child()
                value = self._child.call(
                    call,
                    seconds=seconds,
                    answer=lambda name, given: answer_of(answered[name], given),
                ).value
                return None if is_larger(value, MOST_KEPT) else value
        except CallFailed:
            return None


def _same(a: Any, b: Any) -> bool:
    """The same numbers but for rounding, in the same lists and dicts."""
    match b:
        case np.ndarray():
            return isinstance(a, np.ndarray) and _same_array(a, b)
        case dict():
            same_keys = isinstance(a, dict) and a.keys() == b.keys()
            return same_keys and all(_same(a[key], b[key]) for key in b)
        case list() | tuple():
            same_length = isinstance(a, list | tuple) and len(a) == len(b)
            return same_length and all(map(_same, a, b))
        case float():
            return isinstance(a, float) and _same_array(np.array(a), np.array(b))
        case _:
            return type(a) is type(b) and bool(a == b)


def _same_array(a: NDArray[Any], b: NDArray[Any]) -> bool:
    if a.shape != b.shape:
        return False
    largest = float(np.max(np.abs(b), initial=0.0, where=np.isfinite(b)))
    return np.allclose(a, b, rtol=0, atol=_ROUNDING * largest, equal_nan=True)
