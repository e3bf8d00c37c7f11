"""Inputs on which mistakes show, and how pairs of an answer and a cache are judged.

All sizes differ, within a check and from check to check. More than one row, layer, head and new
position are there, because each of them alone hides mistakes: with one new token the order of the
keys does not matter, with one layer every layer has the right cache, and with one row every row.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from grader.checks import TOLERANCE, Mismatch, ScriptedPasses, assert_close, assert_unchanged

Floats = NDArray[np.float32]
Weights = dict[str, Any]
Cache = list[dict[str, Floats]]

KEPT = ("batch", "head", "position", "column")
# Rounding grows with the depth: 5e-6 of the largest value was measured in float32.
DEEP_TOLERANCE = 1e-4


@dataclass(frozen=True)
class Sizes:
    """How long each axis is; no two of them are equal."""

    batch: int
    n_heads: int
    n_layers: int
    past: int
    new: int
    head_width: int
    inner_width: int
    vocabulary: int

    @property
    def width(self) -> int:
        return self.n_heads * self.head_width


SMALL = Sizes(
    batch=1, n_heads=3, n_layers=2, past=4, new=2, head_width=2, inner_width=5, vocabulary=7
)
PRIMES = (37, 41, 43, 47)  # no product of heads and their width, and longer than those


def drawn_sizes(rng: np.random.Generator) -> Sizes:
    """Sizes by the order of random numbers, for `normal` is what a check's generator repeats."""
    return _sizes_by(rng.normal(0.0, 1.0, (11,)).tobytes())


@lru_cache
def _sizes_by(drawn: bytes) -> Sizes:
    numbers = np.frombuffer(drawn)
    few, more, primes = numbers[:3], numbers[3:7], numbers[7:]
    batch, n_heads, n_layers = (int(n) for n in few.argsort() + 2)
    past, new, head_width = (int(n) for n in more.argsort()[:3] + 5)
    inner_width, vocabulary = (PRIMES[n] for n in primes.argsort()[:2])
    return Sizes(
        batch=batch,
        n_heads=n_heads,
        n_layers=n_layers,
        past=past,
        new=new,
        head_width=head_width,
        inner_width=inner_width,
        vocabulary=vocabulary,
    )


class Probe:
    """Random inputs in float32, so that the reference sees exactly the same numbers.

    Their sizes are drawn, too, for each check of its own; `sized` has them as a check wants them.
    """

    def __init__(self, rng: np.random.Generator, sizes: Sizes | None = None) -> None:
        self.rng = rng
        self.sizes = sizes or drawn_sizes(rng)

    @property
    def small(self) -> "Probe":
        """The same with few numbers, where none of them matters."""
        return Probe(self.rng, SMALL)

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
        """Different token ids of `generate_cached`, without id 0."""
        return [int(i) for i in self.rng.permutation(np.arange(1, PASSES_VOCABULARY))[:n]]

    def gain(self) -> Floats:
        return self.floats(self.sizes.width, scale=0.3, shift=1.2)

    def bias(self, width: int | None = None) -> Floats:
        return self.floats(width or self.sizes.width, scale=0.5)

    def states(self, scale: float = 1.0) -> Floats:
        """Hidden states of the new positions."""
        return self.floats(self.sizes.batch, self.sizes.new, self.sizes.width, scale=scale)

    def past(self) -> dict[str, Floats]:
        """The cache of one layer."""
        sizes = self.sizes
        shape = sizes.batch, sizes.n_heads, sizes.past, sizes.head_width
        return {"keys": self.floats(*shape), "values": self.floats(*shape)}

    def cache(self) -> Cache:
        return [self.past() for _ in range(self.sizes.n_layers)]

    def attention(self) -> Weights:
        weights: Weights = {}
        for name in ("query", "key", "value", "output"):
            weights[name] = self.matrix(self.sizes.width, self.sizes.width)
            weights[f"{name}_bias"] = self.bias()
        return weights

    def layer(self) -> Weights:
        width, inner_width = self.sizes.width, self.sizes.inner_width
        return {
            "attention_norm_gain": self.gain(),
            "attention_norm_bias": self.bias(),
            "attention": self.attention(),
            "feed_forward_norm_gain": self.gain(),
            "feed_forward_norm_bias": self.bias(),
            "feed_forward": {
                "inner": self.matrix(width, inner_width),
                "inner_bias": self.bias(inner_width),
                "outer": self.matrix(inner_width, width),
                "outer_bias": self.bias(),
            },
        }

    def layers(self) -> list[Weights]:
        return [self.layer() for _ in range(self.sizes.n_layers)]

    def model(self, context_length: int, eps: float = 1e-3) -> Weights:
        sizes = self.sizes
        return {
            "token_embedding": self.floats(sizes.vocabulary, sizes.width),
            "position_embedding": self.floats(context_length, sizes.width),
            "layers": self.layers(),
            "final_norm_gain": self.gain(),
            "final_norm_bias": self.bias(),
            "output_weight": self.matrix(sizes.width, sizes.vocabulary),
            "n_heads": sizes.n_heads,
            "eps": eps,
        }


