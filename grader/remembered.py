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

_ENTRIES = 4096  # small results take more memory than their content
_MOST_SPREAD = 1 << 16  # things of one value that are compared one after another
_LARGEST_BYTES = 256 << 10  # what a student's code makes the reference compute can be larger
_RESULT_BYTES = 64 << 20
_EXPECTED_BYTES = 16 << 20


def remembered(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with its results kept by the content of its arguments.

    Args:
        function: pure; takes and returns arrays, plain values, and lists and dicts of them.
    """
    kept: OrderedDict[bytes, Any] = OrderedDict()
    digests = Digests()
    kept_bytes = 0

    @functools.wraps(function)
    def call(*arguments: Any) -> Any:
        nonlocal kept_bytes
        key = digests.of(arguments)
        if key in kept:
            kept.move_to_end(key)
            return _copy(kept[key])
        result = function(*arguments)
        if (size := content_bytes(result)) <= _LARGEST_BYTES:
            kept[key] = _copy(result)  # the caller may change what it gets
            kept_bytes += size
        while kept_bytes > _RESULT_BYTES or len(kept) > _ENTRIES:
            kept_bytes -= content_bytes(kept.popitem(last=False)[1])
        return result

    return call


class Digests:
    """Content digests of values that come in nearly the same order for every submission.

    What followed last time is compared first: that takes a third of the time of a digest.
    """

    def __init__(self) -> None:
        self._last = b""
        # digest -> the value after it, as it is spread, and its digest
        self._after: dict[bytes, tuple[list[Any], bytes]] = {}
        self._n_bytes = 0

    def of(self, value: Any) -> bytes:
        """What `content_digest` gives."""
        spread = _spread(value)
        expected = self._after.get(self._last)
        if expected is not None and expected[0] == spread:
            self._last = digest = expected[1]
            return digest
        digest = content_digest(value)
        if spread is not None and (size := content_bytes(value)) <= _LARGEST_BYTES:
            self._expect(spread, digest, size)
        self._last = digest
        return digest

    def _expect(self, spread: list[Any], digest: bytes, size: int) -> None:
        self._n_bytes += size
        if self._n_bytes > _EXPECTED_BYTES:
            self._after.clear()
            self._n_bytes = size
        self._after[self._last] = (spread, digest)


def content_digest(value: Any) -> bytes:
    """Equal for equal content: types, shapes, dtypes and values; a tuple is like a list."""
    return hashlib.sha256(_encode(_encodable(value))).digest()


def content_bytes(value: Any) -> int:
    """About how much memory a value takes."""
    if type(value) is np.ndarray:
        return 64 + value.nbytes
    found, left = 0, [value]
    while left:
        item = left.pop()
        found += 64
        if isinstance(item, np.ndarray):
            found += item.nbytes
        elif isinstance(item, dict):
            left += item
            left += item.values()
        elif isinstance(item, (list, tuple)):
            left += item
        elif isinstance(item, (str, bytes)):
            found += 4 * len(item)
    return found


_SIMPLE = frozenset({type(None), bool, int, str, bytes})
_encode = msgspec.msgpack.Encoder().encode


def _encodable(value: Any) -> Any:
    """The value in MessagePack's own types; what they cannot tell apart is an extension."""
    kind = type(value)
    if isinstance(value, np.ndarray):
        described = f"{kind.__name__}{value.dtype.str}{value.shape}".encode()
        return msgspec.msgpack.Ext(1, described + value.tobytes())
    if kind is list or kind is tuple:
        return [_encodable(item) for item in value]
    if kind is dict:
        pairs = [[_encodable(key), _encodable(item)] for key, item in value.items()]
        return msgspec.msgpack.Ext(2, _encode(pairs))
    if value is None or kind in (bool, float) or (kind is int and value.bit_length() < 64):
        return value
    if kind is str:
        return msgspec.msgpack.Ext(3, value.encode("utf-8", "surrogatepass"))
    return msgspec.msgpack.Ext(4, f"{kind.__name__}{value!r}".encode("utf-8", "surrogatepass"))


def _spread(value: Any) -> list[Any] | None:
    """What a value holds, one thing after another: equal lists have equal digests.

    None rather than a long look, or where it holds anything odd.
    """
    spread: list[Any] = []
    left = [value]
    while left:
        item = left.pop()
        kind = type(item)
        if kind is np.ndarray:
            spread += (item.dtype, item.shape, item.tobytes())
        elif kind is list or kind is tuple or kind is dict:
            spread += (kind, len(item))
            left += item
            if kind is dict:
                left += item.values()
            if len(left) + len(spread) > _MOST_SPREAD:
                return None
        elif kind is float and item == item:  # there is more than one NaN
            spread += (kind, item.hex())  # zero and minus zero are equal, and their digests are not
        elif kind in _SIMPLE:
            spread += (kind, item)
        else:
            return None
    return spread


def _copy(value: Any) -> Any:
    """The same, also in its order of memory, on which the last bits of sums depend."""
    return value.copy(order="K") if isinstance(value, np.ndarray) else copy.deepcopy(value)
