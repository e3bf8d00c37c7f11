"""The random inputs of checks: for each check the same numbers on every submission."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.harness.markers import Check


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

    Arrays of normal numbers, of which most inputs are made, are drawn once and then copied, which
    takes a fifth of the time.
    """

    def __init__(self, seed: int) -> None:
        sequence = np.random.SeedSequence(seed)
        bits = np.random.PCG64(sequence)
        super().__init__(bits)
        self._sequence = sequence
        self._memory = _Memory(bits)

    def __getattribute__(self, name: str) -> Any:
        if name[0] != "_" and name not in _WITH_MEMORY:
            self._memory.catch_up()
        return super().__getattribute__(name)

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
            return self._memory.normal((loc, scale, size))
        self._memory.catch_up()
        return super().normal(loc, scale, size)


_WITH_MEMORY = frozenset({"normal", "restart", "has_spawned"})


@dataclass(frozen=True, slots=True)
class _Draw:
    """What was asked, what came, and the state of the generator around it."""

    asked: tuple[float, float, tuple[int, ...]]
    numbers: np.ndarray
    before: Any
    after: Any


class _Memory:
    """The draws since the beginning. Where they are repeated, the generator's state lags behind."""

    def __init__(self, bits: np.random.PCG64) -> None:
        self._bits = bits
        self._generator = np.random.Generator(bits)
        self._beginning: Any = bits.state
        self._state = self._beginning
        self._lags = False  # behind `_state`
        self._draws: list[_Draw] = []
        self._n = 0

    def restart(self) -> None:
        self._n, self._state, self._lags = 0, self._beginning, True

    def normal(self, asked: tuple[float, float, tuple[int, ...]]) -> np.ndarray:
        draw = self._draws[self._n] if self._n < len(self._draws) else None
        state = self._state if self._lags else self._bits.state
        if draw is None or draw.asked != asked or draw.before != state:
            draw = self._drawn(asked, state)
        self._n, self._state, self._lags = self._n + 1, draw.after, True
        return draw.numbers.copy()

    def _drawn(self, asked: tuple[float, float, tuple[int, ...]], before: Any) -> _Draw:
        """A new draw; those that were known to follow are forgotten."""
        self.catch_up()
        numbers = self._generator.normal(*asked)
        draw = _Draw(asked, numbers, before, self._bits.state)
        self._draws[self._n :] = [draw]
        return draw

    def catch_up(self) -> None:
        if self._lags:
            self._lags = False
            self._bits.state = self._state
