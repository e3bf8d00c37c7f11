"""What was computed of a class is kept until the class changes: pages of staff are read often.

While submissions are graded a class changes each second, and what is told of a thousand students
takes a second to compute. So a value may be a little behind new reports: by ten times as long as it
took, which is nothing for a small class. What somebody decided is seen at once.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TypeVar, cast

T = TypeVar("T")
_MOST = 32  # values; each is small, as rows and figures are
_TIMES = 10  # how much longer a value may be behind than it took


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassStamp:
    """What a value belongs to: what must be seen at once, and what may come a little later."""

    at_once: Hashable
    later: Hashable


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    stamp: ClassStamp
    value: object
    behind_until: float


class ClassMemory:
    """The last values by their names, each with the stamp that it belongs to; threads share it.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._values: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._clock = clock

    def remembered(self, name: Hashable, stamp: ClassStamp, make: Callable[[], T]) -> T:
        """The value of this name if it still does; otherwise a new one is made and kept."""
        with self._lock:
            found = self._values.get(name)
            if found is not None and self._does(found, stamp):
                self._values.move_to_end(name)
                return cast(T, found.value)
        begun = self._clock()
        made = make()
        took = self._clock() - begun
        kept = _Kept(stamp=stamp, value=made, behind_until=begun + (1 + _TIMES) * took)
        with self._lock:
            self._values[name] = kept
            self._values.move_to_end(name)
            while len(self._values) > _MOST:
                self._values.popitem(last=False)
        return made

    def _does(self, kept: _Kept, stamp: ClassStamp) -> bool:
        if kept.stamp == stamp:
            return True
        return kept.stamp.at_once == stamp.at_once and self._clock() < kept.behind_until
