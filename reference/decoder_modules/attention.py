"""Stage: causal multi-head self-attention as a module.

B batch, T time, d width, h heads, D = d / h width of a head.
"""

import math
from typing import Any

from torch import Tensor, nn

from reference.decoder.attention import causal_mask
from reference.decoder_modules.conv1d import Conv1D
from reference.decoder_modules.histories import Config, Steps, of_history


class AttentionModule(nn.Module):
    """Parameters c_attn (d, 3d), which is query, key and value side by side, and c_proj (d, d)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        d = config["n_embd"]
        self.n_heads = config["n_head"]
        self.c_attn = Conv1D(d, 3 * d)
        self.c_proj = Conv1D(d, d)
        self.attn_dropout = nn.Dropout(config["attn_pdrop"])
        self.resid_dropout = nn.Dropout(config["resid_pdrop"])

    def split(self, x: Tensor) -> tuple[Tensor, ...]:
        """Queries, keys and values, (B, h, T, D) each."""
        return tuple(self.heads(part) for part in self.c_attn(x).chunk(3, dim=-1))

    def heads(self, x: Tensor) -> Tensor:
        return x.reshape(*x.shape[:-1], self.n_heads, -1).transpose(-3, -2)

    def scores(self, queries: Tensor, keys: Tensor) -> Tensor:
        return queries @ keys.transpose(-2, -1) / math.sqrt(queries.shape[-1])

    def weights(self, scores: Tensor) -> Tensor:
        """(B, h, T, T), softmax over what each position may see."""
        length = scores.shape[-1]
        visible = causal_mask(length)
        return scores.masked_fill(~visible, -math.inf).softmax(-1)

    def joined(self, mixed: Tensor) -> Tensor:
        return mixed.transpose(-3, -2).flatten(-2)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, d) -> (B, T, d)."""
        queries, keys, values = self.split(x)
        weights = self.attn_dropout(self.weights(self.scores(queries, keys)))
        projected: Tensor = self.c_proj(self.joined(weights @ values))
        dropped: Tensor = self.resid_dropout(projected)
        return dropped


def CausalSelfAttention(config: Config, steps: Steps | None = None) -> Any:
    """Self-attention; with steps, the answer to the last of them."""
    return of_history(AttentionModule(config), steps)
