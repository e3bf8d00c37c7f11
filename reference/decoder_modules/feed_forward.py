"""Stage: the feed-forward network as a module.

B batch, T time, d width.
"""

from typing import Any

from torch import Tensor, nn

from reference.decoder.feed_forward import gelu
from reference.decoder_modules.conv1d import Conv1D
from reference.decoder_modules.histories import Config, Steps, of_history


class MLPModule(nn.Module):
    """Parameters c_fc (d, 4d) and c_proj (4d, d) with biases."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        d = config["n_embd"]
        self.c_fc = Conv1D(d, 4 * d)
        self.c_proj = Conv1D(4 * d, d)
        self.dropout = nn.Dropout(config["resid_pdrop"])

    def activation(self, x: Tensor) -> Tensor:
        return gelu(x)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, d) -> (B, T, d)."""
        projected: Tensor = self.c_proj(self.activation(self.c_fc(x)))
        dropped: Tensor = self.dropout(projected)
        return dropped


def MLP(config: Config, steps: Steps | None = None) -> Any:
    """The feed-forward network; with steps, the answer to the last of them."""
    return of_history(MLPModule(config), steps)
