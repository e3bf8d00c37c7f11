"""The whole model: sizes, weights, and thin modules over the stage functions.

B batch, T time, C context length, V vocabulary, d width, d_ff inner width.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict, cast

import torch
from torch import Tensor, nn

from reference.decoder.decoder_layer import DecoderLayer, LayerWeights
from reference.decoder.decoder_stack import decoder_stack
from reference.decoder.embedding import embed
from reference.decoder.generation import Stages
from reference.decoder.output import output_logits
from reference.decoder.selection import select_token
from reference.decoder.softmax import softmax


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """All sizes of a model, and the eps of its normalizations."""

    vocabulary_size: int
    context_length: int
    width: int
    n_heads: int
    n_layers: int
    inner_width: int
    eps: float = 1e-5

    def __post_init__(self) -> None:
        if self.width % self.n_heads:
            raise ValueError(f"a width of {self.width} does not split into {self.n_heads} heads")


class ModelWeights(TypedDict):
    """token_embedding (V, d), position_embedding (C, d), final norm (d,), output_weight (d, V)."""

    token_embedding: Tensor
    position_embedding: Tensor
    layers: list[LayerWeights]
    final_norm_gain: Tensor
    final_norm_bias: Tensor
    output_weight: Tensor


class DecoderModel(nn.Module):
    """A decoder-only model; its parameters need no gradient, for it is a yardstick."""

    def __init__(self, config: ModelConfig, weights: ModelWeights) -> None:
        super().__init__()
        self.config = config
        self.token_embedding = nn.Parameter(weights["token_embedding"])
        self.position_embedding = nn.Parameter(weights["position_embedding"])
        self.layers = nn.ModuleList(
            DecoderLayer(layer, n_heads=config.n_heads, eps=config.eps)
            for layer in weights["layers"]
        )
        self.final_norm_gain = nn.Parameter(weights["final_norm_gain"])
        self.final_norm_bias = nn.Parameter(weights["final_norm_bias"])
        self.output_weight = nn.Parameter(weights["output_weight"])
        self.requires_grad_(False)

    @property
    def weights(self) -> ModelWeights:
        return {
            "token_embedding": self.token_embedding,
            "position_embedding": self.position_embedding,
            "layers": [cast(DecoderLayer, layer).weights for layer in self.layers],
            "final_norm_gain": self.final_norm_gain,
            "final_norm_bias": self.final_norm_bias,
            "output_weight": self.output_weight,
        }

    def forward(self, token_ids: Tensor) -> Tensor:
        """Logits at every position: (B, T) -> (B, T, V)."""
        hidden = embed(token_ids, self.token_embedding, self.position_embedding)
        layers = self.weights["layers"]
        return self.output(decoder_stack(hidden, layers, self.config.n_heads, self.config.eps))

    def output(self, hidden: Tensor) -> Tensor:
        """Logits from the final hidden states: (B, T, d) -> (B, T, V)."""
        return output_logits(
            hidden, self.final_norm_gain, self.final_norm_bias, self.config.eps, self.output_weight
        )

    def stages(self) -> Stages:
        """The table with which `generate` continues one sequence greedily."""

        def embed_ids(ids: Sequence[int]) -> Tensor:
            return embed(torch.tensor(ids), self.token_embedding, self.position_embedding)

        return Stages(
            embed=embed_ids,
            layers=tuple(self.layers),
            output=self.output,
            softmax=softmax,
            select=select_token,
        )
