"""Which fingerprints are rare: what most of a class has says nothing of two of them.

What more than a fifth of a class has, and more than four, is left out. Copies of one text must
not make it common, though, or many copies would hide each other. So submissions that share half of
their code count as one here, and here only.
"""

import itertools
from collections import Counter
from collections.abc import Sequence

MOST_HOLDERS = 4
MOST_SHARE = 1 / 5
LEAST_PRINTS = 15  # with fewer rare ones, what two share can be chance
_NEARLY_ALL = 9 / 10
_SMALL_CLASS = 9  # in which nothing is taken for given to all
_HALF = 1 / 2


def common_prints(held: Sequence[frozenset[int]]) -> frozenset[int]:
    """What is common in a class.

    Args:
        held: the fingerprints of each submission, without those of the starter and the handout.
    """
    groups: dict[int, set[int]] = {}
    for member, group in enumerate(_groups(held)):
        groups.setdefault(group, set()).update(held[member])
    holders = Counter(digest for digests in groups.values() for digest in digests)
    most = max(MOST_HOLDERS, MOST_SHARE * len(groups))
    return frozenset(digest for digest, number in holders.items() if number > most)


def _groups(held: Sequence[frozenset[int]]) -> list[int]:
    """For each submission the first of those that it is linked to by half of the code."""
    holders = Counter(digest for digests in held for digest in digests)
    # What nearly all have was given to all of them, in a lecture perhaps, and links nobody.
    most = max(_SMALL_CLASS, _NEARLY_ALL * len(held))
    given = {digest for digest, number in holders.items() if number > most}
    own = [digests - given for digests in held]
    leader = list(range(len(held)))
    for first, second in itertools.combinations(range(len(own)), 2):
        fewer = min(len(own[first]), len(own[second]))
        if fewer >= LEAST_PRINTS and len(own[first] & own[second]) >= _HALF * fewer:
            _link(leader, first, second)
    return [_leader(leader, member) for member in range(len(held))]


def _leader(leader: list[int], member: int) -> int:
    while leader[member] != member:
        leader[member] = leader[leader[member]]
        member = leader[member]
    return member


def _link(leader: list[int], first: int, second: int) -> None:
    one, other = sorted((_leader(leader, first), _leader(leader, second)))
    leader[other] = one
