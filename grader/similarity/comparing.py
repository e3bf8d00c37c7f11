"""A class against itself and against what else is there: pairs, the most alike first."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from grader.similarity.compared_code import (
    ComparedCode,
    Comparison,
    Likeness,
    NotCompared,
    Origin,
    Pair,
    SameCode,
)
from grader.similarity.rare_prints import LEAST_PRINTS, common_prints

_Own = tuple[ComparedCode, frozenset[int]]  # a text and its rare fingerprints


def compare(
    submissions: Sequence[ComparedCode],
    partners: Sequence[ComparedCode],
    *,
    given: Set[int],
    declared: Iterable[Set[str]] = (),
    not_compared: Sequence[NotCompared] = (),
) -> Comparison:
    """Compare each submission with each other one and with each partner.

    Args:
        submissions: of the class.
        partners: of other terms, and shipped ones; they are not compared with each other.
        given: fingerprints of what everybody got: starter and handout.
        declared: groups of names who may share code.
    """
    held = [one.digests - given for one in submissions]
    common = common_prints(held)
    rare = [digests - common for digests in held]
    groups = _groups_of(declared)
    own = [own for own in zip(submissions, rare, strict=True) if len(own[1]) >= LEAST_PRINTS]
    met = list(itertools.combinations(own, 2))
    apart = [pair for pair in met if not _are_declared([one for one, _ in pair], groups)]
    within = [_pair(*pair) for pair in apart]
    others = [(one, one.digests - given - common) for one in partners]
    others = [other for other in others if len(other[1]) >= LEAST_PRINTS]
    beyond = [pair for one in own for pair in _with_partners(one, others)]
    pairs = sorted((pair for pair in [*within, *beyond] if pair.shared), key=_rank)
    return Comparison(
        pairs=tuple(pairs),
        same=_same([*submissions, *partners], given, groups),
        class_shares=tuple(sorted((pair.share for pair in within), reverse=True)),
        closest=_closest(within),
        submissions=len(submissions),
        partners=len(partners),
        without_own=tuple(
            one
            for one, digests in zip(submissions, rare, strict=True)
            if len(digests) < LEAST_PRINTS
        ),
        declared=len(met) - len(apart),
        not_compared=tuple(not_compared),
    )


def _pair(one: _Own, other: _Own) -> Pair:
    (first, a), (second, b) = one, other
    return Pair(first=first, second=second, rare_first=a, rare_second=b, shared=len(a & b))


def _with_partners(own: _Own, others: Sequence[_Own]) -> Iterator[Pair]:
    """Each text of another term; of shipped ones, which are versions of few, the most alike."""
    pairs = [_pair(own, other) for other in others]
    yield from (pair for pair in pairs if pair.second.origin == Origin.ARCHIVE)
    shipped = sorted((pair for pair in pairs if pair.second.origin == Origin.SHIPPED), key=_rank)
    if shipped:
        best, *rest = shipped
        yield replace(best, also_like=sum(pair.share >= best.share / 2 for pair in rest))


def _rank(pair: Pair) -> tuple[float, int, str, str, str]:
    """The most alike first, then those that share more."""
    names = (pair.first.name, pair.second.shelf, pair.second.name)
    return (-pair.share, -pair.shared, *names)


def _closest(within: Iterable[Pair]) -> tuple[float, ...]:
    most: dict[str, float] = defaultdict(float)
    for pair in within:
        for one in (pair.first, pair.second):
            most[one.name] = max(most[one.name], pair.share)
    return tuple(sorted(most.values(), reverse=True))


def _groups_of(declared: Iterable[Set[str]]) -> dict[str, set[int]]:
    """The numbers of the declared groups that a name is in."""
    groups: dict[str, set[int]] = defaultdict(set)
    for number, names in enumerate(declared):
        for name in names:
            groups[name].add(number)
    return groups


def _are_declared(members: Sequence[ComparedCode], groups: Mapping[str, Set[int]]) -> bool:
    """Whether one declared group of the class has all of them."""
    if any(one.origin != Origin.CLASS for one in members):
        return False
    return bool(set.intersection(*(set(groups.get(one.name, ())) for one in members)))


def _same(
    compared: Sequence[ComparedCode], given: Set[int], groups: Mapping[str, Set[int]]
) -> tuple[SameCode, ...]:
    """Groups of texts that are the same, the most literal first, larger ones before smaller."""
    told: set[frozenset[int]] = set()
    found = []
    for likeness in Likeness:
        least = LEAST_PRINTS if likeness == Likeness.PLAIN else 1
        alike: dict[str, list[ComparedCode]] = defaultdict(list)
        for one in compared:
            if len(one.digests - given) >= least:
                alike[_digest(one, likeness)].append(one)
        for members in sorted(alike.values(), key=len, reverse=True):
            known = frozenset(map(id, members))
            is_of_class = any(one.origin == Origin.CLASS for one in members)
            if len(members) == 1 or not is_of_class or known in told:
                continue
            told.add(known)
            if not _are_declared(members, groups):
                found.append(SameCode(likeness=likeness, members=tuple(members)))
    return tuple(found)


def _digest(one: ComparedCode, likeness: Likeness) -> str:
    match likeness:
        case Likeness.BYTES:
            return one.digest
        case Likeness.EXACT:
            return one.prints.exact
        case Likeness.PLAIN:
            return one.prints.plain
