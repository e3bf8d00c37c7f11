"""Gradients of a batch in parts, clipping, AdamW, and the learning rate."""

import numpy as np
import pytest

from grader.checks import needs, points, stage

MOVED = ("new weight", "new m", "new v")


@stage("accumulate")
@points(3)
def test_unequal_parts(assert_right, probe):
    """Each part weighs by how many targets count in it: the result is that of the whole batch."""
    calls = (
        (probe.gradients((3, 4), (3, 4), (3, 4)), [9, 3, 5]),
        (probe.gradients((6,), (6,)), [2, 7]),
        (probe.gradients((1, 5)), [4]),
        (probe.gradients((2, 3), (2, 3)), [6, 6]),
        (probe.gradients((2, 3), (2, 3)), [5, 2]),
    )
    assert_right("accumulate", *calls, name="gradient of the batch")


@stage("accumulate")
@points(1)
def test_parts_without_a_target(assert_right, probe):
    """A part in which no target counts weighs nothing; if none does anywhere, zeros come back."""
    parts, empty = probe.gradients((2, 5), (2, 5), (2, 5)), probe.gradients((4,), (4,))
    for gradient in (parts[1], *empty):
        gradient[:] = 0
    calls = (parts, [4, 0, 7]), (empty, [0, 0])
    assert_right("accumulate", *calls, name="gradient of the batch")


@stage("accumulate")
@points(1)
@needs("unequal_parts")
def test_gradients_of_the_parts_are_left_alone(assert_left_alone, probe):
    """The gradients of the parts are not changed."""
    calls = (probe.gradients((3, 2), (3, 2)), [5, 2]), (probe.gradients((4,)), [3])
    assert_left_alone("accumulate", *calls)


@stage("clip_by_global_norm")
@points(3)
def test_too_long(assert_right, probe):
    """Gradients that are too long are scaled by one factor to the norm max_norm, all together."""
    calls = (
        (probe.gradients((3, 4), (5,), (1, 2, 3)), 2.5),
        (probe.gradients((3, 4), (5,), (1, 2, 3)), 4.0),
        (probe.gradients((2, 6), (6,)), 0.5),
        (probe.gradients((7,)), 1.5),
        (probe.gradients((4, 4), (1,)), 0.25),
    )
    assert_right("clip_by_global_norm", *calls)


@stage("clip_by_global_norm")
@points(1)
def test_short_enough(assert_right, probe):
    """Gradients whose norm is below max_norm stay as they are, zeros too."""
    zeros = [np.zeros((2, 3), np.float32), np.zeros(4, np.float32)]
    short = probe.gradients((3, 2), (4,), scale=0.2)
    calls = (short, 30.0), (zeros, 1.0), (probe.gradients((5,)), 200.0)
    assert_right("clip_by_global_norm", *calls)


@stage("clip_by_global_norm")
@points(1)
@needs("too_long")
def test_gradients_are_left_alone(assert_left_alone, probe):
    """The gradients that were handed in are not changed."""
    calls = (probe.gradients((3, 2), (4,)), 1.5), (probe.gradients((2,)), 0.5)
    assert_left_alone("clip_by_global_norm", *calls)


@pytest.fixture
def assert_moved(assert_right, reference):
    """The decay may come before the step or after it."""

    def decayed_afterwards(*call):
        *others, decay = call
        weight, m, v = reference.adamw_step(*others, 0.0)
        return [weight * (1 - call[5] * decay), m, v]

    def judge(*calls):
        assert_right("adamw_step", *calls, parts=MOVED, others=decayed_afterwards)

    return judge


def first(probe, *shape, decay=0.0, eps=1e-2):
    """The arguments of a first step."""
    weight, gradient = probe.floats(*shape), probe.floats(*shape, scale=0.6)
    return weight, gradient, 0 * weight, 0 * weight, 1, 0.2, [0.8, 0.95], eps, decay


def later(probe, *shape, step, decay=0.0, rate=0.1, betas=(0.7, 0.9), eps=1e-2):
    """The arguments of a later step; somewhere there was never a gradient."""
    weight, gradient, m = (probe.floats(*shape, scale=scale) for scale in (1.0, 0.9, 0.5))
    v = np.abs(probe.floats(*shape, scale=0.4, shift=0.6)) + np.float32(0.05)
    if gradient.size > 3:
        for array in (gradient, m, v):
            array.flat[2] = 0
    return weight, gradient, m, v, step, rate, list(betas), eps, decay


@stage("adamw_step")
@points(2)
def test_first_step(assert_moved, probe):
    """At step 1 the means begin at zero, and their correction makes up for it."""
    assert_moved(first(probe, 3, 4), first(probe, 5), first(probe, 1, 1))


@stage("adamw_step")
@points(3)
def test_later_steps(assert_moved, probe):
    """Later the means keep their share of what was; an entry without any gradient stays."""
    assert_moved(
        later(probe, 2, 5, step=2),
        later(probe, 2, 5, step=5, rate=0.3, betas=(0.85, 0.6)),
        later(probe, 2, 5, step=5, rate=0.3, betas=(0.85, 0.6), eps=0.03),
        later(probe, 1, 4, step=3, eps=2.0),  # larger than most of the roots
    )


@stage("adamw_step")
@points(2)
def test_decay(assert_moved, probe):
    """The weight loses rate * decay of itself, apart from the gradient and its means."""
    assert_moved(
        later(probe, 3, 2, step=4, decay=0.3),
        first(probe, 4, decay=0.5),
        later(probe, 6, step=2, decay=0.2, rate=0.25),
    )


@stage("adamw_step")
@points(1)
@needs("first_step")
def test_weight_and_means_are_left_alone(assert_left_alone, probe):
    """The weight, the gradient and both means are not changed."""
    assert_left_alone("adamw_step", later(probe, 2, 3, step=2, decay=0.1), first(probe, 4))


@stage("learning_rate")
@points(2)
def test_warmup(assert_right):
    """From step 0 on the rate rises on a line, and is max_rate after warmup_steps."""
    calls = [(step, 3e-3, 2e-4, 8, 40) for step in (0, 1, 3, 7)]
    calls += [(step, 0.5, 0.1, 5, 12) for step in (0, 1, 3, 5)]
    assert_right("learning_rate", *calls, name="rate")


@stage("learning_rate")
@points(2)
def test_cosine(assert_right):
    """After the warm-up half a cosine leads from max_rate to min_rate at total_steps."""
    calls = [(step, 3e-3, 2e-4, 8, 40) for step in (8, 9, 16, 24, 33, 40)]
    calls += [(step, 0.5, 0.1, 1, 4) for step in (1, 2, 3, 4)]
    assert_right("learning_rate", *calls, name="rate")


@stage("learning_rate")
@points(1)
def test_ends(assert_right):
    """After total_steps the rate stays at min_rate; without a warm-up it begins at max_rate."""
    calls = [(step, 3e-3, 2e-4, 8, 40) for step in (41, 55, 200)]
    calls += [(step, 0.5, 0.1, 0, 7) for step in (0, 1, 5, 7, 9)]
    assert_right("learning_rate", *calls, name="rate")
