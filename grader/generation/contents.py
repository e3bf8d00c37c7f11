"""When two stages hold the same: what one received is what another returned, or a row of it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def last_row(value: Any) -> Any:
    """The last row of an array, over all axes but the last."""
    rows = np.asarray(value)
    return rows.reshape(-1, rows.shape[-1])[-1] if rows.ndim and rows.size else rows


def row_of(row: Any, value: Any) -> int | None:
    """The position of a row in an array of several; None if it is none of them."""
    rows = np.asarray(value)
    if rows.ndim < 2 or not rows.size:
        return None
    found = enumerate(rows.reshape(-1, rows.shape[-1]))
    return next((position for position, one in found if equal_content(row, one)), None)


def equal_content(a: Any, b: Any) -> bool:
    """The same content; an extra axis of length one and a change of precision do not matter."""
    a, b = _numbers(a), _numbers(b)
    if a is None or b is None:
        return False
    if a.shape == b.shape and (a == b).all():  # as it is in a right loop, and soon seen
        return True
    a, b = np.squeeze(a), np.squeeze(b)
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-5, atol=1e-7))


def _numbers(value: Any) -> NDArray[Any] | None:
    """What a stage was handed as an array; None where it is no array, however it is turned."""
    if isinstance(value, np.ndarray):
        return value
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        return None
    return array if array.dtype.kind in "biuf" else None
