"""Configurations and weights on which mistakes show, and objects that have them.

All sizes differ. Rates of dropout are 0 or 1: then nothing is left to chance, and what is dropped
shows by what is left.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from grader.checks import (
    TOLERANCE,
    Mismatch,
    ScriptedFunctions,
    assert_close,
    assert_equal,
)

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]
Config = dict[str, Any]

AXES = ("sequence", "position")
DEEP = 1e-4  # rounding grows with the depth
PARTS = ("MLP", "CausalSelfAttention")
SHARED = ("transformer.wte.weight", "lm_head.weight")
STEPS = 5  # of a generation


@dataclass(frozen=True)
class Probe:
    """A configuration, and random weights and inputs for it."""

    rng: np.random.Generator
    batch: int
    time: int
    config: Config

    def with_config(self, **changes: Any) -> "Probe":
        return replace(self, config=self.config | changes)

    def sized(self, batch: int, time: int) -> "Probe":
        return replace(self, batch=batch, time=time)

    def states(self) -> Floats:
        """Hidden states (B, T, d)."""
        return self._floats(self.batch, self.time, self.config["n_embd"])

    def ids(self) -> Ids:
        """Token ids (B, T)."""
        drawn = self.rng.random((self.batch, self.time)) * self.config["vocab_size"]
        return drawn.astype(np.int64)

    def weights(self, kind: str) -> dict[str, Floats]:
        """A state dict with GPT-2's names."""
        shapes = shapes_of_kind(kind, self.config)
        state = {name: self._weight(name, shape) for name, shape in shapes.items()}
        if kind == "DecoderModel":
            state["lm_head.weight"] = state["transformer.wte.weight"]
        return state

    def shifted(self) -> dict[str, Floats]:
        """Weights of a feed-forward network with inner values around -2, where GELUs differ."""
        state = self.weights("MLP")
        small = np.float32(0.2)
        state["c_fc.weight"] = state["c_fc.weight"] * small
        state["c_fc.bias"] = state["c_fc.bias"] * small - np.float32(2)
        state["c_proj.bias"] = state["c_proj.bias"] * np.float32(0.01)
        return state

    def _weight(self, name: str, shape: list[int]) -> Floats:
        is_gain = "ln_" in name and name.endswith("weight")
        return self._floats(*shape) * np.float32(0.6) + np.float32(is_gain)

    def _floats(self, *shape: int) -> Floats:
        return self.rng.normal(0.0, 1.0, shape).astype(np.float32)


def _conv(name: str, n_in: int, n_out: int) -> dict[str, list[int]]:
    return {f"{name}.weight": [n_in, n_out], f"{name}.bias": [n_out]}


def _norm(name: str, d: int) -> dict[str, list[int]]:
    return {f"{name}.weight": [d], f"{name}.bias": [d]}


def shapes_of_kind(kind: str, config: Config) -> dict[str, list[int]]:
    """Names and shapes of the parameters of a class."""
    d = config["n_embd"]
    if kind == "MLP":
        return _conv("c_fc", d, 4 * d) | _conv("c_proj", 4 * d, d)
    if kind == "CausalSelfAttention":
        return _conv("c_attn", d, 3 * d) | _conv("c_proj", d, d)
    if kind == "Block":
        attention = below("attn", shapes_of_kind("CausalSelfAttention", config))
        mlp = below("mlp", shapes_of_kind("MLP", config))
        return _norm("ln_1", d) | attention | _norm("ln_2", d) | mlp
    embeddings = {"wte.weight": [config["vocab_size"], d], "wpe.weight": [config["n_positions"], d]}
    block = shapes_of_kind("Block", config)
    layers = [below(f"h.{n}", block) for n in range(config["n_layer"])]
    for layer in layers:
        embeddings |= layer
    return below("transformer", embeddings | _norm("ln_f", d))


def below(name: str, shapes: dict[str, list[int]]) -> dict[str, list[int]]:
    return {f"{name}.{inner}": shape for inner, shape in shapes.items()}


