"""What a suite sees of a submission: its modules, functions, classes and instances, by number.

An object stands for one in the student's process. It can be called, its attributes are looked up
there, it can be iterated over, calculated with and shown, and it has a length and items. It has no
truth and equals nothing: what decides a test must be a value, and values come as plain data.
"""

import builtins
import sys
from collections.abc import Callable
from functools import cache
from types import FrameType, ModuleType, TracebackType
from typing import Any, Literal, Protocol

from grader.sandbox.opaque import DoesNotCross, Opaque

_BINARY = (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"),
    *("and", "or", "xor", "lshift", "rshift"),
)
_UNARY = ("neg", "pos", "invert")
_LOOKED_UP = frozenset({"__dict__", "__doc__", "__qualname__", "__annotations__"})
_MOST_NAMES = 1000
# Suites ask whether an object is one of these, which decides nothing that its class could not.
_OF_TORCH = {
    "torch.nn.modules.module.Module",
    "torch.optim.optimizer.Optimizer",
    "torch.optim.lr_scheduler.LRScheduler",
    "torch.utils.data.dataset.Dataset",
}


class Connection(Protocol):
    """Asks the student's process."""

    def ask(self, op: str, *, leaves: frozenset[int] = frozenset(), **request: Any) -> Any:
        """The answer to one request; `of`, `value`, `key`, `arguments` and `named` are values.

        Raises:
            Exception: the submission raised it, or gave no answer.
        """

    def is_named(self, value: tuple[Any, ...], number: int) -> bool:
        """Whether a named tuple is of the class that has this number."""

    def dropped(self, number: int) -> None:
        """Nobody on this side holds an object any more, which had this number."""


