"""What a suite looked up of an object and may change in place: a list, a dict, an array, a tensor.

In one process that would be the object's own. Here it is a copy, so a change of it goes over with
the next request, and who looks it up again gets the same value, as it is then.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.suites.child import suite_changes, suite_values

_MOST = 64
_MOST_BYTES = 4 << 20  # of one value, which is compared before each request


@dataclass(frozen=True, slots=True, eq=False)
class _Itself:
    """Equal only to the very same value."""

    value: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and self.value is other.value


@dataclass(slots=True)
class _Lent:
    value: Any
    content: Any


class LentValues:
    """The values that were looked up last, by the number that they have in the other process."""

    def __init__(self) -> None:
        self._lent: OrderedDict[int, _Lent] = OrderedDict()

    def clear(self) -> None:
        """The process that had them has ended."""
        self._lent.clear()

    def changed(self) -> list[tuple[int, Any]]:
        """What the suite changed since it was looked up, or since the last time."""
        found = []
        for number, one in self._lent.items():
            content = _content(one.value)
            if content != one.content:
                one.content = content
                found.append((number, one.value))
        return found

    def looked_up(self, number: int, value: Any) -> Any:
        """A value as it is now: the same one as before, if it is the same there.

        Raises:
            TypeError: it has no such number.
        """
        if type(number) is not int:
            raise TypeError("no number")
        if number in self._lent:
            value = suite_changes.refilled(self._lent.pop(number).value, value)
        self._lent[number] = _Lent(value, _content(value))
        return value

    def forgotten(self) -> list[int]:
        """The numbers of those that were looked up too long ago."""
        return [self._lent.popitem(last=False)[0] for _ in range(len(self._lent) - _MOST)]


def _content(value: Any) -> Any:
    """What tells whether a value was changed, by whatever it holds."""
    if isinstance(value, dict):
        return [(_Itself(key), _content(one)) for key, one in value.items()]
    if type(value) is tuple or type(value) in suite_values.CHANGEABLE:
        return [_content(one) for one in value]
    array = suite_changes.numbers_within(value)
    if isinstance(array, np.ndarray) and array.nbytes <= _MOST_BYTES:
        return array.shape, array.tobytes()
    return _Itself(value)
