"""Wrong versions against right ones, on the calls that the assignment's checks really make.

A distance is in units of what the checks accept: they pass up to 1.
"""

import itertools
import math

import numpy as np
import pytest
import torch

from grader.checks import TOLERANCE, assert_data_flow, assert_stage_order, assert_step_inputs
from reference.decoder.contract import FUNCTIONS
from reference.decoder.misconceptions.catalogue import equivalents, misconceptions, of_stage

CLEAR = 10  # a mistake must lie this far outside of what is accepted
SINGLE, DOUBLE = torch.float32, torch.float64  # students get the first, the reference the second
IDS = [entry.id for entry in misconceptions()]

# No check tells these apart, for the reason beside them.
INDISTINGUISHABLE = {
    (
        "attention_weights.mask_zero_fill",
        "attention_weights.mask_tiny_fill",
    ): "a score of 1e-9 is a score of 0, up to rounding",
}

# Products of probabilities leave float64 only after hundreds of tokens, single ones later still.
SEEN_IN_SINGLE_PRECISION_ONLY = {
    "sequence_log_probability.product_underflows",
    "sequence_log_probability.logarithm_of_zero",
}


def is_extreme(stage, call):
    """Whether the check compares coarsely, because float32 cannot do better on its numbers."""
    limits = {"softmax": 100, "attention_weights": 25, "sequence_log_probability": 100}
    return stage in limits and np.abs(call.arguments[0]).max(initial=0) > limits[stage]


# Where an equivalent is none: it says so under `where`.
OUT_OF_RANGE = {
    "attention_weights.mask_after_softmax_renormalized": is_extreme,
}


def tolerance(stage, call):
    coarse = {"softmax": 1e-3, "attention_weights": 2e-3}
    if stage in coarse and is_extreme(stage, call):
        return coarse[stage]
    return 1e-4 if stage == "decoder_stack" else TOLERANCE


def unit(stage, call, right):
    """The error that a check would just accept."""
    if not isinstance(right.value, np.ndarray | float):
        return 1.0
    return tolerance(stage, call) * float(np.max(np.abs(right.value)))


def distance(a, b, unit):
    """How far two values are apart; infinite if their kinds, shapes or infinities differ."""
    match a, b:
        case np.ndarray(), np.ndarray():
            return array_distance(a, b, unit)
        case float(), float():
            return array_distance(np.array(a), np.array(b), unit)
        case dict(), dict() if a.keys() == b.keys():
            return max((distance(a[key], b[key], unit) for key in a), default=0.0)
        case list(), list() if len(a) == len(b):
            return max((distance(x, y, unit) for x, y in zip(a, b, strict=True)), default=0.0)
        case _:
            return 0.0 if type(a) is type(b) and a == b else math.inf


def array_distance(a, b, unit):
    if a.shape != b.shape or a.dtype.kind != b.dtype.kind:
        return math.inf
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    if not (np.isfinite(a) & np.isfinite(b) | same).all():
        return math.inf
    return float(np.abs(1.0 * a[~same] - b[~same]).max(initial=0.0)) / unit


def outcome_distance(a, b, unit):
    """How far two outcomes are apart; a changed argument and another trace are infinitely far."""
    traces = ([[call.stage, call.received] for call in o.trace.calls] for o in (a, b))
    exactly = [
        distance(a.arguments, b.arguments, 1e-6),
        distance(*traces, 1e-5),
        distance(a.error, b.error, unit),
    ]
    return math.inf if max(exactly) > 1 else distance(a.value, b.value, unit)


@pytest.fixture(scope="session")
def differ(calls, answers):
    """Whether two functions of a stage are clearly apart on one of the checks' calls."""

    def on_some_call(stage, name, other, dtype=SINGLE):
        rows = zip(
            calls[stage],
            answers(stage, DOUBLE),
            answers(name, dtype),
            answers(other, dtype),
            strict=True,
        )
        return any(
            outcome_distance(a, b, unit(stage, call, right)) >= CLEAR for call, right, a, b in rows
        )

    return on_some_call


