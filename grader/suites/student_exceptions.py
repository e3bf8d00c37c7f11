"""What a submission raised: exceptions of Python's own, or of classes that stand for its own.

A class of the submission keeps its name and what it is derived from, and an instance its text, its
arguments and its attributes. All of that is data: no class is taken by a name but those below.
"""

import builtins
import importlib
import os
from collections.abc import Callable
from typing import Any

_MOST_TEXT = 4000
_LONGEST_NAME = 100
_BUILTIN = {
    name: value
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, Exception)
}
# Of other packages that both sides have; whatever a test runner gives a meaning to is not among
# them, such as `unittest.SkipTest`.
_OF_PACKAGES = {
    "FrozenInstanceError": "dataclasses",
    "JSONDecodeError": "json",
    "LinAlgError": "numpy.linalg",
    "InvalidOperation": "decimal",
    "DivisionByZero": "decimal",
}


class _Kind(type):
    """Makes an instance where the class is: its own `__init__` says what is in one."""

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        make = cls.__dict__.get("_made_there")
        return super().__call__(*arguments) if make is None else make(*arguments, **named)


class StudentError(Exception, metaclass=_Kind):
    """What the submission raised that is no exception of Python's own, or why it gave no answer."""

    def __str__(self) -> str:
        said = self.__dict__.get("_said")
        return super().__str__() if said is None else str(said)


class StudentExceptions:
    """Classes and instances of one submission.

    Args:
        make: makes an instance of the class of a number in the submission's process.
    """

    def __init__(self, make: Callable[..., Any]) -> None:
        self._make = make
        self._kinds: dict[tuple[int, int], type[BaseException]] = {}

    def kind(self, data: Any, life: int) -> type[BaseException]:
        """A class; LookupError, TypeError or ValueError come of data that are none."""
        number, name = int(data["id"]), cut(data["name"])[:_LONGEST_NAME]
        if not number:
            return _known(name)
        if (life, number) not in self._kinds:
            bases = [self.kind(base, life) for base in data["bases"]]
            if not any(issubclass(base, StudentError) for base in bases):
                bases = [StudentError, *(base for base in bases if base is not Exception)]
            make = lambda *arguments, **named: self._make(number, life, arguments, named)  # noqa: E731
            content = {"__module__": "submission", "_made_there": staticmethod(make)}
            made: Any = _Kind(name, tuple(dict.fromkeys(bases)), content)
            self._kinds[life, number] = made
        return self._kinds[life, number]

    def instance(self, data: Any, life: int, decode: Callable[[Any], Any]) -> BaseException:
        """An instance, with its attributes and what it was raised from; errors as with a class."""
        kind, text = self.kind(data["kind"], life), cut(data["text"])
        arguments = [decode(value) for value in data["arguments"]]
        error = instance_of(kind, arguments, text)
        for name, value in data["attributes"]:
            if cut(name).isidentifier() and not name.startswith("_"):
                setattr(error, name, decode(value))
        if data["cause"] is not None:
            error.__cause__ = self.instance(data["cause"], life, decode)
        return error

    def number(self, kind: type, life: int) -> int:
        """The number of a class of the submission; 0 for any other class."""
        found = (key for key, one in self._kinds.items() if one is kind)
        return next((number for alive, number in found if alive == life), 0)


def _known(name: str) -> type[BaseException]:
    if name == "SystemExit" and "PYTEST_CURRENT_TEST" in os.environ:
        return SystemExit  # elsewhere it would end the run, and not a test
    if module := _OF_PACKAGES.get(name):
        found: type[BaseException] = getattr(importlib.import_module(module), name)
        return found
    base = _BUILTIN.get(name, StudentError)
    return StudentError if issubclass(base, StopIteration | StopAsyncIteration) else base


def instance_of(kind: type[BaseException], arguments: list[Any], text: str) -> BaseException:
    """An instance of a class of `StudentExceptions.kind`."""
    if issubclass(kind, StudentError):
        error: BaseException = type.__call__(kind)
        error.args = tuple(arguments)
        error.__dict__["_said"] = text
        return error
    makers: tuple[Callable[[], BaseException], ...] = (
        lambda: kind(*arguments),
        lambda: kind(text),
        lambda: kind.__new__(kind, *arguments),
    )
    for make in makers:
        try:
            return make()
        except (TypeError, ValueError, AttributeError):  # it is made of something else
            continue
    return instance_of(StudentError, arguments, f"{kind.__name__}: {text}")


def cut(text: Any, most: int = _MOST_TEXT) -> str:
    """A text of bounded length.

    Raises:
        TypeError: it is none.
    """
    if type(text) is not str:
        raise TypeError("no text")
    return text[:most]
