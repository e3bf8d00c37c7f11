"""In the student's process: what a suite can ask of an object.

Each operation gets the object and the further values of the request by their names.
"""

import contextlib
import copy
import enum
import importlib
import operator
import types
from typing import Any


def _import(of: Any, name: str, **_: Any) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and name.startswith(error.name):
            return None  # no such module of the submission
        raise


class NoMoreItems(Exception):
    """An iterator has no more items."""


def _next(of: Any, **_: Any) -> Any:
    for item in of:
        return item
    raise NoMoreItems


def _starred(of: Any, **_: Any) -> list[str]:
    """What `import *` takes of a module: no other module, since those are the suite's own."""
    names = getattr(of, "__all__", [name for name in vars(of) if not name.startswith("_")])
    return [
        str(name) for name in names if not isinstance(getattr(of, name, None), types.ModuleType)
    ]


def _operator(of: Any, name: str, arguments: list[Any], **_: Any) -> Any:
    method = f"__{name}__"
    return getattr(operator, method)(*arguments)


def _exit(of: Any, value: Any, **_: Any) -> bool:
    """Whether the block's exception would be swallowed."""
    if value is None:
        type(of).__exit__(of, None, None, None)
        return False
    error = value("an exception of the suite") if isinstance(value, type) else value
    try:
        return bool(type(of).__exit__(of, type(error), error, None))
    except BaseException as raised:
        if raised is error:
            return False
        raise


def _repr(of: Any, **_: Any) -> str | None:
    return repr(of) if _shows_itself(of) else None


def _str(of: Any, **_: Any) -> str | None:
    return str(of) if _own(of, "__str__") or _shows_itself(of) else None


def _format(of: Any, key: str, **_: Any) -> str | None:
    if _own(of, "__format__"):
        return format(of, key)
    said = _str(of)
    return None if said is None else format(said, key)


def _shows_itself(of: Any) -> bool:
    """Whether its text says more than the place where it lies, which differs from run to run."""
    return not isinstance(of, type) and _own(of, "__repr__") and hasattr(of.__repr__, "__code__")


def _own(of: Any, name: str) -> bool:
    """Whether the class of an object has more under a name than every object has."""
    return getattr(type(of), name) is not getattr(object, name)


def hashed(of: Any) -> str:
    """How an object is known among others: by `identity`, by its `own` word, or by `none`."""
    if isinstance(of, enum.Enum):
        return "member"
    if isinstance(of, type):
        return "identity"
    own = type(of).__hash__
    if own is None:
        return "none"
    is_own = hasattr(own, "__code__") and not own.__module__.startswith("torch")
    return "own" if is_own else "identity"


def _with_slot(of: Any, name: str) -> Any:
    with contextlib.suppress(AttributeError):
        return getattr(of, name)
    return {} if name == "__dict__" else None


def _get(of: Any, name: str, **_: Any) -> Any:
    return _with_slot(of, name) if name in ("__dict__", "__doc__") else getattr(of, name)


OPERATIONS: dict[str, Any] = {
    "import": _import,
    "get": _get,
    "set": lambda of, name, value, **_: setattr(of, name, value),
    "delete": lambda of, name, **_: delattr(of, name),
    "call": lambda of, arguments, named, **_: of(*arguments, **named),
    "next": _next,
    "iterate": lambda of, **_: iter(of),
    "reversed": lambda of, **_: reversed(of),
    "length": lambda of, **_: len(of),
    "item": lambda of, key, **_: of[key],
    "set item": lambda of, key, value, **_: operator.setitem(of, key, value),
    "delete item": lambda of, key, **_: operator.delitem(of, key),
    "is instance": lambda of, value, **_: isinstance(value, of),
    "is subclass": lambda of, value, **_: issubclass(value, of),
    "operator": _operator,
    "round": lambda of, arguments, **_: round(of, *arguments),
    "repr": _repr,
    "str": _str,
    "format": _format,
    "copy": lambda of, **_: copy.copy(of),
    "deep copy": lambda of, **_: copy.deepcopy(of),
    "names": lambda of, **_: dir(of),
    "starred": _starred,
    "enter": lambda of, **_: type(of).__enter__(of),
    "exit": _exit,
}