@pytest.fixture
def probe(rng: np.random.Generator) -> Probe:
    """Sizes that differ, a large eps, and no dropout."""
    heads = 2 + int(rng.random() * 2)
    config = {
        "vocab_size": 23,
        "n_positions": 9,
        "n_embd": heads * 4,
        "n_layer": 2,
        "n_head": heads,
        "layer_norm_epsilon": 0.05,
        "embd_pdrop": 0.0,
        "attn_pdrop": 0.0,
        "resid_pdrop": 0.0,
    }
    return Probe(rng, batch=2, time=7, config=config)


@pytest.fixture
def assert_right(student: Any, reference: Any) -> Callable[..., None]:
    """Compares what an object gives with what a right one does, call by call."""

    def check(
        kind: str,
        probe: Probe,
        *inputs: Any,
        train: bool = False,
        path: str = "",
        of: str = "",
        weights: dict[str, Any] | None = None,
    ) -> None:
        state = weights or probe.weights(kind)
        made = student.make(kind, probe.config)
        made.load_state_dict(state)
        made.train(train)
        place = made
        for name in path.split(".") if path else ():
            place = place[int(name)] if name.isdigit() else getattr(place, name)
        for number, given in enumerate(inputs):
            came = place(given)
            expected = getattr(reference, kind)(
                probe.config,
                [
                    ["load_state_dict", [state], "answer"],
                    ["train", [train], "answer"],
                    [path, [given], "answer"],
                ],
            )
            name = f"{of or 'the answer'}{' to the second call' if number else ''}"
            last = "vocabulary entry" if kind == "DecoderModel" and not path else "width"
            tolerance = TOLERANCE if kind in PARTS else DEEP
            assert_close(came, expected, name=name, axes=(*AXES, last), tolerance=tolerance)

    return check


@pytest.fixture
def assert_names(student: Any) -> Callable[..., None]:
    """Compares names and shapes of the parameters, then of the state dict."""

    def check(kind: str, config: Config) -> None:
        compare(kind, config, of="named_parameters")
        compare(kind, config, of="state_dict")

    def compare(kind: str, config: Config, *, of: str) -> None:
        expected = shapes_of_kind(kind, config)
        came = student.shapes_of(getattr(student.make(kind, config), of))
        if kind == "DecoderModel" and (of == "state_dict" or SHARED[0] not in came):
            expected[SHARED[1]] = expected[SHARED[0]]
            if of == "named_parameters":  # of two names of one parameter the first one counts
                del expected[SHARED[0]]
        if came == expected:
            return
        raise Mismatch(
            f"{of}() of {kind} {_difference(came, expected)}",
            discreet="The names or the shapes are not those of the handout.",
            answer=came,
        )

    return check


def _difference(came: dict[str, Any], expected: dict[str, Any]) -> str:
    missing = [name for name in expected if name not in came]
    more = [name for name in came if name not in expected]
    if missing:
        return f"lacks {missing[0]}{f', and {len(missing) - 1} more' if len(missing) > 1 else ''}."
    if more:
        return f"has {more[0][:100]}, which does not belong there."
    name = next(name for name in expected if came[name] != expected[name])
    return f"has {name} of shape {came[name]}; {expected[name]} is expected."


@pytest.fixture
def assert_round_trip(student: Any) -> Callable[..., None]:
    """The state dict that was loaded comes back, and is equal in another object."""

    def check(kind: str, probe: Probe) -> None:
        state = probe.weights(kind)
        made = student.make(kind, probe.config)
        made.load_state_dict(state)
        came = made.state_dict()
        if not isinstance(came, dict) or came.keys() != state.keys():
            raise Mismatch(
                f"state_dict() of {kind} has other names than what was loaded.",
                discreet="The state dict has other names than what was loaded.",
                answer=came,
            )
        for name, value in state.items():
            if not np.array_equal(came[name], value):
                raise Mismatch(
                    f"{name} in state_dict() is not what was loaded.",
                    discreet="The state dict is not what was loaded.",
                    answer=came,
                )

    return check


@dataclass(frozen=True)
class Run:
    """One generation, and what was seen of it."""

    prompt: Ids
    script: Ids  # (B, n)
    calls: list[Any]
    returned: Any
    window: int

    def text(self, step: int) -> Ids:
        """What there is at the beginning of a step, (B, T + step)."""
        return np.concatenate([self.prompt, self.script[:, :step]], axis=1)


