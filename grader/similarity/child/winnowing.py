"""Fingerprints of a unit of tokens (Schleimer, Wilkerson and Aiken, 2003).

Of each 6 neighbouring runs of 14 tokens the one with the smallest hash is kept. So what two
submissions share is found wherever it has 19 tokens, some two lines, and a third of the runs has
to be compared.
"""

import functools
import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

RUN = 14  # tokens
WINDOW = 6  # runs
SHORTEST = 8  # tokens of a unit that is shorter than a run, and is kept whole
_MODULUS = (1 << 61) - 1
_BASE = 0x1F3D_5B79_2C4E_6A81 % _MODULUS


class Print(NamedTuple):
    """One run of tokens that was kept: its hash, its first token, and its lines."""

    digest: int
    token: int
    first_line: int
    last_line: int


def fingerprints(plain: Sequence[str], lines: Sequence[int], *, first: int) -> Iterator[Print]:
    """The runs that are kept of one unit, in their order.

    Args:
        plain: the tokens.
        lines: the line of each.
        first: the number of the first token among those of all units.
    """
    hashes = _rolling([_number(token) for token in plain])
    if not hashes and len(plain) >= SHORTEST:
        hashes = [_whole([_number(token) for token in plain])]
    kept = -1
    for start in range(max(1, len(hashes) - WINDOW + 1) if hashes else 0):
        window = hashes[start : start + WINDOW]
        smallest = min(window)
        if kept >= start and hashes[kept] == smallest:
            continue  # so that a long repetition keeps as few as it can
        place = kept = start + len(window) - 1 - window[::-1].index(smallest)
        run = lines[place : place + RUN]
        yield Print(smallest, first + place, min(run), max(run))


def _rolling(numbers: list[int]) -> list[int]:
    """The hash of each run, from the one before."""
    if len(numbers) < RUN:
        return []
    leading = pow(_BASE, RUN, _MODULUS)
    value = 0
    hashes = []
    for place, number in enumerate(numbers):
        value = (value * _BASE + number) % _MODULUS
        if place >= RUN:
            value = (value - numbers[place - RUN] * leading) % _MODULUS
        if place >= RUN - 1:
            hashes.append(value)
    return hashes


def _whole(numbers: list[int]) -> int:
    value = 0
    for number in numbers:
        value = (value * _BASE + number) % _MODULUS
    return value


@functools.lru_cache(maxsize=1 << 16)
def _number(token: str) -> int:
    """The same in every process, which `hash` is not."""
    digest = hashlib.blake2b(token.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest) % _MODULUS
