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
from grader.subject.values import Floats, Numbers

# Of the largest value. It is what checks accept, see `grader.harness.comparison`.
TOLERANCE = 2e-5
# How many times farther than float32 from float64 another order of operations may lead.
_STRAYING = 5
# Above this part of the largest value the two precisions differ in kind, as where one overflows.
_ROUNDING_AT_MOST = 1e-2


def misfit(
    versions: Versions, version: str, arguments: Sequence[Any], *, came: Numbers | None
) -> float:
    """How far an answer is from that of a version, where up to 1 is rounding.

    Whole numbers are no floats: no check takes the one for the other, but for a single number.

    Args:
        version: a stage, a misconception or two of them, see `Versions`.
    """
    return min(misfits(versions, version, arguments, came=came))


def misfits(
    versions: Versions, version: str, arguments: Sequence[Any], *, came: Numbers | None
) -> tuple[float, float]:
    """The same for the version in float64 and in float32; two numbers where they differ in kind.

    Such as where one overflows: code computes in one of them, and does so in every call.
    """
    exact = versions.outcome(version, arguments, "float64")
    if came is None or exact.value is None or came.array.shape != exact.value.shape:
        return math.inf, math.inf
    if came.form != exact.form:
        return math.inf, math.inf
    if came.array.ndim and came.are_whole != exact.is_whole:
        return math.inf, math.inf
    single = versions.outcome(version, arguments, "float32").value
    if single is None or single.shape != exact.value.shape:
        far = _distance(came.array, exact.value) / _tolerance(exact.value, 0.0)
        return far, far
    apart = _distance(single, exact.value)
    allowed = _tolerance(exact.value, apart)
    far, far_single = (_distance(came.array, value) / allowed for value in (exact.value, single))
    if apart > _ROUNDING_AT_MOST * _largest(exact.value):
        return far, far_single
    return min(far, far_single), min(far, far_single)


def rounding_of(versions: Versions, version: str, arguments: Sequence[Any]) -> float:
    """How far code that computes what a version does may stray by rounding, as measured on it."""
    exact = versions.outcome(version, arguments, "float64").value
    single = versions.outcome(version, arguments, "float32").value
    if exact is None or single is None or single.shape != exact.shape:
        return 0.0
    return _strayed(exact, _distance(single, exact))


def _tolerance(exact: Floats, rounding: float) -> float:
    return max(TOLERANCE * _largest(exact), _strayed(exact, rounding), 1e-12)


def _strayed(exact: Floats, rounding: float) -> float:
    strayed = _STRAYING * rounding
    return 0.0 if strayed > _ROUNDING_AT_MOST * _largest(exact) else strayed


def _largest(exact: Floats) -> float:
    return float(np.max(np.abs(exact), initial=0.0, where=np.isfinite(exact)))


def _distance(a: Floats, b: Floats) -> float:
    """The largest difference; infinite if other entries are infinite or NaN."""
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    if not (np.isfinite(a) & np.isfinite(b) | same).all():
        return math.inf
    return float(np.abs(a[~same] - b[~same]).max(initial=0.0))
