"""Inputs on which mistakes show, and the small model behind `generate`.

All sizes differ, within a check and from check to check, and no activation, bias or gain is
special, because a coincidence hides mistakes: equal sizes hide swapped axes, a bias of zero hides
a missing bias, one head hides every head mistake, and one token hides the mask. Where such a
coincidence shows a mistake of its own, as one token does, it comes as one call of several.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from grader.checks import TOLERANCE, ScriptedStages, assert_close, assert_unchanged, remembered

Floats = NDArray[np.float32]
Weights = dict[str, Any]

EPS = 1e-5


@dataclass(frozen=True)
class Sizes:
    """How long each axis is; no two of them are equal."""

    batch: int
    time: int
    n_heads: int
    head_width: int
    inner_width: int
    vocabulary: int

    @property
    def width(self) -> int:
        return self.n_heads * self.head_width


MODEL = Sizes(batch=1, time=16, n_heads=3, head_width=4, inner_width=20, vocabulary=37)
LARGE_VOCABULARY = 301  # Python keeps one object for each number up to 256
CONTEXT = MODEL.time
MOST_LAYERS = 4
PRIMES = (23, 29, 31, 37, 41)  # no product of heads and their width, and longer than those


def drawn_sizes(rng: np.random.Generator) -> Sizes:
    """Sizes by the order of random numbers, for `normal` is what a check's generator repeats."""
    return _sizes_by(rng.normal(0.0, 1.0, (12,)).tobytes())


@lru_cache
def _sizes_by(drawn: bytes) -> Sizes:
    numbers = np.frombuffer(drawn)
    batch, n_heads = numbers[:3].argsort()[:2] + 2
    time, head_width = numbers[3:7].argsort()[:2] + 5
    inner_width, vocabulary = numbers[7:].argsort()[:2]
    return Sizes(
        batch=int(batch),
        time=int(time),
        n_heads=int(n_heads),
        head_width=int(head_width),
        inner_width=PRIMES[inner_width],
        vocabulary=PRIMES[vocabulary],
    )


