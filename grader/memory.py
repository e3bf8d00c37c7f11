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
            return copy.deepcopy(kept[key])
        result = function(*arguments)
        if not (isinstance(result, np.ndarray) and result.nbytes > _LARGEST_BYTES):
            kept[key] = copy.deepcopy(result)  # the caller may change what it gets
            if len(kept) > _ENTRIES:
                kept.popitem(last=False)
        return result

    return call


def content_digest(value: Any) -> bytes:
    """Equal for equal content: types, shapes, dtypes and values."""
    digest = hashlib.blake2b(digest_size=16)
    _feed(digest, value)
    return digest.digest()


def _feed(digest: "hashlib.blake2b", value: Any) -> None:
    match value:
        case np.ndarray():
            digest.update(f"a{value.dtype.str}{value.shape}".encode())
            digest.update(np.ascontiguousarray(value).data)
        case dict():
            digest.update(b"{%d" % len(value))
            for key, item in value.items():
                digest.update(f"{key}:".encode())
                _feed(digest, item)
        case list() if all(type(item) is int for item in value):  # token ids, often many
            digest.update(f"i{value}".encode())
        case list() | tuple():
            digest.update(b"[%d" % len(value))
            for item in value:
                _feed(digest, item)
        case _:
            digest.update(f"{type(value).__name__}{value!r};".encode())
