"""The values of a comparison: what is compared, a pair, and what came out of a class."""

import bisect
import operator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from grader.similarity.source_reader import CodePrints


class Origin(StrEnum):
    """Where a text comes from."""

    CLASS = "class"
    ARCHIVE = "archive"  # another term
    SHIPPED = "shipped"  # right submissions and examples, and the reference


@dataclass(frozen=True, kw_only=True)
class ComparedCode:
    """One submission, or what submissions are compared with."""

    name: str
    origin: Origin
    shelf: str  # the folder it lies in: of the class, of a term, of examples
    texts: tuple[tuple[str, str], ...]  # cells, then modules: (name shown, source)
    digest: str  # of the texts as they stand
    prints: CodePrints = field(repr=False)

    @property
    def shown(self) -> str:
        """Its name, and its folder if it is not of the class."""
        return self.name if self.origin == Origin.CLASS else f"{self.name} ({self.shelf})"

    @cached_property
    def digests(self) -> frozenset[int]:
        """Of all fingerprints."""
        return frozenset(one.digest for one in self.prints.prints)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCompared:
    """A submission that could not be compared, and why."""

    name: str
    shelf: str
    why: str


class Likeness(StrEnum):
    """In how far code is the same."""

    BYTES = "every character is the same"
    EXACT = "the same but for comments, docstrings, type hints, layout and the order of functions"
    PLAIN = "the same but for all of these, names and constants"


@dataclass(frozen=True, slots=True, kw_only=True)
class SameCode:
    """Texts that are the same, at least one of them of the class."""

    likeness: Likeness
    members: tuple[ComparedCode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A submission of the class and what it was compared with."""

    first: ComparedCode
    second: ComparedCode
    rare_first: frozenset[int] = field(repr=False)  # its rare fingerprints
    rare_second: frozenset[int] = field(repr=False)
    shared: int  # how many of them both have
    also_like: int = 0  # further shipped texts, less alike, that this pair stands for

    @property
    def is_of_one_name(self) -> bool:
        """Whether somebody of that name was there in another term."""
        return self.second.origin == Origin.ARCHIVE and self.first.name == self.second.name

    @property
    def share(self) -> float:
        """Of the rare fingerprints of the one that has fewer of them."""
        return self.shared / min(len(self.rare_first), len(self.rare_second))

    @property
    def in_both(self) -> frozenset[int]:
        """The rare fingerprints that both have."""
        return self.rare_first & self.rare_second


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What was found in a class."""

    pairs: tuple[Pair, ...]  # those that share anything, the most alike first
    same: tuple[SameCode, ...]
    class_shares: tuple[float, ...]  # of every pair within the class, the largest first
    closest: tuple[float, ...]  # of every submission with its closest in the class, largest first
    submissions: int  # of the class that were compared
    partners: int  # of other terms and shipped ones that were compared
    without_own: tuple[ComparedCode, ...]  # of the class, with too little of their own
    declared: int  # pairs of declared groups, which are no part of all this
    not_compared: tuple[NotCompared, ...]

    def place(self, pair: Pair) -> int:
        """How many pairs within the class are more alike than this one, and one more."""
        return 1 + bisect.bisect_left(self.class_shares, -pair.share, key=operator.neg)
