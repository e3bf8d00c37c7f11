"""Inputs on which mistakes show, and the small model behind `generate`.

Six query heads share two groups or three: as many groups as heads, or a single group, hide most
mistakes about them. Positions have gaps, and rows of a batch have other ones, for a count from 0
hides who counts for himself. All sizes differ, within a check and from check to check, but where a
coincidence shows a mistake of its own, as rows that are as many as heads do.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from grader.checks import (
    TOLERANCE,
    CallFailed,
    GenerationTrace,
    ScriptedStages,
    assert_close,
    assert_step_inputs,
    assert_unchanged,
)

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]
Weights = dict[str, Any]

VOCABULARY = 37  # of the small model behind `generate`
CONTEXT = 16


@dataclass(frozen=True)
class Sizes:
    """How long each axis is."""

    batch: int
    time: int
    n_groups: int
    shared: int  # query heads of a group
    head_width: int
    inner_width: int
    vocabulary: int

    @property
    def n_heads(self) -> int:
        return self.n_groups * self.shared

    @property
    def width(self) -> int:
        return self.n_heads * self.head_width


SMALL = Sizes(batch=2, time=3, n_groups=1, shared=2, head_width=2, inner_width=5, vocabulary=7)


def drawn_sizes(rng: np.random.Generator) -> Sizes:
    """Sizes by the order of random numbers, for `normal` is what a check's generator repeats."""
    return _sizes_by(rng.normal(0.0, 1.0, (11,)).tobytes())


