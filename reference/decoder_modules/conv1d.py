"""GPT-2's linear map, whose weight is stored as (in, out) and applied from the right."""

import torch
from torch import Tensor, nn

_STD = 0.02  # GPT-2's initialization


class Conv1D(nn.Module):
    """`x @ weight + bias`: (..., n_in) -> (..., n_out). A convolution of width one, hence its name.

    torch.nn.Linear holds the transpose of this weight.
    """

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_in, n_out) * _STD)
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight + self.bias
