import pytest
import torch

from reference.decoder.normalization import layer_norm


def normals(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e6])
@pytest.mark.parametrize("eps", [1e-5, 0.3])
def test_it_equals_the_layer_norm_of_torch(scale, eps):
    x, gain, bias = normals(2, 3, 5) * scale + scale, normals(5, seed=1), normals(5, seed=2)
    expected = torch.nn.functional.layer_norm(x, (5,), gain, bias, eps)
    torch.testing.assert_close(layer_norm(x, gain, bias, eps), expected, rtol=1e-10, atol=1e-10)


def test_the_result_has_mean_zero_and_biased_variance_one():
    normed = layer_norm(normals(4, 6), torch.ones(6), torch.zeros(6), 0.0)
    torch.testing.assert_close(normed.mean(-1), torch.zeros(4, dtype=torch.float64))
    torch.testing.assert_close(normed.var(-1, unbiased=False), torch.ones(4, dtype=torch.float64))


def test_a_constant_vector_becomes_the_bias():
    bias = normals(5)
    assert torch.equal(layer_norm(torch.full((2, 5), 3.0), normals(5), bias, 1e-5)[1], bias)
