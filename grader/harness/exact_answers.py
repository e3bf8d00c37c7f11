"""Is an answer of booleans or whole numbers right? They have no rounding."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.harness.comparison import Mismatch, kind_of

_KINDS = {"b": "booleans", "i": "whole numbers"}


def assert_equal(actual: Any, expected: Any, *, name: str, axes: Sequence[str] = ()) -> None:
    """The answer is an array of booleans or whole numbers, and equals the expected one.

    Args:
        actual: what the student's function returned.
        expected: an array of the kind that is asked for.
        name: what the array is called in the sentence, such as "the mask".
        axes: a name for each axis.

    Raises:
        Mismatch: it is not; the sentence says what differs first. Since 0.5.
    """
    right = np.asarray(expected)
    begin, wanted = f"{name[:1].upper()}{name[1:]}", _KINDS[right.dtype.kind]
    if not isinstance(actual, np.ndarray) or actual.dtype.kind != right.dtype.kind:
        raise Mismatch(
            f"{begin}: {kind_of(actual)} came; an array of {wanted} is expected.",
            discreet=f"{begin}: an array of {wanted} is expected.",
            answer=actual,
        )
    if actual.shape != right.shape:
        meaning = f" ({', '.join(axes)})" if axes else ""
        raise Mismatch(
            f"{begin}: shape {actual.shape} came; {right.shape}{meaning} is expected.",
            discreet=f"{begin}: the shape is wrong.",
            answer=actual,
        )
    wrong = np.argwhere(actual != right)
    if len(wrong):
        first = tuple(wrong[0])
        names = axes if len(axes) == len(first) else [f"axis {k}, index" for k in range(len(first))]
        place = ", ".join(f"{axis} {int(at)}" for axis, at in zip(names, first, strict=True))
        raise Mismatch(
            f"{begin}: {len(wrong)} of {right.size} entries are wrong, the first at {place}: "
            f"{actual[first]} came, {right[first]} is expected.",
            discreet=f"{begin}: entries are wrong.",
            answer=actual,
        )
