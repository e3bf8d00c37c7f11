"""Laws of the whole model, and its modules against the functions."""

import pytest
import torch

from reference.decoder.attention import AttentionWeights
from reference.decoder.contract import FUNCTIONS
from reference.decoder.model import ModelConfig

IDS = torch.tensor([[0, 30, 7, 7, 2, 11], [5, 4, 3, 2, 1, 0]])


def test_the_model_equals_the_functions_one_after_the_other(model):
    weights, eps = model.weights, model.config.eps
    hidden = FUNCTIONS["embed"](IDS, weights["token_embedding"], weights["position_embedding"])
    hidden = FUNCTIONS["decoder_stack"](hidden, weights["layers"], model.config.n_heads, eps)
    gain, bias = weights["final_norm_gain"], weights["final_norm_bias"]
    logits = FUNCTIONS["output_logits"](hidden, gain, bias, eps, weights["output_weight"])
    assert torch.equal(model(IDS), logits)


def test_the_stages_equal_the_model(model):
    stages = model.stages()
    hidden = stages.embed(IDS[0].tolist())
    for layer in stages.layers:
        hidden = layer(hidden)
    logits = stages.output(hidden)
    torch.testing.assert_close(logits, model(IDS)[0], rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(stages.softmax(logits[-1]), logits[-1].softmax(-1))
    assert stages.select(stages.softmax(logits[-1])) == logits[-1].argmax().item()


def test_future_tokens_do_not_reach_the_past(model):
    stages = model.stages()
    embedded = stages.embed(IDS[0].tolist()).requires_grad_()
    hidden = embedded
    for layer in stages.layers:
        hidden = layer(hidden)
    stages.output(hidden)[2].sum().backward()
    reach = embedded.grad.abs().sum(-1)
    assert (reach[:3] > 0).all()
    assert torch.equal(reach[3:], torch.zeros(3, dtype=torch.float64))


def test_batch_rows_do_not_reach_each_other(model):
    alone = torch.cat([model(row[None]) for row in IDS])
    torch.testing.assert_close(model(IDS), alone, rtol=1e-12, atol=1e-12)


def test_the_order_of_the_earlier_tokens_matters(model):
    swapped = IDS[:, [1, 0, 2, 3, 4, 5]]
    assert (model(IDS)[:, -1] - model(swapped)[:, -1]).abs().max() > 0.1


def test_the_dtype_of_the_weights_is_kept(model):
    double = model(IDS)
    assert double.dtype == torch.float64
    weights = to_float32(model.weights)
    hidden = FUNCTIONS["embed"](IDS, weights["token_embedding"], weights["position_embedding"])
    hidden = FUNCTIONS["decoder_stack"](hidden, weights["layers"], 4, 1e-5)
    gain, bias = weights["final_norm_gain"], weights["final_norm_bias"]
    logits = FUNCTIONS["output_logits"](hidden, gain, bias, 1e-5, weights["output_weight"])
    assert logits.dtype == torch.float32
    assert FUNCTIONS["next_token_distribution"](logits[:, -1], 0.7, 5, 0.8).dtype == torch.float32
    # 1e-5 of the largest: single precision leaves about a tenth of that here.
    assert (logits - double).abs().max() <= 1e-5 * double.abs().max()


def to_float32(weights):
    match weights:
        case dict():
            return {name: to_float32(value) for name, value in weights.items()}
        case list():
            return [to_float32(value) for value in weights]
    return weights.float()


def test_results_carry_no_gradient(model):
    assert not model(IDS).requires_grad


def test_heads_must_split_the_width():
    with pytest.raises(ValueError, match="10 does not split into 4 heads"):
        ModelConfig(
            vocabulary_size=3, context_length=3, width=10, n_heads=4, n_layers=1, inner_width=3
        )


def test_the_weights_have_the_names_that_students_see(model):
    layer = model.weights["layers"][0]
    assert set(layer["attention"]) == set(AttentionWeights.__annotations__)
    assert list(layer["feed_forward"]) == ["inner", "inner_bias", "outer", "outer_bias"]
