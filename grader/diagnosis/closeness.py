"""Is an answer what a version of the stage computes, as far as rounding allows to say?

How much rounding a call allows is measured on the version itself: in float32 and in float64 it
computes different numbers, and a student's code that does the same in another order strays about
as far as that.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.diagnosis.versions import Versions
from grader.subject.values import Floats

# Of the largest value. It is what checks accept, see `grader.harness.comparison`.
TOLERANCE = 2e-5
# How many times farther than float32 from float64 another order of operations may lead.
_STRAYING = 5
# Above this part of the largest value the two precisions differ in kind, as where one overflows.
_ROUNDING_AT_MOST = 1e-2


def misfit(
    versions: Versions, came: Floats | None, version: str, arguments: Sequence[Any]
) -> float:
    """How far an answer is from that of a version, where up to 1 is rounding.

    Args:
        version: a stage, a misconception or two of them, see `Versions`.
    """
    exact = versions.outcome(version, arguments, "float64").value
    if came is None or exact is None or came.shape != exact.shape:
        return math.inf
    single = versions.outcome(version, arguments, "float32").value
    if single is None or single.shape != exact.shape:
        return _distance(came, exact) / _tolerance(exact, 0.0)
    allowed = _tolerance(exact, _distance(single, exact))
    return min(_distance(came, exact), _distance(came, single)) / allowed


def _tolerance(exact: Floats, rounding: float) -> float:
    largest = float(np.max(np.abs(exact), initial=0.0, where=np.isfinite(exact)))
    strayed = _STRAYING * rounding
    if strayed > _ROUNDING_AT_MOST * largest:
        strayed = 0.0
    return max(TOLERANCE * largest, strayed, 1e-12)


def _distance(a: Floats, b: Floats) -> float:
    """The largest difference; infinite if other entries are infinite or NaN."""
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    if not (np.isfinite(a) & np.isfinite(b) | same).all():
        return math.inf
    return float(np.abs(a[~same] - b[~same]).max(initial=0.0))