@pytest.mark.parametrize("dtype", [SINGLE, DOUBLE], ids=str)
@pytest.mark.parametrize("id_", IDS)
def test_a_mistake_shows_in_a_check(differ, id_, dtype):
    stage = id_.partition(".")[0]
    unseen = dtype is DOUBLE and id_ in SEEN_IN_SINGLE_PRECISION_ONLY
    assert differ(stage, id_, stage, dtype) is not unseen


@pytest.mark.parametrize("stage", [stage for stage in FUNCTIONS if stage != "generate"])
def test_no_mistake_shows_as_a_crash_alone(answers, stage):
    """Anything may crash, so a crash names no mistake."""
    for entry in of_stage(stage):
        pairs = zip(answers(entry.id, SINGLE), answers(stage, SINGLE), strict=True)
        returned = [outcome_distance(a, b, 1e-6) for a, b in pairs if a.error is None]
        assert max(returned) > 1, entry.id


@pytest.mark.parametrize("stage", FUNCTIONS)
def test_two_mistakes_of_a_stage_are_told_apart(differ, stage):
    ids = [entry.id for entry in of_stage(stage)]
    pairs = itertools.combinations(ids, 2)
    close = {(a, b) for a, b in pairs if not differ(stage, a, b)}
    assert close == {pair for pair in INDISTINGUISHABLE if pair[0].startswith(f"{stage}.")}


IN_PLACE = {"changes_its_input", "adds_attention_in_place"}


@pytest.mark.parametrize("id_", IDS)
def test_only_a_mistake_about_it_changes_the_arguments(calls, answers, id_):
    stage, _, name = id_.partition(".")
    pairs = list(zip(answers(id_, SINGLE), answers(stage, SINGLE), strict=True))
    changed = [distance(a.arguments, b.arguments, 1e-6) > 1 for a, b in pairs]
    assert any(changed) == (name in IN_PLACE)
    if any(changed):
        values = zip(calls[stage], answers(stage, DOUBLE), pairs, strict=True)
        assert all(distance(a.value, b.value, unit(stage, c, r)) <= 1 for c, r, (a, b) in values)


@pytest.mark.parametrize("dtype", [SINGLE, DOUBLE], ids=str)
@pytest.mark.parametrize(
    "id_",
    [*(stage for stage in FUNCTIONS), *(e.id for e in equivalents() if e.stage != "generate")],
)
def test_what_is_right_passes(calls, answers, id_, dtype):
    stage = id_.partition(".")[0]
    unseen = dtype is DOUBLE and id_ in SEEN_IN_SINGLE_PRECISION_ONLY
    out_of_range = OUT_OF_RANGE.get("" if unseen else id_, lambda *_: False)
    for call, right, came in zip(
        calls[stage], answers(stage, DOUBLE), answers(id_, dtype), strict=True
    ):
        accepted = distance(came.value, right.value, unit(stage, call, right)) <= 1
        assert accepted is not out_of_range(stage, call)
        assert distance(came.arguments, right.arguments, 1e-6) <= 1


@pytest.mark.parametrize("id_", [e.id for e in equivalents() if e.stage == "generate"])
def test_another_right_loop_passes(calls, answers, id_):
    for call, right, came in zip(
        calls["generate"], answers("generate", DOUBLE), answers(id_, SINGLE), strict=True
    ):
        assert (came.value, came.arguments) == (right.value, right.arguments)
        if not right.value:
            continue
        assert_stage_order(came.trace, n_layers=call.n_layers, n_steps=len(right.value))
        assert_data_flow(came.trace)
        assert_step_inputs(came.trace, prompt=call.prompt, context_length=call.context_length)


def test_the_table_of_extremes_names_what_is_there():
    by_id = {entry.id: entry for entry in equivalents()}
    assert all(by_id[id_].where for id_ in OUT_OF_RANGE)
