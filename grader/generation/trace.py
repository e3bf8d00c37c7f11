"""What the student's `generate` really does, recorded on our side of the wall.

`generate` gets its stages as callables of ours. Each call comes back over the wall, is
recorded with its real arguments and answered here, so the order and the data flow of
generation are observed and not reported.

`stages.select` returns tokens from a script that the model would not choose: a small random
model often repeats one token, and then a loop that feeds only the prompt looks right.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.harness.comparison import kind_of
from grader.observed_calls import StageCall, TooLarge, is_larger
from grader.sandbox.child.wire import Remote
from grader.sandbox.contract import Refused, Stop

Array = NDArray[Any]
_WIDEST = 4096  # more than any width, vocabulary or number of tokens of a check
_MOST_KEPT = 1 << 14  # entries of what a stage refused
SPARE_STEPS = 3  # steps beyond the script before a generation that does not stop is ended


@dataclass(slots=True)
class GenerationTrace:
    """All stage calls of one generation, in order; a step begins with one of `begins`."""

    calls: list[StageCall] = field(default_factory=list)
    begins: tuple[str, ...] = ("stages.embed",)

    def steps(self) -> list[list[StageCall]]:
        """The calls by generation step."""
        steps: list[list[StageCall]] = []
        for call in self.calls:
            if call.stage in self.begins or not steps:
                steps.append([])
            steps[-1].append(call)
        return steps

    @property
    def selected(self) -> list[int]:
        """The tokens that `stages.select` returned."""
        return [call.returned for call in self.calls if is_selection(call)]


def is_selection(call: StageCall) -> bool:
    """Whether a token was selected: the call was not refused."""
    return call.stage == "stages.select" and call.returned is not None


class ScriptedStages:
    """The `stages` argument of `generate`.

    Args:
        embed: list of T token ids → hidden states (T, d).
        layers: the decoder layers, each (T, d) → (T, d).
        output: (T, d) → logits (T, V).
        softmax: over the last axis.
        script: the tokens that `select` returns, one a step.
        context_length: the longest step input.
        vocabulary_size: token ids are below it.
    """

    def __init__(
        self,
        *,
        embed: Callable[[list[int]], Array],
        layers: Sequence[Callable[[Array], Array]],
        output: Callable[[Array], Array],
        softmax: Callable[[Array], Array],
        script: Sequence[int],
        context_length: int,
        vocabulary_size: int,
    ) -> None:
        self._functions: dict[str, Callable[[Array], Array]] = {
            "stages.output": output,
            "stages.softmax": softmax,
        }
        self._functions |= {f"stages.layers[{k}]": layer for k, layer in enumerate(layers)}
        self._stages = frozenset({*self._functions, "stages.embed", "stages.select"})
        self._embed = embed
        self._script = list(script)
        self.n_layers = len(layers)
        self.context_length = context_length
        self._vocabulary_size = vocabulary_size
        self._asked = 0
        self.trace = GenerationTrace()

    @property
    def calls(self) -> Sequence[StageCall]:
        """See `AnsweringTable.calls`."""
        return self.trace.calls

    def restart(self) -> None:
        """Forget what was recorded: the same generation is run again."""
        self._asked = 0
        self.trace.calls.clear()

    def table(self) -> dict[str, Any]:
        """The stages by name, for the other side."""
        return {
            "embed": Remote("stages.embed"),
            "layers": [Remote(f"stages.layers[{k}]") for k in range(self.n_layers)],
            "output": Remote("stages.output"),
            "softmax": Remote("stages.softmax"),
            "select": Remote("stages.select"),
        }

    def answer(self, stage: str, arguments: list[Any]) -> Any:
        """Record one call of the student's code and answer it.

        Raises:
            Refused: the arguments are not what the stage takes; the student's code sees why.
            Stop: far more steps were made than asked for.
        """
        self._asked += 1
        if self._asked > (len(self._script) + SPARE_STEPS) * (self.n_layers + 4):
            raise Stop
        if stage not in self._stages:
            # Not recorded: the name itself is the student's, and would stand in a report.
            raise Refused("there is no such stage")
        if len(arguments) != 1:
            raise self._refuse(stage, None, f"takes one argument, not {len(arguments)}")
        received = arguments[0]
        returned: Any
        if stage == "stages.embed":
            returned = self._embedded(received)
        elif stage == "stages.select":
            self._floats(stage, received)
            n = len(self.trace.selected)
            returned = self._script[min(n, len(self._script) - 1)]
        else:
            array = self._floats(stage, received)
            try:
                returned = np.asarray(self._functions[stage](array)).astype(array.dtype)
            except (ValueError, RuntimeError, IndexError) as error:
                problem = f"cannot work on an array of shape {array.shape}"
                raise self._refuse(stage, received, problem) from error
        self.trace.calls.append(StageCall(stage, received, returned))
        return returned

    def _embedded(self, received: Any) -> Array:
        ids = token_ids(received)
        if not ids or not all(0 <= i < self._vocabulary_size for i in ids):
            problem = f"takes token ids from 0 to {self._vocabulary_size - 1}, one list a call"
            raise self._refuse("stages.embed", received, problem)
        if len(ids) > self.context_length:
            problem = f"got {len(ids)} tokens; the context length is {self.context_length}"
            raise self._refuse("stages.embed", received, problem)
        states = self._embed(ids).astype(np.float32)
        batched = isinstance(received, np.ndarray) and received.ndim == 2
        return states[None] if batched or _is_nested(received) else states

    def _floats(self, stage: str, received: Any) -> Array:
        if not isinstance(received, np.ndarray) or received.dtype.kind != "f":
            raise self._refuse(stage, received, "takes an array of floating-point numbers")
        if received.size == 0:
            raise self._refuse(stage, received, "got an empty array")
        rows = math.prod(received.shape[:-1])
        if rows > self.context_length:  # we compute no more than the model itself would
            problem = f"got {rows} rows; the context length is {self.context_length}"
            raise self._refuse(stage, received, problem)
        if received.ndim and received.shape[-1] > _WIDEST:
            problem = f"got rows of {received.shape[-1]} numbers"
            raise self._refuse(stage, received, problem)
        return received

    def _refuse(self, stage: str, received: Any, problem: str) -> Refused:
        return refused(self.trace, stage, received, problem=problem)


def refused(trace: GenerationTrace, stage: str, received: Any, *, problem: str) -> Refused:
    """What is raised where a stage cannot take what it received; the call is recorded."""
    kept = TooLarge(kind_of(received)) if is_larger(received, _MOST_KEPT) else received
    trace.calls.append(StageCall(stage, kept, None))
    return Refused(f"{stage} {problem}")


def token_ids(received: Any) -> list[int]:
    """Token ids as a list: from a list, or an integer array of shape (T,) or (1, T); else []."""
    if isinstance(received, np.ndarray):
        if received.dtype.kind != "i" or received.ndim not in (1, 2):
            return []
        if max(received.shape) > _WIDEST:  # also where another axis is empty
            return []
        received = received.tolist()
    if _is_nested(received):
        received = received[0]
    if not isinstance(received, list):
        return []
    ids = [i.item() if isinstance(i, np.ndarray) and i.ndim == 0 else i for i in received]
    return ids if all(type(i) is int for i in ids) else []


def _is_nested(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 1 and isinstance(value[0], list)
