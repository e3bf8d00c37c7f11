"""The part of a wrong array that can be looked at: what came and what is right, around the worst.

An expected array is small beside what a page can show, or is cut to 12 rows and 12 columns.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from grader.evidence import ArrayWindow, Shown

_MOST = 12  # rows, and columns
_DIGITS = 7  # of a float32; a difference of two of them is still one


def array_window(
    array: NDArray[np.float64],
    expected: NDArray[np.float64],
    wrong: NDArray[np.bool_],
    *,
    name: str,
    axes: Sequence[str],
) -> ArrayWindow:
    """The window around the worst entry of two arrays of one shape.

    Args:
        wrong: which entries are.
    """
    worst = _worst(array, expected, wrong)
    begins = [
        index if axis < array.ndim - 2 else _begin(index, size)
        for axis, (index, size) in enumerate(zip(worst, array.shape, strict=True))
    ]
    return ArrayWindow(
        name=name,
        axes=tuple(axes) if len(axes) == array.ndim else (),
        shape=array.shape,
        first=tuple(begins),
        worst=worst,
        wrong=int(wrong.sum()),
        got=_part(array, begins),
        expected=_part(expected, begins),
    )


def shown_number(value: float) -> Shown:
    """A number as it is kept: seven digits, and by its name where it is not finite."""
    if np.isfinite(value):
        return float(f"{value:.{_DIGITS}g}")
    return "NaN" if np.isnan(value) else f"{value}"


def _worst(
    array: NDArray[np.float64], expected: NDArray[np.float64], wrong: NDArray[np.bool_]
) -> tuple[int, ...]:
    """The first entry that is not finite, or the one with the largest error."""
    with np.errstate(invalid="ignore", over="ignore"):
        error = np.where(wrong, np.abs(array - expected), -1.0)
    error = np.where(np.isnan(error), np.inf, error)
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(error)), error.shape))


def _begin(index: int, size: int) -> int:
    return max(0, min(index - _MOST // 2, size - _MOST))


def _part(array: NDArray[np.float64], begins: Sequence[int]) -> tuple[tuple[Shown, ...], ...]:
    window = (slice(begin, begin + _MOST) for begin in begins[-2:])
    index: tuple[int | slice, ...] = (*begins[:-2], *window)
    part = np.atleast_2d(array[index])
    return tuple(tuple(shown_number(value) for value in row) for row in part.tolist())
