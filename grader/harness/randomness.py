"""The random inputs of checks: for each check the same numbers on every submission."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.harness.markers import Check


@dataclass(frozen=True, slots=True)
class _Seeded:
    generator: np.random.Generator
    seed: np.random.SeedSequence
    beginning: Any  # the state of the generator before its first number


class Generators:
    """One generator for each check: fixed for a visible one, from the secret for a hidden one."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._seeded: dict[str, _Seeded] = {}

    def of(self, check: Check) -> np.random.Generator:
        """The check's generator, at its beginning. Seeding one anew takes ten times longer."""
        kept = self._seeded.get(check.id)
        if kept is None or kept.seed.n_children_spawned:  # what is spawned is no part of the state
            kept = self._seeded[check.id] = self._make(check)
        kept.generator.bit_generator.state = kept.beginning
        return kept.generator

    def _make(self, check: Check) -> _Seeded:
        text = f"{self._secret if check.hidden else ''}\0{check.id}"
        number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "little")
        seed = np.random.SeedSequence(number)
        bits = np.random.PCG64(seed)  # what `np.random.default_rng` makes of a number
        return _Seeded(np.random.Generator(bits), seed, bits.state)
