"""Random inputs: the same for every submission, and hidden ones only known with the secret."""

from types import SimpleNamespace

import numpy as np
import pytest

from grader.harness.randomness import Generators

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