@pytest.fixture
def generated(student: Any) -> Callable[..., Run]:
    """Runs `generate` on a model whose forward pass and choice are ours."""

    def run(probe: Probe, *, steps: int = STEPS, train: bool = False) -> Run:
        prompt = probe.ids()
        script = probe.sized(probe.batch, steps).ids()
        stages = scripted(probe, script)
        model = student.make("DecoderModel", probe.config)
        model.train(train)
        student.answer_forward(model, "stages.forward")
        returned = model.generate(prompt, stages, steps)
        return Run(prompt, script, stages.calls, returned, probe.config["n_positions"])

    return run


def scripted(probe: Probe, script: Ids) -> ScriptedFunctions:
    """A forward pass by formula, and a choice by script: what is handed on is all that counts."""
    vocabulary, window = probe.config["vocab_size"], probe.config["n_positions"]
    batch, steps = script.shape
    chosen: list[Ids] = []

    def forward(ids: Any, training: Any) -> Floats:
        is_fed = isinstance(ids, np.ndarray) and ids.dtype.kind == "i" and ids.ndim == 2
        if not is_fed or len(ids) != batch or not 1 <= ids.shape[1] <= window:
            raise ValueError(f"takes ids of shape ({batch}, 1 to {window})")
        mixed = np.cumsum((ids + 1) * np.arange(2, ids.shape[1] + 2), axis=1)
        return np.cos(mixed[..., None] * np.arange(1, vocabulary + 1) * 0.37).astype(np.float32)

    def select(logits: Any) -> Ids:
        is_row = isinstance(logits, np.ndarray) and logits.dtype.kind == "f"
        if not is_row or logits.shape != (batch, vocabulary):
            raise ValueError(f"takes logits of shape ({batch}, {vocabulary})")
        if stages.calls and len(chosen) > sum(c.stage == "stages.select" for c in stages.calls):
            chosen.clear()  # the same call is made again
        token = script[:, min(len(chosen), steps - 1)]
        chosen.append(token)
        return token

    stages = ScriptedFunctions(
        "stages", {"forward": forward, "select": select}, most_calls=4 * (steps + 2)
    )
    return stages


def assert_flow(run: Run) -> None:
    """Each step feeds the newest tokens that fit, and chooses by the last row of what came."""
    steps = run.script.shape[1]
    names = [call.stage for call in run.calls]
    expected = ["stages.forward", "stages.select"] * steps
    if names != expected and names != [*expected, "stages.forward"]:
        said = ", ".join(name.partition(".")[2] for name in names[:12]) or "nothing"
        raise Mismatch(
            f"Asked for {steps} tokens, generate called {said}; the model and select are expected "
            f"in turn, {steps} times.",
            discreet="The model and select are not called in turn, once for each new token.",
        )
    for step in range(steps):
        forward, select = run.calls[2 * step : 2 * step + 2]
        fed, right = forward.received[0], run.text(step)[:, -run.window :]
        if not np.array_equal(fed, right):
            raise Mismatch(
                f"Step {step + 1} feeds {np.asarray(fed).tolist()}; {right.tolist()} is expected.",
                discreet="A step feeds other tokens than the newest ones that fit.",
            )
        name = f"what select gets in step {step + 1}"
        assert_close(select.received[0], forward.returned[:, -1], name=name, axes=("sequence",))


def assert_returned(run: Run) -> None:
    """Prompts and new tokens come back."""
    assert_equal(run.returned, run.text(run.script.shape[1]), name="the result", axes=AXES)


@pytest.fixture
def judged() -> dict[str, Callable[[Run], None]]:
    """What is asked of a run."""
    return {"flow": assert_flow, "returned": assert_returned, "mode": assert_mode}


def assert_mode(run: Run) -> None:
    """No forward pass of the run is in training mode."""
    for number, call in enumerate(c for c in run.calls if c.stage == "stages.forward"):
        if call.received[1] is not False:
            raise Mismatch(
                f"Forward pass {number + 1} of generate runs in training mode, where dropout acts.",
                discreet="A forward pass of generate runs in training mode.",
            )