@pytest.fixture
def steps(probe: Probe, reference: Any) -> Callable[..., Iterator[tuple[Any, ...]]]:
    """The right calls of decode, one after the other: each with the cache of the one before."""

    def make(n: int, *, after: int, context_length: int, **sizes: int) -> Any:
        sized = probe.sized(**sizes)
        model, ids = sized.model(context_length), sized.ids(sized.sizes.batch, after + n)
        _, cache = in_float32(reference.prefill(ids[:, :after], model))
        for k in range(after, after + n):
            yield ids[:, k], cache, model
            _, cache = in_float32(reference.decode(ids[:, k], cache, model))

    return make


@pytest.fixture
def probe(rng: np.random.Generator) -> Probe:
    return Probe(rng)


def in_float32(value: Any) -> Any:
    """What the reference gave, as students get it."""
    match value:
        case np.ndarray():
            return value.astype(np.float32)
        case dict():
            return {key: in_float32(item) for key, item in value.items()}
        case _:
            return [in_float32(item) for item in value]


def assert_cache(came: Any, expected: Sequence[Any], *, of: str, tolerance: float) -> None:
    """A list with a dict for each layer, and the right keys and values in it."""
    if not isinstance(came, list) or not all(isinstance(layer, dict) for layer in came):
        said = f"The cache of {of} is no list of dicts, one for each layer."
        raise Mismatch(said, discreet="The cache is no list of dicts, one for each layer.")
    if len(came) != len(expected):
        said = f"The cache of {of} has {len(came)} layers; {len(expected)} are expected."
        raise Mismatch(said, discreet="The cache has the wrong number of layers.")
    for k, (layer, right) in enumerate(zip(came, expected, strict=True)):
        assert_layer(layer, right, of=f"{of} in layer {k}", tolerance=tolerance)


def assert_layer(came: Any, expected: Any, *, of: str, tolerance: float) -> None:
    """A dict with the right keys and values; what else stands in it does not matter."""
    if not isinstance(came, dict) or not {"keys", "values"} <= came.keys():
        said = f'The cache of {of} is no dict with "keys" and "values".'
        raise Mismatch(said, discreet='A cache is no dict with "keys" and "values".')
    for name in ("keys", "values"):
        named = f"the cached {name} of {of}"
        assert_close(came[name], expected[name], name=named, axes=KEPT, tolerance=tolerance)


def two_of(answer: Any, *, what: str, name: str) -> tuple[Any, Any]:
    """An answer and a cache."""
    if not isinstance(answer, list) or len(answer) != 2:
        raise Mismatch(
            f"{name} returned something else than two values; {what} and a cache are expected.",
            discreet=f"Something else than two values came; {what} and a cache are expected.",
        )
    return answer[0], answer[1]


