"""The calls that a student's function made beside the expected ones, around the first wrong one."""

from collections.abc import Sequence
from itertools import zip_longest

from grader.evidence import CallTable

_BEFORE, _AFTER = 6, 8


def call_table(made: Sequence[str], expected: Sequence[str]) -> CallTable:
    """What a page shows of an order that is wrong: for `look` of a `Mismatch`. Since 0.6.

    Args:
        made: the names of the calls in their order, such as those of `ScriptedFunctions.calls`.
        expected: the names that are right, in theirs.

    Raises:
        ValueError: both are the same.
    """
    pairs = enumerate(zip_longest(made, expected))
    wrong = next((place for place, (came, right) in pairs if came != right), None)
    if wrong is None:
        raise ValueError("the calls are those that are expected: there is no wrong one to show")
    first, end = max(0, wrong - _BEFORE), wrong + _AFTER
    return CallTable(
        first=first + 1,
        wrong=wrong + 1,
        made=tuple(made[first:end]),
        expected=tuple(expected[first:end]),
        n_made=len(made),
    )
