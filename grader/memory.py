"""Results of the reference that were computed before are not computed again.

Every submission of a class gets the same inputs, and right ones even call the reference's
stand-ins with the same arrays, so nearly all that the reference computes is known after the
first submission.
"""

import copy
import functools
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

_ENTRIES = 4096  # results are a few kilobytes each
_LARGEST_BYTES = 256 << 10  # what a student's code makes the reference compute can be larger


def remembered(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with its results kept by the content of its arguments.

    Args:
        function: pure; takes and returns arrays, plain values, and lists and dicts of them.
    """
    kept: OrderedDict[bytes, Any] = OrderedDict()

    @functools.wraps(function)
    def call(*arguments: Any) -> Any:
        key = content_digest(arguments)
        if key in kept:
            kept.move_to_end(key)
            return _copy(kept[key])
        result = function(*arguments)
        if not (isinstance(result, np.ndarray) and result.nbytes > _LARGEST_BYTES):
            kept[key] = _copy(result)  # the caller may change what it gets
            if len(kept) > _ENTRIES:
                kept.popitem(last=False)
        return result

    return call


def content_digest(value: Any) -> bytes:
    """Equal for equal content: types, shapes, dtypes and values; a tuple is like a list."""
    try:
        content = _encode(value)
    except OverflowError:
        content = _encode(_without_giants(value))
    return hashlib.sha256(content).digest()


def _described(value: Any) -> msgspec.msgpack.Ext:
    """What MessagePack has no form for."""
    if isinstance(value, np.ndarray):
        kind = f"{value.dtype.str}{value.shape}".encode()
        return msgspec.msgpack.Ext(1, kind + value.tobytes())
    return msgspec.msgpack.Ext(2, f"{type(value).__name__}{value!r}".encode())


_encode = msgspec.msgpack.Encoder(enc_hook=_described).encode


def _without_giants(value: Any) -> Any:
    """The value with integers of more than 64 bits as MessagePack can hold them."""
    match value:
        case dict():
            return {key: _without_giants(item) for key, item in value.items()}
        case list() | tuple():
            return [_without_giants(item) for item in value]
        case int() if value.bit_length() > 63:
            return _described(value)
        case _:
            return value


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else copy.deepcopy(value)
