"""Models with random weights that let every mistake show.

The small weights of a fresh model hide mistakes: attention is nearly uniform, biases are 0 and
gains are 1. These weights are lively instead: sharp attention, no bias at 0, no gain at 1.
"""

import math

import torch
from torch import Tensor

from reference.decoder.attention import AttentionWeights
from reference.decoder.decoder_layer import LayerWeights
from reference.decoder.feed_forward import FeedForwardWeights
from reference.decoder.model import DecoderModel, ModelConfig, ModelWeights


def random_model(config: ModelConfig, seed: int) -> DecoderModel:
    """A float64 model with lively weights; the same config and seed give the same weights."""
    return DecoderModel(config, random_weights(config, seed))


def random_weights(config: ModelConfig, seed: int) -> ModelWeights:
    """Lively weights, float64. Each number is also a float32, so casting to it loses nothing."""
    draw = LivelyDraw(seed)
    d = config.width
    return {
        "token_embedding": draw.normal(config.vocabulary_size, d),
        "position_embedding": draw.normal(config.context_length, d),
        "layers": [_layer(draw, config) for _ in range(config.n_layers)],
        "final_norm_gain": draw.gain(d),
        "final_norm_bias": draw.bias(d),
        "output_weight": draw.matrix(d, config.vocabulary_size),
    }


class LivelyDraw:
    """A source of random weights, as sharp attention needs them."""

    def __init__(self, seed: int) -> None:
        self._generator = torch.Generator().manual_seed(seed)

    def normal(self, *shape: int, mean: float = 0.0, std: float = 1.0) -> Tensor:
        noise = torch.randn(shape, generator=self._generator, dtype=torch.float32)
        return (mean + std * noise).double()

    def matrix(self, fan_in: int, fan_out: int) -> Tensor:
        return self.normal(fan_in, fan_out, std=1.5 / math.sqrt(fan_in))

    def bias(self, size: int) -> Tensor:
        return self.normal(size, std=0.5)

    def gain(self, size: int) -> Tensor:
        return self.normal(size, mean=1.0, std=0.3)


def _layer(draw: LivelyDraw, config: ModelConfig) -> LayerWeights:
    d = config.width
    return {
        "attention_norm_gain": draw.gain(d),
        "attention_norm_bias": draw.bias(d),
        "attention": _attention(draw, d),
        "feed_forward_norm_gain": draw.gain(d),
        "feed_forward_norm_bias": draw.bias(d),
        "feed_forward": _feed_forward(draw, d, config.inner_width),
    }


def _attention(draw: LivelyDraw, d: int) -> AttentionWeights:
    return {
        "query": draw.matrix(d, d),
        "query_bias": draw.bias(d),
        "key": draw.matrix(d, d),
        "key_bias": draw.bias(d),
        "value": draw.matrix(d, d),
        "value_bias": draw.bias(d),
        "output": draw.matrix(d, d),
        "output_bias": draw.bias(d),
    }


def _feed_forward(draw: LivelyDraw, d: int, d_ff: int) -> FeedForwardWeights:
    return {
        "inner": draw.matrix(d, d_ff),
        "inner_bias": draw.bias(d_ff),
        "outer": draw.matrix(d_ff, d),
        "outer_bias": draw.bias(d),
    }
