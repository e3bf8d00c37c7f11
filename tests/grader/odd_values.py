"""Values that can cross the wall and that no check expects: drawn, or by a seed."""

import random

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np

from grader.sandbox.child import wire

DTYPES = ["?", "i1", "i2", "i4", "i8", "f2", "f4", "f8"]
ARRAYS = st_np.arrays(
    dtype=st.sampled_from([np.dtype(name) for name in DTYPES]),
    shape=st_np.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=5),
)
INTEGERS = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 40)
PLAIN = st.recursive(
    st.none() | st.booleans() | INTEGERS | st.floats() | st.text(max_size=5) | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
RAGGED = st.sampled_from([[[1], [2, 3]], [[1, 2], 3], [[], [1]], [[[1]], [[1, 2]]], ["a", 1]])
VALUES = PLAIN | RAGGED


def crossed(value):
    """The value as it arrives on our side."""
    frame = wire.encode(wire.Value(id=1, value=value, arguments=[]))
    structure, _ = wire.lengths(frame[: wire.HEADER.size])
    body = frame[wire.HEADER.size :]
    message = wire.decode_from_child(body[:structure], body[structure:])
    assert isinstance(message, wire.Value)
    return message.value


def odd_value(rng: random.Random, depth=0):
    """One of them, by a seeded generator."""
    kinds = [_none, _flag, _integer, _float, _text, _array, _array, _array]
    kinds += [_list, _dict, _ragged] * (depth < 3)
    return rng.choice(kinds)(rng, depth)


def _none(rng, depth):
    return None


def _flag(rng, depth):
    return rng.random() < 0.5


def _integer(rng, depth):
    return rng.choice([0, 1, -1, 5, 36, 37, 2**31, 2**63 - 1, -(2**63), rng.randrange(40)])


def _float(rng, depth):
    return rng.choice([0.0, -0.0, 1.5, float("nan"), float("inf"), -float("inf"), 1e308, 5e-324])


def _text(rng, depth):
    return rng.choice(["", "a", "17", "\x1b[2J", "nan", "stages.embed"])


def _array(rng, depth):
    shape = [rng.choice([0, 1, 1, 2, 3, 7, 24, 37]) for _ in range(rng.randrange(5))]
    while np.prod(shape, dtype=float) > 5000:
        shape.pop()
    numbers = np.random.default_rng(rng.randrange(1 << 30)).normal(0, 3, shape)
    numbers = np.asarray(numbers).astype(rng.choice(DTYPES))
    if numbers.dtype.kind == "f" and rng.random() < 0.3:
        numbers = numbers * np.asarray(_float(rng, 0)).astype(numbers.dtype)
    return np.asarray(numbers)


def _list(rng, depth):
    return [odd_value(rng, depth + 1) for _ in range(rng.randrange(4))]


def _dict(rng, depth):
    return {name: odd_value(rng, depth + 1) for name in "abc"[: rng.randrange(4)]}


def _ragged(rng, depth):
    return rng.choice([[[1], [2, 3]], [[1, 2], 3], [[], [1]], ["a", 1], [np.ones(2), np.ones(3)]])
