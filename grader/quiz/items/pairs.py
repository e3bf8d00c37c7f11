"""Responses that give each part of a question a value of its own: `embed=ids`, `scale=sqrt(D)`.

They are stored as texts, so that an answers file, the store and an export need nothing new.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from grader.quiz.items.item import Rejected

SIGN = "="


def as_pair(part: str, value: str) -> str:
    return f"{part}{SIGN}{value}"


def by_part(response: Iterable[str]) -> dict[str, str]:
    """The values by the ids of the parts that they were given to."""
    split = (entry.partition(SIGN) for entry in response)
    return {part: value for part, _, value in split}


def read_pairs(value: object, *, example: str) -> dict[str, object] | Rejected:
    """The pairs of an answers file, where they are a mapping, or of the store.

    Args:
        example: what a mapping looks like, for those who wrote something else.
    """
    if isinstance(value, Mapping) and value:
        return {str(part): given for part, given in value.items()}
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        return Rejected(f"{value!r} is not a mapping such as {example}")
    found: dict[str, object] = {}
    for entry in value:
        part, sign, given = str(entry).partition(SIGN)
        if not sign:
            return Rejected(f"{entry!r} is not a pair such as {example.strip('{}').split(',')[0]}")
        if part in found:
            return Rejected(f"{part!r} is answered twice")
        found[part] = given
    return found


def share_of_pairs(response: Iterable[str], key: Sequence[str]) -> Fraction:
    """The share of the key's pairs that a response has."""
    given = set(response)
    return Fraction(sum(pair in given for pair in key), len(key))
