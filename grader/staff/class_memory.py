"""What was computed of a class is kept until the class changes: pages of staff are read often."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

T = TypeVar("T")
_MOST = 32  # values; each is small, as rows and figures are


class ClassMemory:
    """The last values by their names, each with the stamp that it belongs to; threads share it."""

    def __init__(self) -> None:
        self._values: OrderedDict[Hashable, tuple[Hashable, object]] = OrderedDict()
        self._lock = threading.Lock()

    def remembered(self, name: Hashable, stamp: Hashable, make: Callable[[], T]) -> T:
        """The value of this name if it has this stamp; otherwise a new one is made and kept."""
        with self._lock:
            found = self._values.get(name)
            if found is not None and found[0] == stamp:
                self._values.move_to_end(name)
                return cast(T, found[1])
        made = make()
        with self._lock:
            self._values[name] = (stamp, made)
            self._values.move_to_end(name)
            while len(self._values) > _MOST:
                self._values.popitem(last=False)
        return made