class StudentObject(Opaque):
    """An object in the student's process.

    Args:
        connection: asks that process.
        number: by which it is known there.
        name: of its class, or of itself if it is one.
        leaves: the shared tensors that it may change when something of it is called.
        hashed: `identity`, `member` of an enumeration, `own` where its class says what it is
            among others, or `none`.

    What a module has under a name is found again by it where the process was started anew.
    """

    __slots__ = (
        "_connection",
        "_hashed",
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
        hashed: str = "identity",
    ) -> None:
        put = object.__setattr__
        put(self, "_hashed", hashed)
        put(self, "_connection", connection)
        put(self, "_number", number)
        put(self, "_name", name)
        put(self, "_is_class", is_class)
        put(self, "_is_iterator", is_iterator)
        put(self, "_leaves", leaves)
        put(self, "_origin", None)  # module and name; without a name it is the module

    def __del__(self) -> None:
        self._connection.dropped(self._number)

    def _called(self) -> str:
        """What our own sentences call it: nothing is asked for it."""
        what = "class" if self._is_class else "object"
        return f"<{self._name}, {what} of the submission>"

    def __repr__(self) -> str:
        return self._shown("repr")

    def __str__(self) -> str:
        return self._shown("str")

    def __format__(self, spec: str) -> str:
        return self._shown("format", key=spec)

    def _shown(self, op: str, **request: Any) -> str:
        """The text that its class gives it; ours where it gives none."""
        said = self._ask(op, **request)
        if said is None:
            return format(self._called(), request.get("key", ""))
        if type(said) is not str:
            raise TypeError(f"the text of {self._called()} is none")
        return said

    def __hash__(self) -> int:
        if self._hashed == "none":
            raise TypeError(f"unhashable type: '{self._name}'")
        if self._hashed == "own":
            self._no("be a key or an item of a set, since its own class says what it equals")
        return id(self)

    def __eq__(self, other: object) -> bool:
        """Members of enumerations are what they are, and nothing else is known to equal."""
        if other is None:
            return False
        both = (self, other) if isinstance(other, StudentObject) else ()
        if not both or any(one._hashed != "member" for one in both):
            self._no("be compared")
        return self is other

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __copy__(self) -> Any:
        return self._ask("copy")

    def __deepcopy__(self, memo: Any) -> Any:
        return self._ask("deep copy")

    def __reduce_ex__(self, protocol: Any) -> Any:
        self._no("be pickled")

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._ask("call", arguments=arguments, named=named)

    def __getattr__(self, name: str) -> Any:
        if name == "__name__" and self._is_class:
            return self._name
        if name.startswith("__") and name not in _LOOKED_UP and name != "__name__":
            raise AttributeError(name)
        return self._ask("get", name=name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._ask("set", name=name, value=value)

    def __delattr__(self, name: str) -> None:
        self._ask("delete", name=name)

    def __dir__(self) -> list[str]:
        names = self._ask("names")
        return [name for name in names if type(name) is str] if type(names) is list else []

    def __iter__(self) -> Any:
        return self if self._is_iterator else self._ask("iterate")

    def __next__(self) -> Any:
        if not self._is_iterator:
            raise TypeError(f"{self._called()} is no iterator")
        return self._ask("next")

    def __len__(self) -> int:
        length = self._ask("length")
        if type(length) is not int or length < 0:
            raise TypeError(f"the length of {self._called()} is no number")
        return length

    def __getitem__(self, key: Any) -> Any:
        return self._ask("item", key=key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._ask("set item", key=key, value=value)

    def __delitem__(self, key: Any) -> None:
        self._ask("delete item", key=key)

    def __reversed__(self) -> Any:
        return self._ask("reversed")

    def __round__(self, digits: Any = None) -> Any:
        return self._ask("round", arguments=() if digits is None else (digits,))

    def __enter__(self) -> Any:
        return self._ask("enter")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> Literal[False]:
        """What happened in the block is the suite's, and goes on whatever is said to it."""
        if self._ask("exit", value=kind) is True:
            raise DoesNotCross(f"{self._called()} cannot end an exception of the suite") from error
        return False

    def __instancecheck__(self, value: Any) -> bool:
        if isinstance(value, tuple) and self._connection.is_named(value, self._number):
            return True
        if not isinstance(value, StudentObject):
            return False
        return self._ask("is instance", value=value) is True

    def __subclasscheck__(self, kind: Any) -> bool:
        if not isinstance(kind, StudentObject):
            return False
        return self._ask("is subclass", value=kind) is True

    def _ask(self, op: str, **request: Any) -> Any:
        return self._connection.ask(op, of=self, leaves=self._leaves, **request)


def _forward(name: str) -> Callable[[Any, Any], Any]:
    return lambda self, other: self._ask("operator", name=name, arguments=(self, other))


def _reflected(name: str) -> Callable[[Any, Any], Any]:
    return lambda self, other: self._ask("operator", name=name, arguments=(other, self))


def _unary(name: str) -> Callable[[Any], Any]:
    return lambda self: self._ask("operator", name=name, arguments=(self,))


for _name in _BINARY:
    setattr(StudentObject, f"__{_name}__", _forward(_name))
    setattr(StudentObject, f"__r{_name}__", _reflected(_name))
    setattr(StudentObject, f"__i{_name}__", _forward(f"i{_name}"))
for _name in _UNARY:
    setattr(StudentObject, f"__{_name}__", _unary(_name))
# NumPy then leaves a calculation to the object, and does not ask it for an array.
StudentObject.__array_ufunc__ = None  # type: ignore[attr-defined]


@cache
def kind_named(name: str, kinds: tuple[str, ...] = ()) -> type[StudentObject]:
    """The class of objects whose class has this name there.

    Args:
        kinds: classes of torch that it is derived from there; `isinstance` knows some of them.
    """
    content: dict[str, Any] = {
        "__slots__": (),
        "__doc__": property(lambda self: self._ask("get", name="__doc__")),
    }
    known = [_of_torch(kind) for kind in kinds if kind in _OF_TORCH]
    if bases := tuple(base for base in known if base is not None):
        shown = type(name, bases[:1], {})  # of which nothing is made
        content["__class__"] = property(lambda self: shown)
    return type(name, (StudentObject,), content)


def _of_torch(kind: str) -> type | None:
    """A class of torch, if the suite has imported it."""
    module, _, name = kind.rpartition(".")
    found: type | None = getattr(sys.modules.get(module), name, None)
    return found


class StudentModule(ModuleType):
    """A module of the submission: its names are looked up in the student's process."""

    def __init__(self, name: str, look_up: Callable[[str, str], Any]) -> None:
        super().__init__(name)
        self.__dict__["_look_up"] = look_up
        self.__path__: list[str] = []  # whatever is below it is found in the same way

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return self._starred(sys._getframe(1))
        if name.startswith("__"):
            raise AttributeError(name)
        return self.__dict__["_look_up"](self.__name__, name)

    def _starred(self, there: FrameType) -> list[str]:
        """What `import *` takes: it hides nothing that the suite or Python has under a name."""
        names = self.__dict__["_look_up"](self.__name__, "__all__")
        if isinstance(names, StudentObject):  # without a submission: whatever is asked for
            names = list(there.f_code.co_names)
        if type(names) is not list:
            raise TypeError(f"{self.__name__}.__all__ is no list")
        taken = set(there.f_globals) | set(vars(builtins))
        return [name for name in names if type(name) is str and name not in taken][:_MOST_NAMES]
