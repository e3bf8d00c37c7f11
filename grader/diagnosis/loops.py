"""Which wrong loops explain what a student's `generate` did with its stages.

A wrong loop is played against the recorded calls: as long as it makes the same calls with the same
arrays it gets the recorded answers, and it is ruled out where it makes another one. So nothing is
computed again.

T time, d width, V vocabulary.
"""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

import numpy as np
import torch

from grader.diagnosis.version_outcome import as_numbers, function_of, identical
from grader.observed_calls import Observation, StageCall
from reference.decoder.generation import Stages
from reference.decoder.misconceptions.catalogue import Misconception, of_stage

_AXES = {"stages.embed": 1, "stages.softmax": 1, "stages.select": 1}  # of what a stage gets; else 2


class Played(Enum):
    """How a loop compares with the recorded one."""

    SAME = "same"  # the calls, the result and the prompt afterwards
    OTHER = "other"
    UNKNOWN = "unknown"  # the same calls up to where the student's code raised


class _Departs(Exception):
    """The loop makes another call than the recorded one."""


class _Ends(Exception):
    """The record ends here: the call was refused, the student's code raised or was ended."""


class _Record:
    """The recorded calls of one generation, answering a loop that makes the same ones."""

    def __init__(self, seen: Observation) -> None:
        self._calls = seen.calls
        self._raised = seen.failure is not None
        self._position = 0

    @property
    def is_used_up(self) -> bool:
        return self._position == len(self._calls)

    def asked(self, stage: str, received: Any) -> torch.Tensor | int:
        """The recorded answer to this call, as a loop without batch axis gets it."""
        if self.is_used_up:
            raise _Ends if self._raised else _Departs
        call = self._calls[self._position]
        if call.stage != stage or not _same(call, received):
            raise _Departs
        self._position += 1
        if call.returned is None:
            raise _Ends
        if isinstance(call.returned, int):
            return call.returned
        array = _without_batch(call.returned, 1 if stage == "stages.softmax" else 2)
        if stage == "stages.softmax":
            array = array[-1] if array.ndim > np.ndim(received) else array.reshape(received.shape)
        return torch.from_numpy(array.astype(np.float64))


def play(version: str, seen: Observation) -> Played:
    """Play a loop, "generate" or the id of a misconception, against one recorded generation."""
    record = _Record(seen)
    prompt, table, *limits = seen.arguments
    given = list(prompt)
    try:
        value = function_of(version)(given, _stages(record, len(table["layers"])), *limits)
    except _Departs:
        return Played.OTHER
    except _Ends:
        if not record.is_used_up or seen.failure is None:
            return Played.OTHER
        return Played.SAME if _shows_why(seen) else Played.UNKNOWN
    except Exception:  # noqa: BLE001 - a wrong loop may fail on what the right stages return
        ended = record.is_used_up and seen.failure is not None
        return Played.UNKNOWN if ended else Played.OTHER
    if seen.failure is not None or not record.is_used_up:
        return Played.OTHER
    same = _same_tokens(value, seen.value)
    if seen.after is not None:
        same = same and identical(list(seen.after[0]), given)
    return Played.SAME if same else Played.OTHER


def explaining(stage: str, observations: Sequence[Observation]) -> list[Misconception]:
    """The wrong loops that do what was recorded each time, if the right one does not."""
    runs = list(observations)
    right = [play(stage, seen) for seen in runs]
    if Played.OTHER not in right:
        return []
    # What the right loop does not do rules out the most.
    runs.sort(key=lambda seen: play(stage, seen) is not Played.OTHER)
    found = [entry for entry in of_stage(stage) if _explains(entry, runs)]
    return sorted(found, key=lambda entry: entry.differs_only != "")


def _explains(entry: Misconception, runs: Sequence[Observation]) -> bool:
    played = []
    for seen in runs:
        played.append(play(entry.id, seen))
        if played[-1] is Played.OTHER:
            return False
    return Played.SAME in played


def _shows_why(seen: Observation) -> bool:
    """Whether the record itself holds the reason for its end: a refused call, or no end."""
    return seen.stopped or (bool(seen.calls) and seen.calls[-1].returned is None)


def _stages(record: _Record, n_layers: int) -> Stages:
    def ask(stage: str) -> Callable[[Any], Any]:
        return lambda received: record.asked(stage, received)

    return Stages(
        embed=ask("stages.embed"),
        layers=tuple(ask(f"stages.layers[{k}]") for k in range(n_layers)),
        output=ask("stages.output"),
        softmax=ask("stages.softmax"),
        select=ask("stages.select"),
    )


def _same(call: StageCall, received: Any) -> bool:
    """The same content; a batch axis of one, and softmax over all rows, do not matter."""
    theirs, ours = as_numbers(call.received), as_numbers(received)
    if theirs is None or ours is None:
        return False
    axes = _AXES.get(call.stage, 2)
    theirs, ours = _without_batch(theirs, axes), _without_batch(ours, axes)
    if call.stage in ("stages.softmax", "stages.select") and theirs.ndim > ours.ndim:
        theirs = theirs[-1]
    return theirs.shape == ours.shape and bool(np.allclose(theirs, ours, rtol=1e-5, atol=1e-7))


def _without_batch(array: Any, axes: int) -> Any:
    while array.ndim > axes and array.shape[0] == 1:
        array = array[0]
    return array


def _same_tokens(a: Any, b: Any) -> bool:
    first, second = as_numbers(a), as_numbers(b)
    if first is None or second is None:
        return False
    return first.shape == second.shape and bool((first == second).all())
