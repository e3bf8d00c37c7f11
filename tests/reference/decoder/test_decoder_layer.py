import copy

import torch

from reference.decoder.decoder_layer import decoder_layer
from reference.decoder.decoder_stack import decoder_stack


def hidden_states(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2, 5, 12, generator=generator, dtype=torch.float64)


def test_with_silent_sub_layers_the_hidden_states_pass_unchanged(model):
    """Residual connections start from the hidden states, not from the normalized ones."""
    weights = copy.deepcopy(model.weights["layers"][0])
    weights["attention"]["output"].zero_()
    weights["attention"]["output_bias"].zero_()
    weights["feed_forward"]["outer"].zero_()
    weights["feed_forward"]["outer_bias"].zero_()
    assert torch.equal(decoder_layer(hidden_states(), weights, 4, 1e-5), hidden_states())


def test_the_feed_forward_network_reads_what_attention_added(model):
    weights = model.weights["layers"][0]
    moved = copy.deepcopy(weights)
    moved["attention"]["output_bias"][0] += 2
    x = hidden_states()
    change = decoder_layer(x, moved, 4, 1e-5) - decoder_layer(x, weights, 4, 1e-5)
    # The residual connection alone carries the 2 on channel 0 and nothing on the others.
    assert (change[..., 1:].abs().amax(-1) > 0.01).all()


def test_the_module_equals_the_function(model):
    layer, x = model.layers[1], hidden_states()
    assert torch.equal(layer(x), decoder_layer(x, layer.weights, 4, 1e-5))


def test_the_stack_applies_the_layers_in_order(model):
    first, second, third = model.weights["layers"]
    x = hidden_states()
    by_hand = x
    for weights in (first, second, third):
        by_hand = decoder_layer(by_hand, weights, 4, 1e-5)
    assert torch.equal(decoder_stack(x, [first, second, third], 4, 1e-5), by_hand)
    assert not torch.allclose(decoder_stack(x, [third, second, first], 4, 1e-5), by_hand)


def test_an_empty_stack_changes_nothing():
    assert torch.equal(decoder_stack(hidden_states(), [], 4, 1e-5), hidden_states())
