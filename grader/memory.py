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
_EXPECTED_BYTES = 16 << 20


def remembered(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with its results kept by the content of its arguments.

    Args:
        function: pure; takes and returns arrays, plain values, and lists and dicts of them.
    """
    kept: OrderedDict[bytes, Any] = OrderedDict()
    digests = Digests()

    @functools.wraps(function)
    def call(*arguments: Any) -> Any:
        key = digests.of(arguments)
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


class Digests:
    """Content digests of values that come in nearly the same order for every submission.

    What followed last time is compared first: that takes a third of the time of a digest.
    """

    def __init__(self) -> None:
        self._last = b""
        self._after: dict[bytes, tuple[Any, bytes]] = {}  # digest -> the value after it, its digest
        self._n_bytes = 0

    def of(self, value: Any) -> bytes:
        """What `content_digest` gives."""
        expected = self._after.get(self._last)
        if expected is not None and _identical(expected[0], value):
            self._last = expected[1]
            return self._last
        digest = content_digest(value)
        size = _n_bytes(value)
        if size <= _LARGEST_BYTES:
            self._expect(value, digest, size)
        self._last = digest
        return digest

    def _expect(self, value: Any, digest: bytes, size: int) -> None:
        self._n_bytes += size
        if self._n_bytes > _EXPECTED_BYTES:
            self._after.clear()
            self._n_bytes = size
        self._after[self._last] = (copy.deepcopy(value), digest)


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


def _identical(a: Any, b: Any) -> bool:
    """Whether two values have the same digest; rather no than a long look."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(_identical, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(map(_identical, a.values(), b.values()))
    # Zero and minus zero are equal, and their digests are not.
    return type(a) is type(b) and bool(a == b) and (bool(a) or str(a) == str(b))


def _n_bytes(value: Any) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return 64 + sum(map(_n_bytes, value))
    return 64 + (value.nbytes if isinstance(value, np.ndarray) else 0)


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else copy.deepcopy(value)
