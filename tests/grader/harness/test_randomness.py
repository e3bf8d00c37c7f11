"""Random inputs: the same for every submission, and hidden ones only known with the secret."""

import copy
import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.harness.randomness import Generators, RepeatedGenerator

VISIBLE, OTHER = (SimpleNamespace(id=name, hidden=False) for name in ("softmax.a", "softmax.b"))
HIDDEN = SimpleNamespace(id="softmax.hidden", hidden=True)


def numbers(generator):
    return generator.normal(size=4).tolist(), generator.integers(9, size=3).tolist()


@pytest.mark.parametrize("check", [VISIBLE, HIDDEN])
def test_each_submission_gets_the_same_numbers(check):
    generators = Generators("secret")
    first = numbers(generators.of(check))
    assert numbers(generators.of(check)) == first
    assert numbers(Generators("secret").of(check)) == first


def test_also_from_children_of_the_generator():
    generators = Generators("secret")
    first = [numbers(child) for child in generators.of(VISIBLE).spawn(2)]
    assert [numbers(child) for child in generators.of(VISIBLE).spawn(2)] == first


def test_checks_do_not_share_numbers():
    generators = Generators("secret")
    assert numbers(generators.of(VISIBLE)) != numbers(generators.of(OTHER))


def test_the_secret_decides_the_numbers_of_hidden_checks_alone():
    one, two = Generators("one"), Generators("two")
    assert numbers(one.of(VISIBLE)) == numbers(two.of(VISIBLE))
    assert numbers(one.of(HIDDEN)) != numbers(two.of(HIDDEN))
    assert isinstance(one.of(HIDDEN), np.random.Generator)


def kept(generator):
    """Draws with what was fetched from the generator before another draw."""
    pick, bits = generator.integers, generator.bit_generator
    numbers = generator.normal(0.0, 1.0, (2,))
    return [*numbers, pick(1000), bits.random_raw(), *generator.normal(0.0, 1.0, (2,))]


STEPS = {
    "normal": lambda g: g.normal(0.0, 2.0, (3,)),
    "other scale": lambda g: g.normal(1.0, 0.5, (3,)),
    "single": lambda g: g.normal(),
    "size": lambda g: g.normal(size=2),
    "large": lambda g: g.normal(0.0, 1.0, (100, 100)),
    "integers": lambda g: g.integers(9, size=3),
    "permuted": lambda g: g.permuted(np.arange(5)),
    "bits": lambda g: np.random.Generator(g.bit_generator).random(),
    "nested": lambda g: g.uniform(-1.0, np.abs(g.normal(0.0, 1.0, (3,)))),
    "kept": kept,
}


@given(st.lists(st.lists(st.sampled_from(sorted(STEPS)), max_size=6), min_size=2, max_size=5))
@settings(deadline=None)
def test_a_repeated_generator_draws_what_a_fresh_one_does(runs):
    repeated = RepeatedGenerator(5)
    for steps in runs:
        repeated.restart()
        fresh = np.random.default_rng(5)
        for step in steps:
            assert np.array_equal(STEPS[step](repeated), STEPS[step](fresh))


def test_what_was_drawn_is_the_callers_to_change():
    repeated = RepeatedGenerator(5)
    for _ in range(3):
        repeated.restart()
        numbers = repeated.normal(0.0, 1.0, (3,))
        assert np.array_equal(numbers, np.random.default_rng(5).normal(0.0, 1.0, (3,)))
        numbers[:] = 0


def test_it_remembers_a_bounded_number_of_draws():
    repeated = RepeatedGenerator(5)
    tracemalloc.start()
    for _ in range(2):
        repeated.restart()
        fresh = np.random.default_rng(5)
        for _ in range(1000):
            assert np.array_equal(repeated.normal(0.0, 1.0, (8000,)), fresh.normal(size=8000))
    assert tracemalloc.get_traced_memory()[0] < 20 << 20
    tracemalloc.stop()


def test_it_goes_on_after_a_copy():
    repeated = RepeatedGenerator(5)
    for _ in range(2):
        repeated.restart()
        first = repeated.normal(0.0, 1.0, (3,))
        again = copy.deepcopy(repeated)
        assert np.array_equal(again.normal(0.0, 1.0, (3,)), repeated.normal(0.0, 1.0, (3,)))
        assert first.shape == (3,)
