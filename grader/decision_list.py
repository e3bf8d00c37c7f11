"""What people decided about results, as a list that only grows.

A decision is an entry of one line. What holds now is what remains when all entries are read in
their order, so each can be taken back, and nothing that was ever decided is lost. Which entries
there are is for those to say who decide: see `quiz.marking.decisions` and `batch.grade_decisions`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

import msgspec

D = TypeVar("D")


class DecisionList(Protocol):
    """Where decisions are kept."""

    def entries(self) -> Sequence[str]:
        """All decisions, oldest first."""

    def add(self, entries: Sequence[str]) -> None:
        """Keep decisions, all or none; once this returns, no crash loses them."""


def to_line(entry: msgspec.Struct) -> str:
    return msgspec.json.encode(entry).decode()


def not_taken_back(decided: Mapping[int, D], taken_back: Iterable[int]) -> dict[int, D]:
    """The decisions that hold, by their numbers."""
    gone = set(taken_back)
    return {number: entry for number, entry in decided.items() if number not in gone}
