"""The random inputs of checks: for each check the same numbers on every submission."""

import hashlib
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.harness.markers import Check

_MOST_DRAWS = 200  # of one check
_LARGEST_DRAW = 1 << 13  # numbers


class Generators:
    """One generator for each check: fixed for a visible one, from the secret for a hidden one."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._kept: dict[str, RepeatedGenerator] = {}

    def of(self, check: Check) -> np.random.Generator:
        """The check's generator, at its beginning."""
        kept = self._kept.get(check.id)
        if kept is None or kept.has_spawned:  # which no state tells
            text = f"{self._secret if check.hidden else ''}\0{check.id}"
            number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "little")
            kept = self._kept[check.id] = RepeatedGenerator(number)
        kept.restart()
        return kept


class RepeatedGenerator(np.random.Generator):
    """`np.random.default_rng(seed)` for those who draw the same numbers again and again.

    The arrays of normal numbers that a check draws first, of which most inputs are made, are
    copied from the second time on, which takes a fifth of the time. As soon as anything else of
    the generator is looked at, it is an ordinary one until it is back at its beginning.
    """

    def __init__(self, seed: int) -> None:
        sequence = np.random.SeedSequence(seed)
        bits = np.random.PCG64(sequence)
        super().__init__(bits)
        self._sequence = sequence
        self._memory = _Memory(bits)

    def __getattribute__(self, name: str) -> Any:
        if name[0] != "_" and name not in _WITH_MEMORY:
            _attribute(self, "_memory").leave()
        return _attribute(self, name)

    @property
    def has_spawned(self) -> bool:
        return self._sequence.n_children_spawned > 0

    def restart(self) -> None:
        """Back to the first number."""
        self._memory.restart()

    def spawn(self, n_children: int) -> list[np.random.Generator]:
        """See `np.random.Generator.spawn`."""
        return np.random.Generator(self.bit_generator).spawn(n_children)

    def __reduce__(self) -> Any:  # a copy is an ordinary generator
        return np.random.Generator(self.bit_generator).__reduce__()

    def normal(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        """See `np.random.Generator.normal`."""
        if isinstance(size, tuple) and isinstance(loc, float) and isinstance(scale, float):
            numbers: np.ndarray = _attribute(self, "_memory").normal((loc, scale, size))
            return numbers
        self._memory.leave()
        return super().normal(loc, scale, size)


_attribute = object.__getattribute__  # past the look at what is asked for
_WITH_MEMORY = frozenset({"normal", "restart", "has_spawned"})


@dataclass(frozen=True, slots=True)
class _KeptDraw:
    asked: tuple[float, float, tuple[int, ...]]
    numbers: np.ndarray
    state: Any  # of the generator afterwards


class _Memory:
    """The first draws since the beginning. While they are repeated, the state lags behind."""

    def __init__(self, bits: np.random.PCG64) -> None:
        self._bits = bits
        self._generator = np.random.Generator(bits)
        self._beginning: Any = bits.state
        self._draws: list[_KeptDraw] = []
        self.restart()

    def restart(self) -> None:
        self._n, self._state, self._is_used = 0, self._beginning, True

    def leave(self) -> None:
        """The generator is its own from now on."""
        if self._is_used:
            self._is_used = False
            self._bits.state = self._state

    def normal(self, asked: tuple[float, float, tuple[int, ...]]) -> np.ndarray:
        if not self._is_used or self._n >= _MOST_DRAWS or math.prod(asked[2]) > _LARGEST_DRAW:
            self.leave()
            return self._generator.normal(*asked)
        if self._n == len(self._draws) or self._draws[self._n].asked != asked:
            self._bits.state = self._state
            numbers = self._generator.normal(*asked)
            self._draws[self._n :] = [_KeptDraw(asked, numbers, self._bits.state)]
        draw = self._draws[self._n]
        self._n, self._state = self._n + 1, draw.state
        return draw.numbers.copy()
