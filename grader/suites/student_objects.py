"""What a suite sees of a submission: its modules, functions, classes and instances, by number.

An object stands for one in the student's process. It can be called, its attributes are looked up
there, it can be iterated over, and it has a length and items. It has no truth and equals nothing:
what decides a test must be a value, and values come as plain data.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any, Protocol

from grader.sandbox.opaque import Opaque


class StudentError(Exception):
    """What the submission raised that is no exception of Python's own, or why it gave no answer."""


class Connection(Protocol):
    """Asks the student's process."""

    def ask(self, op: str, *, leaves: frozenset[int] = frozenset(), **request: Any) -> Any:
        """The answer to one request; `of`, `value`, `key`, `arguments` and `named` are values.

        Raises:
            Exception: the submission raised it, or gave no answer.
        """

    def dropped(self, number: int) -> None:
        """Nobody on this side holds an object any more, which had this number."""


class StudentObject(Opaque):
    """An object in the student's process.

    Args:
        connection: asks that process.
        number: by which it is known there.
        name: of its class, or of itself if it is one.
        leaves: the shared tensors that it may change when something of it is called.

    What a module has under a name is found again by it where the process was started anew.
    """

    __slots__ = (
        "_connection",
        "_is_class",
        "_is_iterator",
        "_leaves",
        "_name",
        "_number",
        "_origin",
    )

    def __init__(
        self,
        connection: Connection,
        number: int,
        *,
        name: str,
        is_class: bool,
        is_iterator: bool,
        leaves: frozenset[int],
    ) -> None:
        put = object.__setattr__
        put(self, "_connection", connection)
        put(self, "_number", number)
        put(self, "_name", name)
        put(self, "_is_class", is_class)
        put(self, "_is_iterator", is_iterator)
        put(self, "_leaves", leaves)
        put(self, "_origin", None)  # module and name; without a name it is the module

    def __del__(self) -> None:
        self._connection.dropped(self._number)

    def __repr__(self) -> str:
        what = "class" if self._is_class else "object"
        return f"<{self._name}, {what} of the submission>"

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._ask("call", arguments=arguments, named=named)

    def __getattr__(self, name: str) -> Any:
        if name == "__name__":
            return self._name
        if name.startswith("__"):
            raise AttributeError(name)
        return self._ask("get", name=name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._ask("set", name=name, value=value)

    def __iter__(self) -> Any:
        return self if self._is_iterator else self._ask("iterate")

    def __next__(self) -> Any:
        if not self._is_iterator:
            raise TypeError(f"{self!r} is no iterator")
        for item in self._ask("next"):
            return item
        raise StopIteration

    def __len__(self) -> int:
        length = self._ask("length")
        if type(length) is not int or length < 0:
            raise TypeError(f"the length of {self!r} is no number")
        return length

    def __getitem__(self, key: Any) -> Any:
        return self._ask("item", key=key)

    def __instancecheck__(self, value: Any) -> bool:
        if not isinstance(value, StudentObject):
            return False
        return self._ask("is instance", value=value) is True

    def _ask(self, op: str, **request: Any) -> Any:
        return self._connection.ask(op, of=self, leaves=self._leaves, **request)


class StudentModule(ModuleType):
    """A module of the submission: its names are looked up in the student's process."""

    def __init__(self, name: str, look_up: Callable[[str, str], Any]) -> None:
        super().__init__(name)
        self.__dict__["_look_up"] = look_up
        self.__path__: list[str] = []  # whatever is below it is found in the same way

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.__dict__["_look_up"](self.__name__, name)
