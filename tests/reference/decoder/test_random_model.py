import pytest
import torch

from reference.decoder.attention import attention_weights
from reference.decoder.model import ModelConfig
from reference.decoder.random_model import random_model

CONFIG = ModelConfig(
    vocabulary_size=31, context_length=9, width=64, n_heads=4, n_layers=2, inner_width=100
)


def named(seed):
    return dict(random_model(CONFIG, seed).named_parameters())


def test_the_same_seed_gives_the_same_weights_and_another_gives_others():
    first, again, other = named(1), named(1), named(2)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not any(torch.equal(first[name], other[name]) for name in first)


def test_the_global_random_numbers_are_left_alone():
    before = torch.get_rng_state()
    random_model(CONFIG, 1)
    assert torch.equal(torch.get_rng_state(), before)


def test_no_two_tensors_are_alike():
    tensors = list(named(1).values())
    corners = {tensor.flatten()[0].item() for tensor in tensors}
    assert len(corners) == len(tensors)


@pytest.mark.parametrize(("name", "fan_in"), [("query", 64), ("output", 64), ("outer", 100)])
def test_matrices_have_lively_weights(name, fan_in):
    matrices = [tensor for key, tensor in named(1).items() if key.endswith(f".{name}")]
    assert len(matrices) == CONFIG.n_layers
    for matrix in matrices:
        assert matrix.std().item() == pytest.approx(1.5 / fan_in**0.5, rel=0.05)


def test_no_bias_is_zero_and_no_gain_is_one():
    for name, tensor in named(1).items():
        if name.endswith("bias"):
            assert tensor.abs().mean() > 0.3, name
        if name.endswith("gain"):
            assert 0.15 < (tensor - 1).abs().mean() < 0.35, name


def test_single_precision_holds_the_weights_exactly():
    assert all(torch.equal(tensor.float().double(), tensor) for tensor in named(1).values())


def test_attention_is_far_from_uniform():
    model = random_model(CONFIG, 1)
    weights = model.layers[0].attention.weights
    x = torch.randn(1, 9, 64, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    queries, keys = (
        (x @ weights[name] + weights[f"{name}_bias"]).reshape(1, 9, 4, 16).transpose(1, 2)
        for name in ("query", "key")
    )
    last_rows = attention_weights(queries, keys)[0, :, -1]
    assert (last_rows.amax(-1) > 2 / 9).all()  # twice the uniform weight of nine positions
