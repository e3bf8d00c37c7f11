"""Decoding with a KV cache, put together from the stages of the reference.

t new positions, n positions in the cache with the new ones, h heads, D width of a head, d width.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from reference.decoder import feed_forward, normalization, selection, softmax
from reference.decoder.attention import AttentionWeights
from reference.decoder.decoder_layer import LayerWeights
from reference.decoder.model import DecoderModel


class CachedDecoder:
    """A model that is fed new tokens only and keeps the keys and values of the earlier ones."""

    def __init__(self, model: DecoderModel) -> None:
        self.model = model
        self.positions_run: list[int] = []  # how many in each pass
        self.clear()

    def clear(self) -> None:
        """Lose all keys and values."""
        config, dtype = self.model.config, self.model.token_embedding.dtype
        empty = torch.zeros(config.n_heads, 0, config.width // config.n_heads, dtype=dtype)
        self.keys = [empty] * config.n_layers
        self.values = [empty] * config.n_layers

    @property
    def length(self) -> int:
        """How many positions are in the cache."""
        return self.keys[0].shape[1]

    def run(self, ids: Sequence[int], *, first_position: int | None = None) -> Tensor:
        """Logits (t, V) of new tokens, whose positions go on from the cache by default."""
        start = self.length if first_position is None else first_position
        self.positions_run.append(len(ids))
        positions = self.model.position_embedding[start : start + len(ids)]
        hidden = self.model.token_embedding[list(ids)] + positions  # (t, d)
        for number, weights in enumerate(self.model.weights["layers"]):
            hidden = self._layer(hidden, weights, number)
        return self.model.output(hidden)

    def generate(self, prompt: Sequence[int], max_new_tokens: int) -> list[int]:
        """Greedy tokens: the prompt in one pass, then each new token alone."""
        generated: list[int] = []
        while len(generated) < max_new_tokens:
            logits = self.run(generated[-1:] or prompt)
            generated.append(selection.select_token(softmax.softmax(logits[-1])))
        return generated

    def _layer(self, x: Tensor, weights: LayerWeights, number: int) -> Tensor:
        eps = self.model.config.eps
        normed = normalization.layer_norm(
            x, weights["attention_norm_gain"], weights["attention_norm_bias"], eps
        )
        x = x + self._attention(normed, weights["attention"], number)
        normed = normalization.layer_norm(
            x, weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"], eps
        )
        return x + feed_forward.feed_forward(normed, weights["feed_forward"])

    def _attention(self, x: Tensor, weights: AttentionWeights, number: int) -> Tensor:
        queries = self._heads(x @ weights["query"] + weights["query_bias"])  # (h, t, D)
        self._keep(x, weights, number)
        keys, values = self.keys[number], self.values[number]  # (h, n, D)
        scores = queries @ keys.transpose(-2, -1) / math.sqrt(queries.shape[-1])  # (h, t, n)
        new, known = scores.shape[-2:]
        visible = torch.ones(new, known, dtype=torch.bool).tril(diagonal=known - new)
        mixed = softmax.softmax(scores.masked_fill(~visible, -math.inf)) @ values
        joined = mixed.transpose(-3, -2).flatten(-2)  # (t, d)
        return joined @ weights["output"] + weights["output_bias"]

    def _keep(self, x: Tensor, weights: AttentionWeights, number: int) -> None:
        new_keys = self._heads(x @ weights["key"] + weights["key_bias"])
        new_values = self._heads(x @ weights["value"] + weights["value_bias"])
        self.keys[number] = torch.cat([self.keys[number], new_keys], dim=1)
        self.values[number] = torch.cat([self.values[number], new_values], dim=1)

    def _heads(self, x: Tensor) -> Tensor:
        return x.reshape(len(x), self.model.config.n_heads, -1).transpose(0, 1)
