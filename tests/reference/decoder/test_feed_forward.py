import math

import torch

from reference.decoder.feed_forward import FeedForward, feed_forward, gelu

POINTS = torch.linspace(-8, 8, 1001, dtype=torch.float64)


def test_gelu_is_the_tanh_form():
    expected = torch.nn.functional.gelu(POINTS, approximate="tanh")
    torch.testing.assert_close(gelu(POINTS), expected, rtol=1e-10, atol=1e-12)
    # The exact form differs enough to be told apart.
    assert (gelu(POINTS) - torch.nn.functional.gelu(POINTS)).abs().max() > 1e-4


def test_gelu_at_known_values():
    assert gelu(torch.zeros(1)).item() == 0
    assert math.isclose(gelu(torch.tensor([1.0], dtype=torch.float64)).item(), 0.84119199060827)


def test_each_position_is_mapped_alone(model):
    weights = model.layers[1].feed_forward.weights
    x = torch.randn(2, 5, 12, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    whole = feed_forward(x, weights)
    assert whole.shape == x.shape
    torch.testing.assert_close(whole[1, 3], feed_forward(x[1, 3], weights))


def test_the_module_equals_the_function(model):
    weights = model.layers[1].feed_forward.weights
    x = torch.randn(2, 5, 12, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert torch.equal(FeedForward(weights)(x), feed_forward(x, weights))
