"""Stage: the pre-norm decoder layer as a module.

B batch, T time, d width.
"""

from typing import Any

from torch import Tensor, nn

from reference.decoder_modules.attention import CausalSelfAttention
from reference.decoder_modules.feed_forward import MLP
from reference.decoder_modules.histories import Config, Steps, of_history


class BlockModule(nn.Module):
    """ln_1, attn, ln_2 and mlp."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        d, eps = config["n_embd"], config["layer_norm_epsilon"]
        self.ln_1 = nn.LayerNorm(d, eps=eps)
        self.attn = CausalSelfAttention(config)
        self.ln_2 = nn.LayerNorm(d, eps=eps)
        self.mlp = MLP(config)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, d) -> (B, T, d)."""
        attended: Tensor = x + self.attn(self.ln_1(x))
        fed: Tensor = self.mlp(self.ln_2(attended))
        return attended + fed


def Block(config: Config, steps: Steps | None = None) -> Any:
    """A decoder layer; with steps, the answer to the last of them."""
    return of_history(BlockModule(config), steps)
