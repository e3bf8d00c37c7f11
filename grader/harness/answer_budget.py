"""The memory that the answers of one submission may take on our side, over all its checks."""

from typing import Any

from grader.errors import BadValue
from grader.remembered import content_bytes
from grader.sandbox.contract import Returned

_SMALL = 1 << 20  # bytes: answers up to this size are free, however many there are
_MOST_BYTES = 256 << 20
_MOST_OBJECTS = 100_000  # of one answer, arrays not counted: each takes a hundred bytes and a look


class AnswerBudget:
    """Counts what is large. It does so in the order of the checks, so each run counts alike."""

    def __init__(self) -> None:
        self._left = _MOST_BYTES

    def take(self, function: str, returned: Returned) -> None:
        """An answer that a check is to get.

        Raises:
            BadValue: it holds too many values, or with it the answers are too large.
        """
        size = content_bytes(returned.value) + content_bytes(returned.arguments)
        if size <= _SMALL:  # then there are not many objects either
            return
        if _n_objects([returned.value, returned.arguments]) > _MOST_OBJECTS:
            sentence = (
                f"{function} returned more than {_MOST_OBJECTS:,} values in lists and dicts; "
                "an array is expected for so many."
            )
            raise BadValue(sentence, discreet=f"{function} returned far too many values.")
        if size > self._left:
            raise BadValue(
                f"{function} returned {size >> 20} MB, arguments that it changed included; with "
                f"it, the large answers of your functions take more than {_MOST_BYTES >> 20} MB.",
                discreet=f"{function} returned more than your functions may answer together.",
            )
        self._left -= size


def _n_objects(value: Any) -> int:
    """How many values lie in lists and dicts; it is not counted on when there are too many."""
    left, found = [value], 0
    while left and found <= _MOST_OBJECTS:
        item = left.pop()
        kind = type(item)
        if kind is list or kind is dict:
            found += len(item)
            if found <= _MOST_OBJECTS:
                left += item if kind is list else item.values()
    return found