# What the first of the two values is, by stage, and its axes.
ANSWERS = {
    "cached_attention": ("the output", ("batch", "new position", "width")),
    "cached_layer": ("the output", ("batch", "new position", "width")),
    "cached_stack": ("the final hidden states", ("batch", "new position", "width")),
    "prefill": ("the logits", ("batch", "vocabulary entry")),
    "decode": ("the logits", ("batch", "vocabulary entry")),
    "batch_prefill": ("the logits", ("batch", "vocabulary entry")),
}


@pytest.fixture
def assert_right(student: Any, reference: Any) -> Callable[..., None]:
    """Judges the student's answers to several calls of one stage.

    `assert_right("decode", {"one row": (ids, cache, model)})`: by what a call is called, the
    arguments. All calls are made before the first is judged: together they tell mistakes apart.
    `only` judges the answer alone, or the cache.
    """

    def judge(
        stage: str,
        calls: dict[str, tuple[Any, ...]],
        *,
        only: str = "",
        tolerance: float = TOLERANCE,
    ) -> None:
        answers = [getattr(student, stage)(*call) for call in calls.values()]
        what, axes = ANSWERS[stage]
        for (of, call), answer in zip(calls.items(), answers, strict=True):
            value, cache = two_of(answer, what=what, name=stage)
            right, right_cache = getattr(reference, stage)(*call)
            if only != "cache":
                named = f"{what} of {of}"
                assert_close(value, right, name=named, axes=axes, tolerance=tolerance)
            if only != "answer":
                one_layer = isinstance(right_cache, dict)
                judged = assert_layer if one_layer else assert_cache
                judged(cache, right_cache, of=of, tolerance=tolerance)

    return judge


@pytest.fixture
def parted() -> Callable[[str, Any], tuple[Any, Any]]:
    """The answer of a stage and its cache: `parted("decode", student.decode(...))`."""
    return lambda stage, answer: two_of(answer, what=ANSWERS[stage][0], name=stage)


@pytest.fixture
def assert_right_cache() -> Callable[..., None]:
    """Judges a cache: `assert_right_cache(came, expected, of="a step")`."""
    return partial(assert_cache, tolerance=DEEP_TOLERANCE)


@pytest.fixture
def prefilled(reference: Any) -> Callable[[Any, Weights], Any]:
    """The right cache after a prompt, as students get it."""
    return lambda ids, model: in_float32(reference.prefill(ids, model)[1])


@pytest.fixture
def assert_left_alone(student: Any) -> Callable[..., None]:
    """Judges whether a stage changes an argument in any of several calls."""

    def judge(stage: str, *calls: tuple[Any, ...]) -> None:
        seen = [student.observe(stage, *call) for call in calls]
        for observed, call in zip(seen, calls, strict=True):
            assert_unchanged(observed.arguments, call)

    return judge


PASSES_VOCABULARY = 31
_TABLE = np.random.default_rng(3).normal(size=(PASSES_VOCABULARY, 12))
_HEAD = np.random.default_rng(4).normal(size=(12, PASSES_VOCABULARY))


def logits_after(ids: list[int]) -> Any:
    """Some function of all ids and of their order; no decoder, for nobody looks into it."""
    turns = np.cos(0.9 * np.arange(len(ids)) + 1)[:, None]
    return np.tanh((_TABLE[ids] * turns).sum(axis=0)) @ _HEAD


MakePasses = Callable[..., ScriptedPasses]


@pytest.fixture
def scripted() -> MakePasses:
    """Passes whose `select` follows a script: `scripted([5, 9, 2])`."""

    def make(script: list[int], context_length: int = 16) -> ScriptedPasses:
        return ScriptedPasses(
            logits=logits_after,
            script=script,
            context_length=context_length,
            vocabulary_size=PASSES_VOCABULARY,
        )

    return make
