"""In the student's process: generators of random numbers in the states that the suite names."""

import random
import sys
from typing import Any

import numpy as np

_GENERATORS: dict[int, tuple[str, Any]] = {}


def put(states: dict[str, Any]) -> None:
    """Bring the global generators to these states."""
    if "python" in states:
        random.setstate(states["python"])
    if "numpy" in states:
        np.random.set_state(states["numpy"])
    if "torch" in states:
        import torch

        torch.set_rng_state(_bytes(states["torch"]))


def generator(number: int, told: Any) -> Any:
    """The generator of a number, in the state that is told if that is news."""
    if told is not None:
        kind, state = told
        _, known = _GENERATORS.get(number, (kind, None))
        _GENERATORS[number] = (kind, _put(known, kind, state))
    return _GENERATORS[number][1]


def states() -> dict[str | int, Any]:
    """Where each generator stands, by name or number."""
    found: dict[str | int, Any] = {"python": random.getstate(), "numpy": _parts(np.random)}
    if torch := sys.modules.get("torch"):
        found["torch"] = torch.get_rng_state().numpy().tobytes()
    for number, (kind, made) in _GENERATORS.items():
        if kind == "Generator":
            found[number] = repr(made.bit_generator.state)
        elif kind == "torch":
            found[number] = made.get_state().numpy().tobytes()
        else:
            found[number] = made.getstate() if kind == "Random" else _parts(made)
    return found


def _parts(of: Any) -> list[Any]:
    name, key, *rest = of.get_state()
    return [name, key.tobytes(), *rest]


def _put(known: Any, kind: str, state: Any) -> Any:
    if kind == "Random":
        known = known or random.Random()  # noqa: S311 - as the suite has it
        known.setstate(state)
    elif kind == "RandomState":
        known = known or np.random.RandomState()
        known.set_state(state)
    elif kind == "Generator":
        known = known or np.random.Generator(getattr(np.random, state["bit_generator"])())
        known.bit_generator.state = state
    else:
        import torch

        known = known or torch.Generator()
        known.set_state(_bytes(state))
    return known


def _bytes(state: np.ndarray) -> Any:
    import torch

    return torch.from_numpy(state.view(np.uint8).copy())
