"""The right functions, and inputs on which mistakes show.

All sizes differ and no activation, bias or gain is special, because a coincidence hides
mistakes: equal sizes hide swapped axes, a bias of zero hides a missing bias, one head hides
every head mistake, and one token hides the mask.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from grader.checks import ScriptedStages, remembered
from reference.decoder.contract import FUNCTIONS

Floats = NDArray[np.float32]
Weights = dict[str, Any]

BATCH, TIME, HEADS, HEAD_WIDTH, INNER_WIDTH, VOCABULARY, CONTEXT = 2, 7, 3, 8, 40, 37, 16
WIDTH = HEADS * HEAD_WIDTH
EPS = 1e-5


def as_tensor(value: Any) -> Any:
    """Arrays become tensors, floats in float64; lists and dicts keep their shape."""
    match value:
        case np.ndarray():
            tensor = torch.from_numpy(value.copy())
            return tensor.double() if tensor.is_floating_point() else tensor.long()
        case dict():
            return {key: as_tensor(item) for key, item in value.items()}
        case list() if value and isinstance(value[0], np.ndarray | dict):
            return [as_tensor(item) for item in value]
        case _:
            return value


def over_arrays(function: Callable[..., Any]) -> Callable[..., Any]:
    """The reference function on arrays instead of tensors."""

    def call(*arguments: Any) -> Any:
        result = function(*(as_tensor(argument) for argument in arguments))
        return result.numpy() if isinstance(result, torch.Tensor) else result

    return call


@pytest.fixture(scope="session")
def reference() -> SimpleNamespace:
    """The reference's functions by name: arrays in, float64 arrays out."""
    return SimpleNamespace(**{name: remembered(over_arrays(f)) for name, f in FUNCTIONS.items()})


class Probe:
    """Random inputs in float32, so that the reference sees exactly the same numbers."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def floats(self, *shape: int, scale: float = 1.0, shift: float = 0.0) -> Floats:
        return self.rng.normal(shift, scale, shape).astype(np.float32)

    def matrix(self, rows: int, columns: int) -> Floats:
        return self.floats(rows, columns, scale=1.5 / np.sqrt(rows))

    def ids(self, *shape: int) -> NDArray[np.int64]:
        """Token ids, the first and the last of the vocabulary among them."""
        ids = self.rng.integers(1, VOCABULARY - 1, size=shape)
        ids.flat[1], ids.flat[-2] = 0, VOCABULARY - 1
        return ids

    def tokens(self, n: int) -> list[int]:
        """Different token ids, without id 0, which tests use as the end-of-sequence token."""
        return [int(i) for i in self.rng.permutation(np.arange(1, VOCABULARY))[:n]]

    def gain(self, width: int = WIDTH) -> Floats:
        return self.floats(width, scale=0.3, shift=1.2)

    def bias(self, width: int = WIDTH) -> Floats:
        return self.floats(width, scale=0.5)

    def states(self, batch: int = BATCH, time: int = TIME) -> Floats:
        return self.floats(batch, time, WIDTH)

    def heads(self, batch: int = BATCH, time: int = TIME) -> Floats:
        return self.floats(batch, HEADS, time, HEAD_WIDTH)

    def attention(self) -> Weights:
        weights: Weights = {}
        for name in ("query", "key", "value", "output"):
            weights[name] = self.matrix(WIDTH, WIDTH)
            weights[f"{name}_bias"] = self.bias()
        return weights

    def feed_forward(self) -> Weights:
        return {
            "inner": self.matrix(WIDTH, INNER_WIDTH),
            "inner_bias": self.bias(INNER_WIDTH),
            "outer": self.matrix(INNER_WIDTH, WIDTH),
            "outer_bias": self.bias(),
        }

    def layer(self) -> Weights:
        return {
            "attention_norm_gain": self.gain(),
            "attention_norm_bias": self.bias(),
            "attention": self.attention(),
            "feed_forward_norm_gain": self.gain(),
            "feed_forward_norm_bias": self.bias(),
            "feed_forward": self.feed_forward(),
        }


@pytest.fixture
def probe(rng: np.random.Generator) -> Probe:
    return Probe(rng)


MakeStages = Callable[..., ScriptedStages]
States = Callable[[Any], Any]


@dataclass(frozen=True)
class Model:
    """The small model behind `generate`, stage by stage."""

    embed: States
    layers: list[States]
    output: States
    softmax: States


@pytest.fixture(scope="session")
def model(reference: SimpleNamespace) -> Model:
    """Three layers whose weights are the same in every check: a student's loop never sees them."""
    probe = Probe(np.random.default_rng(3))
    tables = probe.floats(VOCABULARY, WIDTH), probe.floats(CONTEXT, WIDTH)
    head = probe.gain(), probe.bias(), EPS, probe.matrix(WIDTH, VOCABULARY)
    decoder_layer, output = (over_arrays(FUNCTIONS[n]) for n in ("decoder_layer", "output_logits"))

    def run_layer(weights: Weights) -> States:
        return remembered(lambda h: decoder_layer(h, weights, HEADS, EPS))

    return Model(
        embed=lambda ids: reference.embed(np.array(ids), *tables),
        layers=[run_layer(probe.layer()) for _ in range(3)],
        output=remembered(lambda h: output(h, *head)),
        softmax=reference.softmax,
    )


@pytest.fixture
def scripted(model: Model) -> MakeStages:
    """The small model whose `select` follows a script: `scripted([5, 9, 2])`."""

    def make(script: list[int], context_length: int = CONTEXT, n_layers: int = 3) -> ScriptedStages:
        return ScriptedStages(
            embed=model.embed,
            layers=model.layers[:n_layers],
            output=model.output,
            softmax=model.softmax,
            script=script,
            context_length=context_length,
            vocabulary_size=VOCABULARY,
        )

    return make
