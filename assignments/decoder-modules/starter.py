"""The decoder as PyTorch modules. Write the five below; handout.md says what each has to do.

A method that still raises NotImplementedError counts as not written yet.
"""

from torch import Tensor, nn


class MLP(nn.Module):
    """Parameters: c_fc (d, 4d) and c_proj (4d, d), with biases."""

    def __init__(self, config: dict) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, d) -> (B, T, d)."""
        raise NotImplementedError


class CausalSelfAttention(nn.Module):
    """Parameters: c_attn (d, 3d) and c_proj (d, d), with biases."""

    def __init__(self, config: dict) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, d) -> (B, T, d)."""
        raise NotImplementedError


class Block(nn.Module):
    """Modules: ln_1, attn, ln_2, mlp."""

    def __init__(self, config: dict) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, d) -> (B, T, d)."""
        raise NotImplementedError


class DecoderModel(nn.Module):
    """Modules: transformer (wte, wpe, h, ln_f) and lm_head, which shares the weight of wte."""

    def __init__(self, config: dict) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, token_ids: Tensor) -> Tensor:
        """(B, T) ints -> logits (B, T, V)."""
        raise NotImplementedError

    def generate(self, token_ids: Tensor, stages, max_new_tokens: int) -> Tensor:
        """(B, T) ints -> (B, T + max_new_tokens) ints."""
        raise NotImplementedError
