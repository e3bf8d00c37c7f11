"""Stage: the whole model as a module, with GPT-2's names.

B batch, T time, d width, V vocabulary.
"""

from typing import Any

import torch
from torch import Tensor, nn

from reference.decoder_modules.block import Block
from reference.decoder_modules.generation import SelectStage, generate
from reference.decoder_modules.histories import Config, Steps, of_history


class TransformerModule(nn.Module):
    """Everything below the output projection."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        d = config["n_embd"]
        self.wte = nn.Embedding(config["vocab_size"], d)
        self.wpe = nn.Embedding(config["n_positions"], d)
        self.drop = nn.Dropout(config["embd_pdrop"])
        self.h = nn.ModuleList(Block(config) for _ in range(config["n_layer"]))
        self.ln_f = nn.LayerNorm(d, eps=config["layer_norm_epsilon"])

    def positions(self, token_ids: Tensor) -> Tensor:
        return torch.arange(token_ids.shape[-1])

    def forward(self, token_ids: Tensor) -> Tensor:
        """(B, T) -> (B, T, d)."""
        x = self.drop(self.wte(token_ids) + self.wpe(self.positions(token_ids)))
        for block in self.h:
            x = block(x)
        normalized: Tensor = self.ln_f(x)
        return normalized


class DecoderModule(nn.Module):
    """`transformer` and `lm_head`, which share one matrix."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.transformer = self.below(config)
        self.lm_head = nn.Linear(config["n_embd"], config["vocab_size"], bias=False)
        self.tie()

    def below(self, config: Config) -> TransformerModule:
        return TransformerModule(config)

    def tie(self) -> None:
        self.lm_head.weight = self.transformer.wte.weight

    def forward(self, token_ids: Tensor) -> Tensor:
        """(B, T) -> (B, T, V)."""
        logits: Tensor = self.lm_head(self.transformer(token_ids))
        return logits

    def generate(self, token_ids: Tensor, stages: SelectStage, max_new_tokens: int) -> Tensor:
        """See `generate`."""
        return generate(self, token_ids, stages, max_new_tokens)


def DecoderModel(config: Config, steps: Steps | None = None) -> Any:
    """The model; with steps, the answer to the last of them."""
    return of_history(DecoderModule(config), steps)
