"""A training step in parts: what goes through it, how parts weigh, and what is called when."""

from collections.abc import Callable
from enum import Enum, auto
from typing import Any

from grader.subject.composition import Composition, Parts, as_is, idle
from reference.training_objective.training_step import (
    Batches,
    Ids,
    TrainingStages,
    shares,
)


class Moment(Enum):
    """When a stage can be called that takes no part of the batch; in the order of a step."""

    FIRST = auto()
    START = auto()
    BEFORE_PART = auto()
    AFTER_PART = auto()
    AFTER_PARTS = auto()
    CLIP = auto()
    BEFORE_STEP = auto()
    STEP = auto()
    AFTER_STEP = auto()
    SCHEDULE = auto()
    LAST = auto()


_ENDS = (
    Moment.AFTER_PARTS,
    Moment.CLIP,
    Moment.BEFORE_STEP,
    Moment.STEP,
    Moment.AFTER_STEP,
    Moment.SCHEDULE,
    Moment.LAST,
)


def in_parts(
    part: Parts, batches: Batches, stages: TrainingStages, max_norm: float, ignore_index: int
) -> float:
    def now(*moments: Moment) -> None:
        for moment in moments:
            _call_due(part, moment, stages, max_norm)

    def loss_of(inputs: Ids, targets: Ids) -> float:
        compared = part["against"](inputs, targets)
        return stages.loss(*part["cut"](stages.forward(inputs), compared))

    batches = part["batches"](batches)
    weights = part["weights"](batches, ignore_index)
    loss, total = 0.0, 0.0
    now(Moment.FIRST, Moment.START)
    for (inputs, targets), weight in zip(batches, weights, strict=True):
        now(Moment.BEFORE_PART)
        loss = loss_of(inputs, targets)
        total += loss * weight
        part["each_backward"](stages.backward, loss, weight, total)
        now(Moment.AFTER_PART)
    part["last_backward"](stages.backward, total)
    now(*_ENDS)
    again = (loss_of(*pair) * weight for pair, weight in zip(batches, weights, strict=True))
    return float(part["result"](total, loss, len(batches), again))


def _call_due(part: Parts, moment: Moment, stages: TrainingStages, max_norm: float) -> None:
    """Call the stages whose moment this is."""
    if part["zero"](moment):
        stages.zero()
    if part["clip"](moment):
        stages.clip(part["norm"](max_norm))
    if part["step"](moment):
        stages.step()
    if part["schedule"](moment):
        stages.schedule()


def _at(*moments: Moment) -> Callable[[Moment], bool]:
    return lambda moment: moment in moments


def _backward(weighted: Callable[[float, float, float], float]) -> Callable[..., None]:
    """What backward gets of a part: made of its loss, its weight and the total so far."""

    def each(backward: Any, loss: float, weight: float, total: float) -> None:
        backward(weighted(loss, weight, total))

    return each


def _by_size(batches: Batches, _: int) -> list[float]:
    sizes = [targets.size for _, targets in batches]
    return [size / sum(sizes) for size in sizes]


def _nothing(*_: object) -> None:
    pass


_RIGHT: Parts = {
    "batches": as_is,
    "weights": shares,
    "against": lambda inputs, targets: targets,
    "cut": lambda logits, targets: (logits, targets),
    "each_backward": _backward(lambda loss, weight, total: loss * weight),
    "last_backward": _nothing,
    "zero": _at(Moment.START),
    "clip": _at(Moment.CLIP),
    "norm": as_is,
    "step": _at(Moment.STEP),
    "schedule": _at(Moment.SCHEDULE),
    "result": as_is,
}


_UNWEIGHTED = _backward(lambda loss, weight, total: loss)

_BY_ORDER: dict[str, Parts] = {
    "never_zeroes": {"zero": _at()},
    "zeroes_each_part": {"zero": _at(Moment.BEFORE_PART)},
    "zeroes_after_backward": {"zero": _at(Moment.AFTER_PARTS)},
    "zeroes_at_the_end": {"zero": _at(Moment.LAST)},
    "never_clips": {"clip": _at(), **idle(_RIGHT, "norm")},
    "clips_after_the_step": {"clip": _at(Moment.AFTER_STEP)},
    "clips_each_part": {"clip": _at(Moment.AFTER_PART)},
    "clips_too_early": {"clip": _at(Moment.START)},
    "always_clips_to_one": {"norm": lambda max_norm: 1.0},
    "steps_each_part": {"clip": _at(Moment.AFTER_PART), "step": _at(Moment.AFTER_PART)},
    "whole_step_each_part": {
        "zero": _at(Moment.BEFORE_PART),
        "each_backward": _UNWEIGHTED,
        "clip": _at(Moment.AFTER_PART),
        "step": _at(Moment.AFTER_PART),
        "schedule": _at(Moment.AFTER_PART),
        **idle(_RIGHT, "last_backward"),
    },
    "never_steps": {"step": _at()},
    "steps_before_backward": {"step": _at(Moment.START)},
    "schedules_before_the_step": {"schedule": _at(Moment.BEFORE_STEP)},
    "schedules_first": {"schedule": _at(Moment.FIRST)},
    "schedules_each_part": {"schedule": _at(Moment.AFTER_PART)},
    "never_schedules": {"schedule": _at()},
}

# Not `reads_the_targets`: its run ends at the first call of the model, and shows nothing else.
_BY_DATA: dict[str, Parts] = {
    "mean_of_means": {"weights": lambda batches, ignore_index: [1 / len(batches)] * len(batches)},
    "unweighted_backward": {"each_backward": _UNWEIGHTED},
    # Whoever adds unweighted losses divides none of them once more.
    "sum_of_means": {
        "weights": lambda batches, ignore_index: [1.0] * len(batches),
        **idle(_RIGHT, "result"),
    },
    "padding_weighs": {"weights": _by_size},
    "one_backward": {
        "each_backward": _nothing,
        "last_backward": lambda backward, total: backward(total),
    },
    "backward_of_all_so_far": {"each_backward": _backward(lambda loss, weight, total: total)},
    "compares_with_the_inputs": {"against": lambda inputs, targets: inputs},
    "shifts_again": {"cut": lambda logits, targets: (logits[:, :-1], targets[:, 1:])},
    "last_position_only": {"cut": lambda logits, targets: (logits[:, -1:], targets[:, -1:])},
    "first_part_only": {
        "batches": lambda batches: batches[:1],
        **idle(_RIGHT, "weights", "each_backward", "last_backward"),
    },
    "returns_the_last_loss": {"result": lambda total, loss, n_parts, again: loss},
    "divides_once_more": {"result": lambda total, loss, n_parts, again: total / n_parts},
    "returns_the_loss_afterwards": {"result": lambda total, loss, n_parts, again: sum(again)},
}

COMPOSITION = Composition(in_parts, right=_RIGHT, wrong={**_BY_ORDER, **_BY_DATA})
