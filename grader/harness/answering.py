"""Functions of ours that a check hands to a student's function, as one table of names.

The stages of a generation loop are such a table; a cache or a training step can have another.
The harness sends the names over the wall and hands each call that comes back to the table. It
knows of no certain one.
"""

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

from grader.observed_calls import StageCall

# To look for the four names in an argument takes a hundred times as long as to know its type.
_PLAIN = frozenset({np.ndarray, type(None), bool, int, float, str, list, tuple, dict})
_KNOWN: dict[type, bool] = {}  # of other types, whether they are such tables


@runtime_checkable
class AnsweringTable(Protocol):
    """An argument whose functions are answered on our side, and what was asked of them."""

    @property
    def calls(self) -> Sequence[StageCall]:
        """The calls since the last restart, in order."""

    def table(self) -> dict[str, Any]:
        """What the student's function gets as a namespace: a `Remote` where a callable belongs."""

    def restart(self) -> None:
        """Forget what was asked: the same call is made again."""

    def answer(self, name: str, arguments: list[Any]) -> Any:
        """Record one call of the student's code and answer it.

        Args:
            name: as the `Remote` has it.

        Raises:
            Refused: the arguments will not do; the student's code sees the sentence.
            Stop: the student's function goes on and on, and is ended.
        """


def answering_places(arguments: Sequence[Any]) -> list[int]:
    """Where such tables are among the arguments of a check."""
    if _PLAIN.issuperset(map(type, arguments)):
        return []
    return [
        place
        for place, argument in enumerate(arguments)
        if type(argument) not in _PLAIN and _is_table(argument)
    ]


def _is_table(argument: Any) -> bool:
    kind = type(argument)
    if kind not in _KNOWN:
        _KNOWN[kind] = isinstance(argument, AnsweringTable)
    return _KNOWN[kind]
