"""What happened inside the generation loop: every call of a stage, in order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from torch import Tensor

from reference.decoder.generation import Stages

Value = Tensor | tuple[int, ...] | int
Given = TypeVar("Given")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReferenceStageCall:
    """One call of one stage; input and output are copies that nothing else can change."""

    step: int  # 1 for the first generated token; a step begins when `embed` is called
    stage: str  # "embed", "layer", "output", "softmax" or "select"
    layer: int | None  # 0 for the first layer; None for the other stages
    input: Value
    output: Value


class ReferenceTrace:
    """Records the calls that go through the tables which `observe` returns.

    Example:
        trace = GenerationTrace()
        generate(prompt, trace.observe(model.stages()), 5, None, 16)
        trace.calls[0].input  # the ids that the first step read
    """

    def __init__(self) -> None:
        self._calls: list[ReferenceStageCall] = []
        self._step = 0

    @property
    def calls(self) -> tuple[ReferenceStageCall, ...]:
        return tuple(self._calls)

    def observe(self, stages: Stages) -> Stages:
        """A table that computes the same as `stages` and is recorded."""
        return Stages(
            embed=self._recorded(stages.embed, "embed"),
            layers=tuple(
                self._recorded(layer, "layer", number) for number, layer in enumerate(stages.layers)
            ),
            output=self._recorded(stages.output, "output"),
            softmax=self._recorded(stages.softmax, "softmax"),
            select=self._recorded(stages.select, "select"),
        )

    def _recorded(
        self, compute: Callable[[Given], Result], stage: str, layer: int | None = None
    ) -> Callable[[Given], Result]:
        def call(given: Given) -> Result:
            if stage == "embed":
                self._step += 1
            # Copied before the call, in case the stage changes what it was given.
            before = _copy(given)
            result = compute(given)
            self._calls.append(
                ReferenceStageCall(
                    step=self._step, stage=stage, layer=layer, input=before, output=_copy(result)
                )
            )
            return result

        return call


def _copy(value: object) -> Value:
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, Sequence):
        return tuple(value)
    if isinstance(value, int):
        return value
    raise TypeError(f"a stage takes and gives tensors, ids or one id, got {value!r}")