class Probe:
    """Random inputs in float32, so that the reference sees exactly the same numbers.

    Their sizes are drawn, too, for each check of its own; `sized` has them as a check wants them.
    """

    def __init__(self, rng: np.random.Generator, sizes: Sizes | None = None) -> None:
        self.rng = rng
        self.sizes = sizes or drawn_sizes(rng)

    def sized(self, **sizes: int) -> "Probe":
        """The same with some sizes given, such as `batch=1`."""
        return Probe(self.rng, replace(self.sizes, **sizes))

    def floats(self, *shape: int, scale: float = 1.0, shift: float = 0.0) -> Floats:
        return self.rng.normal(shift, scale, shape).astype(np.float32)

    def matrix(self, rows: int, columns: int) -> Floats:
        return self.floats(rows, columns, scale=1.5 / np.sqrt(rows))

    def ids(self, *shape: int) -> NDArray[np.int64]:
        """Token ids, the first and the last of the vocabulary among them."""
        ids = self.rng.integers(1, self.sizes.vocabulary - 1, size=shape)
        ids.flat[1 % ids.size], ids.flat[-2 % ids.size] = 0, self.sizes.vocabulary - 1
        return ids

    def tokens(self, n: int) -> list[int]:
        """Different token ids of the small model, without id 0."""
        return [int(i) for i in self.rng.permutation(np.arange(1, MODEL.vocabulary))[:n]]

    def gain(self, width: int | None = None) -> Floats:
        return self.floats(width or self.sizes.width, scale=0.3, shift=1.2)

    def bias(self, width: int | None = None) -> Floats:
        return self.floats(width or self.sizes.width, scale=0.5)

    def states(self, scale: float = 1.0) -> Floats:
        return self.floats(self.sizes.batch, self.sizes.time, self.sizes.width, scale=scale)

    def heads(self) -> Floats:
        sizes = self.sizes
        return self.floats(sizes.batch, sizes.n_heads, sizes.time, sizes.head_width)

    def logits(self, scale: float = 2.0) -> Floats:
        return self.floats(self.sizes.batch, self.sizes.vocabulary, scale=scale)

    def spread_logits(self, step: float = 0.3) -> Floats:
        """Logits whose order does not depend on rounding: steps in random order."""
        batch, vocabulary = self.sizes.batch, self.sizes.vocabulary
        order = self.rng.normal(0.0, 1.0, (batch, vocabulary)).argsort(axis=1)
        steps = order + self.rng.normal(0.0, 0.1, (batch, vocabulary)).clip(-0.3, 0.3)
        return (step * steps).astype(np.float32)

    def attention(self) -> Weights:
        weights: Weights = {}
        for name in ("query", "key", "value", "output"):
            weights[name] = self.matrix(self.sizes.width, self.sizes.width)
            weights[f"{name}_bias"] = self.bias()
        return weights

    def feed_forward(self) -> Weights:
        width, inner_width = self.sizes.width, self.sizes.inner_width
        return {
            "inner": self.matrix(width, inner_width),
            "inner_bias": self.bias(inner_width),
            "outer": self.matrix(inner_width, width),
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


@pytest.fixture
def answers_to(student: Any) -> Callable[..., list[Any]]:
    """Makes several calls of a stage; `assert_left_alone` judges what they did to arguments.

    All of them are made before the first is judged: together they tell mistakes apart.
    """

    def observe(stage: str, *calls: tuple[Any, ...]) -> list[Any]:
        seen = [student.observe(stage, *call) for call in calls]
        student.once(f"calls of {stage}", list).extend(zip(seen, calls, strict=True))
        return [observed.value for observed in seen]

    return observe


@pytest.fixture
def assert_right(
    student: Any, answers_to: Callable[..., list[Any]], reference: Any
) -> Callable[..., None]:
    """Judges the student's answers to several calls of one stage.

    `assert_right("softmax", {"the probabilities": (logits,)})`: by what an answer is called, the
    arguments.
    """

    def judge(
        stage: str,
        calls: dict[str, tuple[Any, ...]],
        *,
        axes: tuple[str, ...] = (),
        tolerance: float = TOLERANCE,
        zeros: str = "",
    ) -> None:
        answers = answers_to(stage, *calls.values())
        for (name, call), answer in zip(calls.items(), answers, strict=True):
            expected = getattr(reference, stage)(*call)
            named = axes[-expected.ndim :]
            assert_close(answer, expected, name=name, axes=named, tolerance=tolerance)
            assert not zeros or not answer[expected == 0].any(), zeros

    return judge


@pytest.fixture
def assert_left_alone(student: Any) -> Callable[[str], None]:
    """Judges whether a stage changed an argument in any call that other checks have observed."""

    def judge(stage: str) -> None:
        calls = student.once(f"calls of {stage}", list)
        assert calls, f"No check before this one has called {stage}."
        for observed, call in calls:
            assert_unchanged(observed.arguments, call)

    return judge


MakeStages = Callable[..., ScriptedStages]
States = Callable[[Any], Any]


@dataclass(frozen=True)
class Model:
    """The stages that `generate` is given.

    It is to put them together and not to know what they compute. So they are no decoder: each is
    some function of its kind, whose value at a position follows from all positions up to it.
    """

    tokens: Floats
    layers: list[Floats]
    head: Floats

    def embed(self, ids: Any) -> Any:
        positions = np.arange(np.shape(ids)[-1])
        return self.tokens[np.array(ids)] + np.cos(positions)[:, None]

    def layer(self, k: int, h: Any) -> Any:
        means = np.cumsum(h, axis=-2) / np.arange(1, np.shape(h)[-2] + 1)[:, None]
        return np.asarray(h, float) / 2 + np.tanh(means @ self.layers[k])

    def output(self, h: Any) -> Any:
        return np.asarray(h, float) @ self.head

    def softmax(self, logits: Any) -> Any:
        positive = np.logaddexp(0, np.asarray(logits, float))
        return positive / positive.sum(axis=-1, keepdims=True)

    @property
    def stages(self) -> dict[str, Any]:
        """By the names of `ScriptedStages`; a submission like the last one computes nothing."""
        return {
            "embed": remembered(self.embed),
            "layers": [remembered(partial(self.layer, k)) for k in range(len(self.layers))],
            "output": remembered(self.output),
            "softmax": remembered(self.softmax),
        }


@pytest.fixture(scope="session")
def stages_of() -> Callable[[int], dict[str, Any]]:
    """The stages for a size of the vocabulary: the first part of the same in every check."""
    probe, width = Probe(np.random.default_rng(3), MODEL), MODEL.width
    tokens = probe.floats(LARGE_VOCABULARY, width)
    layers = [probe.matrix(width, width) for _ in range(MOST_LAYERS)]
    head = probe.matrix(width, LARGE_VOCABULARY)
    return lru_cache(lambda n: Model(tokens[:n], layers, head[:, :n]).stages)


@pytest.fixture
def scripted(stages_of: Callable[[int], dict[str, Any]]) -> MakeStages:
    """The small model whose `select` follows a script: `scripted([5, 9, 2])`."""

    def make(
        script: list[int],
        context_length: int = CONTEXT,
        n_layers: int = 3,
        vocabulary: int = MODEL.vocabulary,
    ) -> ScriptedStages:
        stages = stages_of(vocabulary)
        return ScriptedStages(
            **{**stages, "layers": stages["layers"][:n_layers]},
            script=script,
            context_length=context_length,
            vocabulary_size=vocabulary,
        )

    return make