@lru_cache
def _sizes_by(drawn: bytes) -> Sizes:
    numbers = np.frombuffer(drawn)
    groups = 2 + int(numbers[0] > numbers[1])
    is_wide = bool(numbers[2] > numbers[3])
    return Sizes(
        batch=4 if is_wide else 5,
        time=7 + 2 * int(numbers[4] > numbers[5]),
        n_groups=groups,
        shared=5 - groups,  # 2 groups of 3 heads, or 3 of 2
        head_width=8 if is_wide else 4,
        inner_width=(11, 13, 17)[numbers[6:9].argmax()],
        vocabulary=(19, 23)[numbers[9:11].argmax()],
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

    @property
    def least(self) -> "Probe":
        """The same with one row of one token, and one head."""
        return self.sized(batch=1, time=1, n_groups=1, shared=1)

    def floats(self, *shape: int, scale: float = 1.0, shift: float = 0.0) -> Floats:
        return self.rng.normal(shift, scale, shape).astype(np.float32)

    def matrix(self, rows: int, columns: int) -> Floats:
        return self.floats(rows, columns, scale=1.5 / np.sqrt(rows))

    def gain(self, width: int | None = None) -> Floats:
        return self.floats(width or self.sizes.width, scale=0.3, shift=1.2)

    def ids(self) -> Ids:
        """Token ids, the first and the last of the vocabulary among them."""
        shape = self.sizes.batch, self.sizes.time
        ids = self.rng.integers(0, self.sizes.vocabulary, size=shape)
        ids.flat[1 % ids.size], ids.flat[-2 % ids.size] = 0, self.sizes.vocabulary - 1
        return ids

    def tokens(self, n: int) -> list[int]:
        """Different token ids of the small model, without id 0."""
        return [int(i) for i in self.rng.permutation(np.arange(1, VOCABULARY))[:n]]

    def positions(self, first: int = 0) -> Ids:
        """Rising positions with gaps, other ones in each row."""
        rows, places = np.ogrid[: self.sizes.batch, : self.sizes.time]
        steps = self.rng.integers(1, 3, size=(self.sizes.batch, self.sizes.time))
        steps += (rows + places) % 2  # no two neighbouring rows have the same gaps
        steps[:, :1] = first + 2 * rows
        return steps.cumsum(axis=1)

    def states(self, scale: float = 1.0, shift: float = 0.0) -> Floats:
        shape = self.sizes.batch, self.sizes.time, self.sizes.width
        return self.floats(*shape, scale=scale, shift=shift)

    def heads(self, n: int | None = None, time: int | None = None, scale: float = 1.0) -> Floats:
        """Queries, or what else has an axis of heads."""
        sizes = self.sizes
        shape = sizes.batch, n or sizes.n_heads, time or sizes.time, sizes.head_width
        return self.floats(*shape, scale=scale)

    def attended(self, past: int = 0, scale: float = 1.0) -> tuple[Floats, Floats, Floats]:
        """Queries, keys and values; so many keys stand before that of the first query."""
        groups, n_keys = self.sizes.n_groups, self.sizes.time + past
        keys, values = (self.heads(groups, n_keys, scale=s) for s in (scale, 1.0))
        return self.heads(scale=scale), keys, values

    def config(self, base: float = 500.0, eps: float = 1e-5) -> Weights:
        sizes = self.sizes
        return {"n_heads": sizes.n_heads, "n_groups": sizes.n_groups, "base": base, "eps": eps}

    def attention(self) -> Weights:
        width = self.sizes.width
        narrow = self.sizes.n_groups * self.sizes.head_width
        columns = {"query": width, "key": narrow, "value": narrow, "output": width}
        return {name: self.matrix(width, n) for name, n in columns.items()}

    def feed_forward(self) -> Weights:
        width, inner_width = self.sizes.width, self.sizes.inner_width
        return {
            "gate": self.matrix(width, inner_width),
            "up": self.matrix(width, inner_width),
            "down": self.matrix(inner_width, width),
        }

    def layer(self) -> Weights:
        return {
            "attention_norm_gain": self.gain(),
            "attention": self.attention(),
            "feed_forward_norm_gain": self.gain(),
            "feed_forward": self.feed_forward(),
        }

    def layers(self, n: int) -> list[Weights]:
        return [self.layer() for _ in range(n)]

    def model(self, n_layers: int = 2, scale: float = 1.0) -> Weights:
        vocabulary, width = self.sizes.vocabulary, self.sizes.width
        return {
            "token_embedding": self.floats(vocabulary, width, scale=scale),
            "layers": self.layers(n_layers),
            "final_norm_gain": self.gain(),
            "output_weight": self.matrix(width, vocabulary),
        }


@pytest.fixture
def probe(rng: np.random.Generator) -> Probe:
    return Probe(rng)


@pytest.fixture
def assert_right(student: Any, reference: Any) -> Callable[..., None]:
    """Judges the student's answers to several calls of one stage.

    `assert_right("swiglu", {"the output": (x, gate, up, down)})`: by what an answer is called, the
    arguments. All calls are made before the first is judged: together they tell mistakes apart.
    """

    def judge(
        stage: str,
        calls: dict[str, tuple[Any, ...]],
        *,
        axes: tuple[str, ...],
        tolerance: float = TOLERANCE,
    ) -> None:
        answers = [getattr(student, stage)(*call) for call in calls.values()]
        for (name, call), answer in zip(calls.items(), answers, strict=True):
            expected = getattr(reference, stage)(*call)
            named = axes[-expected.ndim :]
            assert_close(answer, expected, name=name, axes=named, tolerance=tolerance)

    return judge


@pytest.fixture
def assert_left_alone(student: Any) -> Callable[..., None]:
    """Judges whether a stage changes an argument in any of several calls."""

    def judge(stage: str, *calls: tuple[Any, ...]) -> None:
        seen = [student.observe(stage, *call) for call in calls]
        for observed, call in zip(seen, calls, strict=True):
            assert_unchanged(observed.arguments, call)

    return judge


@dataclass(frozen=True)
class Model:
    """The stages that `generate` is given: some functions of their kinds, and no decoder.

    It is to put them together and not to know what they compute. The value at a position follows
    from all positions up to it.
    """

    tokens: Floats
    layers: list[Floats]
    head: Floats

    def embed(self, ids: Any) -> Any:
        return self.tokens[np.array(ids)] + np.cos(np.arange(np.shape(ids)[-1]))[:, None]

    def layer(self, k: int, h: Any) -> Any:
        means = np.cumsum(h, axis=-2) / np.arange(1, np.shape(h)[-2] + 1)[:, None]
        return np.asarray(h, float) / 2 + np.tanh(means @ self.layers[k])

    def output(self, h: Any) -> Any:
        return np.asarray(h, float) @ self.head

    def softmax(self, logits: Any) -> Any:
        positive = np.logaddexp(0, np.asarray(logits, float))
        return positive / positive.sum(axis=-1, keepdims=True)


@pytest.fixture(scope="session")
def model() -> Model:
    """The same in every check."""
    probe, width = Probe(np.random.default_rng(3)), 12
    return Model(
        tokens=probe.floats(VOCABULARY, width),
        layers=[probe.matrix(width, width) for _ in range(4)],
        head=probe.matrix(width, VOCABULARY),
    )


@dataclass(frozen=True)
class Run:
    """One generation: what went in, what its stages saw, and what came."""

    prompt: list[int]
    script: list[int]  # what a right one returns
    asked: int
    eos: int
    context_length: int
    trace: GenerationTrace
    returned: Any
    prompt_afterwards: list[int]


@pytest.fixture
def generated(student: Any, model: Model) -> Callable[..., Run]:
    """Makes a generation by the small model: `generated([5, 9], [4, 2, 7], eos=3)`.

    `script` is what is selected, and other tokens come after it. What is made `once` under a name,
    several checks may judge. If a loop breaks on a wrong step input, that is the better sentence.
    """

    def make(
        prompt: list[int],
        script: list[int],
        *,
        eos: int,
        n: int | None = None,
        context_length: int = CONTEXT,
        n_layers: int = 3,
        once: str = "",
    ) -> Run:
        asked = len(script) if n is None else n

        def play() -> Run:
            stages = ScriptedStages(
                embed=model.embed,
                layers=[partial(model.layer, k) for k in range(n_layers)],
                output=model.output,
                softmax=model.softmax,
                script=[*script, *prompt[:1] * 3],
                context_length=context_length,
                vocabulary_size=VOCABULARY,
            )
            arguments = prompt, stages, asked, eos, context_length
            try:
                seen = student.observe("generate", *arguments)
            except CallFailed:
                if stages.trace.calls:
                    assert_step_inputs(stages.trace, prompt=prompt, context_length=context_length)
                raise
            settings = prompt, script, asked, eos, context_length
            return Run(*settings, stages.trace, seen.value, seen.arguments[0])

        made: Run = student.once(once, play) if once else play()
        return made

    return make
