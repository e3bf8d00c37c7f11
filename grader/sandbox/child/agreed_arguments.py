"""What a call of a student's function hands to the parameters that were agreed on.

Checks call it with the agreed arguments by position. The student's own code may name them, may
rely on defaults, and may give values to parameters that only this function has.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

from grader.sandbox.child import values

_ANY = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_PLAIN = (type(None), bool, int, float, str)
_ROUNDING = 1e-5  # of the largest value


@dataclass(frozen=True, slots=True)
class _Reading:
    """The agreed arguments, by name where the function has these names, and the options."""

    agreed: dict[str, Any]
    by_name: bool
    are_defaults: bool  # whether nothing is given to other parameters but their defaults

    def call(self, function: Callable[..., Any]) -> Any:
        """Call it with what was agreed alone."""
        return function(**self.agreed) if self.by_name else function(*self.agreed.values())


def agreed_arguments(
    own: Callable[..., Any],
    agreed: Sequence[str],
    *,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
) -> list[Any] | None:
    """The arguments in the agreed order; None where the call asks for something else.

    A parameter that only this function has, such as `dim=-1`, may have its default. With another
    value the call is as agreed if it comes to the same as without.

    Args:
        own: the student's function.
        agreed: the names of the parameters that checks give, in their order.
    """
    signature, is_guess = _signature(own)
    reading = _read(signature, agreed, args, kwargs) if signature else None
    if reading is None:
        return list(args) if not kwargs and len(args) == len(agreed) else None
    if is_guess or not reading.are_defaults:
        try:
            as_it_is, as_agreed = own(*args, **kwargs), reading.call(own)
            if not _are_same(values.plain(as_it_is), values.plain(as_agreed)):
                return None
        except Exception:  # noqa: BLE001 - the call as it is raises it again, if it does
            return None
    return list(reading.agreed.values())


def _signature(own: Callable[..., Any]) -> tuple[inspect.Signature | None, bool]:
    """The parameters of a function, and whether they are guessed from one that it encloses."""
    called = getattr(own, "forward", own)  # a module takes anything, and hands it on to this
    try:
        signature = inspect.signature(called)
    except (TypeError, ValueError):  # a built-in function may have none
        return None, False
    if any(parameter.kind not in _ANY for parameter in signature.parameters.values()):
        return signature, False
    inside = [v for v in map(_content, getattr(called, "__closure__", None) or ()) if v]
    if len(inside) == 1:  # a decorator that does not say what it decorates
        return inspect.signature(inside[0]), True
    return signature, False


def _content(cell: Any) -> FunctionType | None:
    try:
        held = cell.cell_contents
    except ValueError:  # not filled yet
        return None
    return held if isinstance(held, FunctionType) else None


def _read(
    signature: inspect.Signature,
    agreed: Sequence[str],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
) -> _Reading | None:
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError:
        return None
    bound.apply_defaults()
    named = {n: p for n, p in signature.parameters.items() if p.kind not in _ANY}
    given: dict[str, Any] = {name: bound.arguments[name] for name in named}
    more = [bound.arguments[n] for n in signature.parameters if n not in named]
    by_name = set(agreed) <= named.keys()
    if not by_name:
        given, more = _by_position(bound, agreed, named)
    if not set(agreed) <= given.keys():
        return None
    options = {name: value for name, value in given.items() if name not in agreed}
    are_defaults = all(_is_default(v, named[n].default) for n, v in options.items())
    return _Reading({n: given[n] for n in agreed}, by_name, are_defaults and not any(more))


def _by_position(
    bound: inspect.BoundArguments, agreed: Sequence[str], named: Mapping[str, inspect.Parameter]
) -> tuple[dict[str, Any], list[Any]]:
    """What was given under the agreed names, then under the others; and what has no name."""
    others = list(named)[len(agreed) :]
    given = dict(zip([*agreed, *others], bound.args, strict=False))
    more = bound.args[len(given) :]
    by_name = {n: v for n, v in bound.kwargs.items() if n in named or n in agreed}
    return given | by_name, [more, {n for n in bound.kwargs if n not in by_name}]


def _is_default(value: Any, default: Any) -> bool:
    is_equal = type(value) is type(default) and type(value) in _PLAIN and bool(value == default)
    return value is default or is_equal


def _are_same(a: Any, b: Any) -> bool:
    """Whether two answers are the same but for rounding."""
    if not isinstance(a, np.ndarray) or not isinstance(b, np.ndarray):
        return type(a) is type(b) and bool(a == b)
    if a.shape != b.shape:
        return False
    largest = float(np.max(np.abs(b), initial=0.0, where=np.isfinite(b)))
    return np.allclose(a, b, rtol=0, atol=_ROUNDING * largest, equal_nan=True)
