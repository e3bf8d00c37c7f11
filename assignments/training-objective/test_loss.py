"""The loss of a batch, its gradient in the logits, and the perplexity."""

import numpy as np
import pytest

from grader.checks import needs, points, stage

AXES = ("sequence", "position", "vocabulary entry")
STAGES = {
    "cross_entropy": "loss",
    "cross_entropy_gradient": "gradient",
    "perplexity": "perplexity",
}


@pytest.fixture
def judge(assert_right):
    def judged(stage, *calls):
        assert_right(stage, *calls, name=STAGES[stage], axes=AXES)

    return judged


def all_count(probe):
    """Batches in which every target counts."""
    sizes = {}, {"batch": 1, "time": 4}, {"batch": 4, "time": 1}, {}
    return [(*probe.scored(**size), -100) for size in sizes]


def some_count(probe):
    """Batches whose rows differ in how many targets count; the number for ignored ones, too."""
    sizes = {"batch": 4, "time": 6}
    batches = [probe.padded(-100), probe.padded(-1, **sizes), probe.padded(-3, **sizes)]
    return [*batches, probe.padded(-100, batch=1, time=5)]


def nothing_counts(probe):
    logits, targets = probe.scored(batch=2, time=3)
    return logits, np.full_like(targets, -100), -100


def far_from_zero(probe, *, hopeless=False):
    """Whole numbers near 1000 and -1000, which float32 holds exactly.

    A hopeless target has a probability that is 0 in every number format.
    """
    logits, targets, ignored = probe.padded(-100, batch=2, time=4)
    logits = np.round(3 * logits)
    logits[0] += 1000
    logits[1, :2] -= 1000
    if hopeless:
        logits[0, 1, targets[0, 1]] = 200
    return logits, targets, ignored


@stage("cross_entropy")
@points(3)
def test_mean_of_all(judge, probe):
    """Where all targets count: the mean of minus the natural logarithm of their probability."""
    judge("cross_entropy", *all_count(probe))


@stage("cross_entropy")
@points(3)
def test_ignored_targets(judge, probe):
    """Ignored targets count nowhere: the mean is over the others, of the whole batch at once."""
    judge("cross_entropy", *some_count(probe))


@stage("cross_entropy")
@points(2)
def test_far_logits(judge, probe):
    """Logits near +1000 and -1000, and a target of hopeless probability, give the right loss."""
    judge("cross_entropy", far_from_zero(probe, hopeless=True))


@stage("cross_entropy")
@points(1)
def test_nothing_counts(judge, probe):
    """Where no target counts, the loss is 0."""
    judge("cross_entropy", nothing_counts(probe), probe.padded(-1))


@stage("cross_entropy")
@points(1)
@needs("mean_of_all")
def test_arguments_of_the_loss_are_left_alone(assert_left_alone, probe):
    """Logits and targets are not changed."""
    assert_left_alone("cross_entropy", probe.padded(-100), all_count(probe)[1])


@stage("cross_entropy_gradient")
@points(3)
def test_gradient_of_all(judge, probe):
    """Where all targets count: probability less 1 at the target, divided by their number."""
    judge("cross_entropy_gradient", *all_count(probe))


@stage("cross_entropy_gradient")
@points(3)
def test_gradient_with_ignored_targets(judge, probe):
    """Where a target is ignored the gradient is 0; the others are divided by how many count."""
    judge("cross_entropy_gradient", *some_count(probe))


@stage("cross_entropy_gradient")
@points(1)
def test_gradient_of_far_logits(judge, probe):
    """Logits near +1000 and -1000 give the right gradient."""
    judge("cross_entropy_gradient", far_from_zero(probe))


@stage("cross_entropy_gradient")
@points(1)
def test_gradient_where_nothing_counts(judge, probe):
    """Where no target counts, the gradient is zeros."""
    judge("cross_entropy_gradient", nothing_counts(probe), probe.padded(-1))


@stage("cross_entropy_gradient")
@points(1)
@needs("gradient_of_all")
def test_arguments_of_the_gradient_are_left_alone(assert_left_alone, probe):
    """Logits and targets are not changed."""
    assert_left_alone("cross_entropy_gradient", probe.padded(-100), all_count(probe)[1])


@stage("perplexity")
@points(2)
def test_perplexity_of_all(judge, probe):
    """The exponential of the mean loss of all targets of the batch."""
    judge("perplexity", *all_count(probe))


@stage("perplexity")
@points(1)
def test_perplexity_with_ignored_targets(judge, probe):
    """Ignored targets count nowhere; where no target counts, the perplexity is 1."""
    judge("perplexity", *some_count(probe), nothing_counts(probe))


@stage("perplexity")
@points(1)
@needs("perplexity_of_all")
def test_arguments_of_the_perplexity_are_left_alone(assert_left_alone, probe):
    """Logits and targets are not changed."""
    assert_left_alone("perplexity", probe.padded(-100), all_count(probe)[1])
