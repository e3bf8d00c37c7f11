"""What stands on our side for an object of a submission: nothing that could decide anything.

It has no truth, equals nothing, and is no number and no array. What decides a check is a value, and
values come as plain data.
"""

from collections.abc import Callable
from typing import Any, NoReturn


class DoesNotCross(TypeError):
    """Our side asks for what cannot cross the wall."""


class Opaque:
    """Base of what stands for an object of a submission."""

    __slots__ = ("__weakref__",)

    def __hash__(self) -> int:
        return id(self)

    def __mro_entries__(self, bases: Any) -> NoReturn:
        self._no("be the base of a class")

    def _called(self) -> str:
        """What a sentence of ours calls it."""
        return repr(self)

    def _no(self, what: str) -> NoReturn:
        raise DoesNotCross(
            f"{self._called()} cannot {what}: only values cross, so compare an attribute, a length"
            " or what a method returns"
        )


def _refusing(name: str, what: str) -> Callable[..., NoReturn]:
    def refuse(self: Opaque, *_: Any) -> NoReturn:
        self._no(what)

    refuse.__name__ = name
    return refuse


_COMPARED = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__contains__")
_AS_VALUE = ("__array__", "__index__", "__int__", "__float__", "__abs__", "__complex__")
for _name in _COMPARED:
    setattr(Opaque, _name, _refusing(_name, "be compared"))
for _name in _AS_VALUE:
    setattr(Opaque, _name, _refusing(_name, "stand for a number or an array"))
Opaque.__bool__ = _refusing("__bool__", "be true or false")  # type: ignore[attr-defined]
