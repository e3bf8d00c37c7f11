"""Where random numbers come from: what a suite seeds is seeded in the student's process, too.

Only the suite says what the states are: one that came back could be one that draws nothing but
zeros. Where the submission drew, the suite's own generator goes on by one number, so that seeding
it again is seen, and what the suite draws next is something else than what the submission drew.
"""

import random
import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np


class Randomness:
    """The generators of this process that a submission may draw from, and what it knows of them."""

    def __init__(self) -> None:
        self._start: dict[str | int, Any] = {
            name: _key(state()) for name, state in _global_states().items()
        }
        self._told = dict(self._start)
        self._generators: list[Any] = []  # so that an id stays its own
        self._numbers: dict[int, int] = {}

    def begin(self) -> None:
        """Another process has the states of the start."""
        self._told = dict(self._start)

    def news(self) -> dict[str, Any]:
        """What the suite did to the global generators since the last request, as plain values."""
        states = {name: state() for name, state in _global_states().items()}
        return {name: state for name, state in states.items() if self._is_news(name, state)}

    def described(self, value: Any) -> dict[str, Any] | None:
        """A generator that the suite hands over, with its state where that is news."""
        if (state := _state(value)) is None:
            return None
        if id(value) not in self._numbers:
            self._numbers[id(value)] = len(self._generators)
            self._generators.append(value)
        number = self._numbers[id(value)]
        return {"id": number, "state": state if self._is_news(number, state) else None}

    def drawn(self, names: Iterable[Any]) -> None:
        """The submission drew from these generators.

        Raises:
            LookupError, TypeError: there is none of that name or number.
        """
        states = _global_states()
        for name in names:
            if type(name) is str:
                _ADVANCED[name]()
                self._told[name] = _key(states[name]())
            else:
                _advance(self._generators[name])
                self._told[name] = _key(_state(self._generators[name]))

    def _is_news(self, name: str | int, state: Any) -> bool:
        key = _key(state)
        before, self._told[name] = self._told.get(name), key
        return bool(before != key)


def _global_states() -> dict[str, Callable[[], Any]]:
    found: dict[str, Callable[[], Any]] = {"python": random.getstate, "numpy": np.random.get_state}
    if torch := sys.modules.get("torch"):
        found["torch"] = lambda: torch.get_rng_state().numpy().view(np.int8)
    return found


_ADVANCED: dict[str, Callable[[], Any]] = {
    "python": random.random,
    "numpy": np.random.random_sample,
    "torch": lambda: sys.modules["torch"].rand(()),
}


def _advance(generator: Any) -> None:
    if hasattr(generator, "manual_seed"):
        sys.modules["torch"].rand((), generator=generator)
    elif hasattr(generator, "random_sample"):
        generator.random_sample()
    else:
        generator.random()


def _state(value: Any) -> list[Any] | None:
    """The kind of a generator, and its state; None if it is none."""
    if type(value) is random.Random:
        return ["Random", value.getstate()]
    if type(value) is np.random.RandomState:
        return ["RandomState", value.get_state()]
    if type(value) is np.random.Generator:
        return ["Generator", value.bit_generator.state]
    torch = sys.modules.get("torch")
    if torch is not None and type(value) is torch.Generator and value.device.type == "cpu":
        return ["torch", value.get_state().numpy().view(np.int8)]
    return None


def _key(state: Any) -> Any:
    """What tells one state from another."""
    if isinstance(state, np.ndarray):
        return state.tobytes()
    if isinstance(state, dict):
        return {name: _key(one) for name, one in state.items()}
    if isinstance(state, list | tuple) and len(state) < 10:
        return [_key(one) for one in state]
    return state
