"""Wrong versions against right ones, on the inputs that the assignment's checks really use.

Distances are in units of the tolerance with which the checks compare: 1 is what they accept.
"""

import itertools
import math

import numpy as np
import pytest
import torch

from grader.checks import TOLERANCE, assert_data_flow, assert_stage_order, assert_step_inputs
from reference.contract import FUNCTIONS
from reference.misconceptions.catalogue import equivalents, misconceptions, of_stage

CLEAR = 10  # a mistake must lie this far outside of what is accepted

MISCONCEPTIONS = {entry.id: entry for entry in misconceptions()}
EQUIVALENTS = {entry.id: entry for entry in equivalents()}

# What no check sees so far, and a call that would show it.
UNSEEN = {}

# Pairs that no check tells apart, and why.
INDISTINGUISHABLE = {}


def is_extreme(stage, call):
    """Whether the check compares coarsely, because float32 cannot do better on its numbers."""
    limits = {"softmax": 100, "attention_weights": 25}
    return stage in limits and np.abs(call.arguments[0]).max(initial=0) > limits[stage]


def tolerance(stage, call):
    if is_extreme(stage, call):
        return {"softmax": 1e-3, "attention_weights": 2e-3}[stage]
    return 1e-4 if stage == "decoder_stack" else TOLERANCE


def distance(a, b, unit):
    """How far two values are apart; infinite if they are not of one kind, shape or finiteness."""
    match a, b:
        case np.ndarray(), np.ndarray():
            return array_distance(a, b, unit)
        case dict(), dict() if a.keys() == b.keys():
            return max((distance(a[key], b[key], unit) for key in a), default=0.0)
        case list(), list() if len(a) == len(b):
            return max((distance(x, y, unit) for x, y in zip(a, b, strict=True)), default=0.0)
        case float(), float():
            return array_distance(np.array(a), np.array(b), unit)
        case _:
            return 0.0 if type(a) is type(b) and a == b else math.inf


def array_distance(a, b, unit):
    if a.shape != b.shape or a.dtype.kind != b.dtype.kind:
        return math.inf
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    if not (np.isfinite(a) & np.isfinite(b) | same).all():
        return math.inf
    return float(np.max(np.abs(a - b), initial=0.0, where=~same)) / unit


def outcome_distance(a, b, unit):
    traced = [[[call.stage, call.received] for call in o.trace.calls] for o in (a, b)]
    changed = distance(a.arguments, b.arguments, unit) and math.inf
    return max(
        distance(a.value, b.value, unit),
        changed,
        distance(*traced, 1e-6),  # the stages compute in float64, so any difference is one
        0.0 if a.error == b.error else math.inf,
    )
