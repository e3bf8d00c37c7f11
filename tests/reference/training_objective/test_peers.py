"""The right functions agree with PyTorch, which computes the same in another way."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from reference.training_objective.gradients import accumulate, clip_by_global_norm
from reference.training_objective.loss import cross_entropy, cross_entropy_gradient, perplexity
from reference.training_objective.optimizer import adamw_step, learning_rate

IGNORED = -7


@pytest.fixture
def rng():
    return np.random.default_rng(4)


@pytest.fixture
def batch(rng):
    logits, targets = rng.normal(size=(3, 5, 11)), rng.integers(0, 11, size=(3, 5))
    targets[0, 2:] = targets[2, 0] = IGNORED
    return logits, targets


def torch_loss(logits, targets):
    flat = torch.as_tensor(targets).flatten()
    return functional.cross_entropy(logits.flatten(0, 1), flat, ignore_index=IGNORED)


def test_the_loss_is_that_of_torch(batch):
    logits, targets = batch
    expected = float(torch_loss(torch.tensor(logits), targets))
    assert cross_entropy(*batch, IGNORED) == pytest.approx(expected, rel=1e-12)
    assert perplexity(*batch, IGNORED) == pytest.approx(math.exp(expected), rel=1e-12)


def test_the_gradient_is_that_of_autograd(batch):
    leaf = torch.tensor(batch[0], requires_grad=True)
    torch_loss(leaf, batch[1]).backward()
    np.testing.assert_allclose(cross_entropy_gradient(*batch, IGNORED), leaf.grad, atol=1e-14)


def test_where_nothing_counts_everything_is_defined(batch):
    nothing = batch[0], np.full_like(batch[1], IGNORED)
    assert cross_entropy(*nothing, IGNORED) == 0
    assert perplexity(*nothing, IGNORED) == 1
    assert not cross_entropy_gradient(*nothing, IGNORED).any()
    assert not accumulate([np.zeros(3), np.zeros(3)], [0, 0]).any()


def test_logits_of_any_size_have_a_loss():
    logits = np.array([[[1000.0, 0.0], [-1000.0, -1001.0]]])
    assert cross_entropy(logits, np.array([[1, 0]]), IGNORED) == pytest.approx(
        (1000 + math.log1p(math.exp(-1))) / 2
    )


def test_the_parts_of_a_batch_come_to_the_gradient_of_the_batch(batch):
    logits, targets = batch
    whole = cross_entropy_gradient(logits, targets, IGNORED)
    counts = [int((row != IGNORED).sum()) for row in targets]
    assert len(set(counts)) > 1
    weight = np.random.default_rng(1).normal(size=11)  # a parameter that all positions share
    parts = [
        (cross_entropy_gradient(logits[k : k + 1], targets[k : k + 1], IGNORED) @ weight).sum()
        for k in range(3)
    ]
    expected = (whole @ weight).sum()
    assert accumulate([np.array([p]) for p in parts], counts)[0] == pytest.approx(expected)


def test_clipping_is_that_of_torch(rng):
    gradients = [rng.normal(size=shape) * 9 for shape in ((3, 4), (5,), (1, 1, 2))]
    for max_norm in (1.5, 1e4):
        leaves = [torch.zeros(g.shape, dtype=torch.float64, requires_grad=True) for g in gradients]
        for leaf, gradient in zip(leaves, gradients, strict=True):
            leaf.grad = torch.tensor(gradient)
        torch.nn.utils.clip_grad_norm_(leaves, max_norm)
        for came, leaf in zip(clip_by_global_norm(gradients, max_norm), leaves, strict=True):
            np.testing.assert_allclose(came, leaf.grad, rtol=1e-6)


def test_adamw_is_that_of_torch_over_many_steps(rng):
    weight = rng.normal(size=(3, 4))
    m = v = np.zeros_like(weight)
    leaf = torch.tensor(weight, requires_grad=True)
    optimizer = torch.optim.AdamW([leaf], lr=0.1, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.2)
    for step in range(1, 8):
        gradient = rng.normal(size=weight.shape)
        leaf.grad = torch.tensor(gradient)
        optimizer.step()
        weight, m, v = adamw_step(weight, gradient, m, v, step, 0.1, (0.8, 0.95), 1e-3, 0.2)
        np.testing.assert_allclose(weight, leaf.detach(), rtol=1e-12)
    np.testing.assert_allclose(v, optimizer.state[leaf]["exp_avg_sq"], rtol=1e-12)


def test_the_cosine_is_that_of_torch():
    leaf = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([leaf], lr=1.0)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=9, eta_min=0.2)
    for step in range(10):
        expected = optimizer.param_groups[0]["lr"]
        assert learning_rate(step, 1.0, 0.2, 0, 9) == pytest.approx(expected)
        assert learning_rate(step + 5, 1.0, 0.2, 5, 14) == pytest.approx(expected)
        optimizer.step()
        scheduler.step()


def test_the_rate_rises_from_0_and_stays_at_its_end():
    rates = [learning_rate(step, 1.0, 0.2, 4, 8) for step in range(12)]
    assert rates[:5] == [0, 0.25, 0.5, 0.75, 1]
    assert rates[8:] == [0.2] * 4
    assert rates[4:9] == sorted(rates[4:9], reverse=True)
