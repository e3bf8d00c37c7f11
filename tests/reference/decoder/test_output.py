import torch

from reference.decoder.output import output_logits


def normals(*shape, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def test_logits_are_a_linear_map_of_the_normalized_hidden_states():
    hidden, gain, bias = normals(2, 3, 5, seed=0), normals(5, seed=1), normals(5, seed=2)
    weight = normals(5, 7, seed=3)
    normed = torch.nn.functional.layer_norm(hidden, (5,), gain, bias, 1e-3)
    logits = output_logits(hidden, gain, bias, 1e-3, weight)
    assert logits.shape == (2, 3, 7)
    torch.testing.assert_close(logits, torch.einsum("btd,dv->btv", normed, weight))


def test_the_scale_of_the_hidden_states_does_not_matter():
    hidden, weight = normals(2, 3, 5, seed=0), normals(5, 7, seed=3)
    gain, bias = torch.ones(5, dtype=torch.float64), torch.zeros(5, dtype=torch.float64)
    torch.testing.assert_close(
        output_logits(hidden * 1000, gain, bias, 0.0, weight),
        output_logits(hidden, gain, bias, 0.0, weight),
    )
