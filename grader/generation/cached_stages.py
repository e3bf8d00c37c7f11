"""What a student's cached generation does with prefill and decode, recorded on our side.

Of a cache the student's code gets a ticket, a number that it only hands on. So it is known which
ids the logits of every call stand for, however many of them were processed in that call.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.generation.trace import SPARE_STEPS, GenerationTrace, refused, token_ids
from grader.observed_calls import StageCall
from grader.sandbox.child.wire import Remote
from grader.sandbox.contract import Refused, Stop

PASSES = ("stages.prefill", "stages.decode")
_FIRST_TICKET = 7001  # no token, no length and no id of a check
_CALLS_A_STEP = 3  # a pass, a selection, and one to spare


class ScriptedPasses:
    """The `stages` argument of `generate_cached`. Since 0.5.

    Args:
        logits: the ids that a call stands for → logits (V,).
        script: the tokens that `select` returns, one a step.
        context_length: how many positions a cache holds at most.
        vocabulary_size: token ids are below it.
    """

    def __init__(
        self,
        *,
        logits: Callable[[list[int]], NDArray[Any]],
        script: Sequence[int],
        context_length: int,
        vocabulary_size: int,
    ) -> None:
        self._logits = logits
        self._script = list(script)
        self.context_length = context_length
        self._vocabulary_size = vocabulary_size
        self._asked = 0
        self._prefixes: dict[int, list[int]] = {}  # by ticket
        self.trace = GenerationTrace(begins=PASSES)

    @property
    def calls(self) -> Sequence[StageCall]:
        """See `AnsweringTable.calls`."""
        return self.trace.calls

    def restart(self) -> None:
        """Forget what was recorded: the same generation is run again."""
        self._asked = 0
        self._prefixes.clear()
        self.trace.calls.clear()

    def table(self) -> dict[str, Any]:
        """The stages by name, for the other side."""
        return {name: Remote(f"stages.{name}") for name in ("prefill", "decode", "select")}

    def answer(self, stage: str, arguments: list[Any]) -> Any:
        """Record one call of the student's code and answer it.

        Raises:
            Refused: the arguments are not what the stage takes; the student's code sees why.
            Stop: far more calls were made than a generation needs.
        """
        self._asked += 1
        if self._asked > (len(self._script) + SPARE_STEPS) * _CALLS_A_STEP:
            raise Stop
        takes = {"stages.prefill": 1, "stages.decode": 2, "stages.select": 1}
        if stage not in takes:
            raise Refused("there is no such stage")
        received = arguments[0] if len(arguments) == 1 else list(arguments)
        if len(arguments) != takes[stage]:
            problem = f"takes {takes[stage]} arguments, not {len(arguments)}"
            raise self._refuse(stage, received, problem.replace("1 arguments", "one argument"))
        if stage == "stages.select":
            return self._selected(received)
        given = self._prompted(received) if stage == PASSES[0] else self._continued(*arguments)
        ticket = _FIRST_TICKET + len(self._prefixes)
        self._prefixes[ticket] = given
        returned = [self._logits(given).astype(np.float32), ticket]
        self.trace.calls.append(StageCall(stage, received, returned))
        return returned

    def _selected(self, received: Any) -> int:
        is_row = isinstance(received, np.ndarray) and received.dtype.kind == "f"
        if not is_row or received.size != self._vocabulary_size:
            problem = f"takes the logits of one position, ({self._vocabulary_size},)"
            raise self._refuse("stages.select", received, problem)
        n = len(self.trace.selected)
        token = self._script[min(n, len(self._script) - 1)]
        self.trace.calls.append(StageCall("stages.select", received, token))
        return token

    def _prompted(self, received: Any) -> list[int]:
        ids = token_ids(received)
        if not ids or not all(map(self._is_id, ids)):
            problem = f"takes token ids from 0 to {self._vocabulary_size - 1}, one list a call"
            raise self._refuse("stages.prefill", received, problem)
        if len(ids) > self.context_length:
            problem = f"got {len(ids)} tokens; the context length is {self.context_length}"
            raise self._refuse("stages.prefill", received, problem)
        return ids

    def _continued(self, token: Any, cache: Any) -> list[int]:
        received = [token, cache]
        id_, ticket = number(token), number(cache)
        if id_ is None or not self._is_id(id_):
            problem = f"takes one token id from 0 to {self._vocabulary_size - 1}, and a cache"
            raise self._refuse("stages.decode", received, problem)
        if ticket not in self._prefixes:
            problem = "takes a token and a cache that stages.prefill or stages.decode returned"
            raise self._refuse("stages.decode", received, problem)
        held = self._prefixes[ticket]
        if len(held) >= self.context_length:
            problem = f"got a full cache: it holds {len(held)} positions, as many as there are"
            raise self._refuse("stages.decode", received, problem)
        return [*held, id_]

    def _is_id(self, id_: int) -> bool:
        return 0 <= id_ < self._vocabulary_size

    def _refuse(self, stage: str, received: Any, problem: str) -> Refused:
        return refused(self.trace, stage, received, problem=problem)


def number(value: Any) -> int | None:
    """A whole number: an int, or an integer array of one entry; None for anything else."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, np.ndarray) and value.size == 1 and value.dtype.kind == "i":
        value = value.item()
    return value if type(value) is int else None
