"""Orders that a seed decides.

Sorting by a hash gives the same order on every Python version and machine, so an attempt that is
resumed elsewhere shows what it showed before.
"""

import hashlib
from collections.abc import Iterable


def shuffled(names: Iterable[str], *, seed: int, salt: str) -> tuple[str, ...]:
    """The names in an order that depends on nothing but the names, the seed and the salt."""

    def rank(name: str) -> bytes:
        return hashlib.sha256(f"{seed}/{salt}/{name}".encode()).digest()

    return tuple(sorted(names, key=rank))


def derived_seed(*parts: str | int) -> int:
    """A seed that the parts decide and that does not tell them."""
    # length before text, so that ("ab", "c") and ("a", "bc") differ
    text = "".join(f"{len(str(part))}:{part}" for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) >> 1
