"""What people get wrong about parameters, buffers and dropout of self-attention as a module."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from grader.subject.misconception import misconception
from reference.decoder.attention import causal_mask
from reference.decoder_modules.attention import AttentionModule, CausalSelfAttention
from reference.decoder_modules.histories import Config, Steps, of_history


class MaskAsParameter(AttentionModule):
    """The mask among the parameters."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        mask = torch.ones(config["n_positions"], config["n_positions"]).tril()
        self.mask = nn.Parameter(mask, requires_grad=False)


@misconception(
    replaces=CausalSelfAttention,
    says="I keep the mask as an nn.Parameter.",
    hint="Should an optimizer be handed the mask, and weight decay act on it?",
)
def mask_as_parameter(config: Config, steps: Steps | None = None) -> Any:
    return of_history(MaskAsParameter(config), steps)


class MaskInStateDict(AttentionModule):
    """A buffer that is saved."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.register_buffer("mask", causal_mask(config["n_positions"]))


@misconception(
    replaces=CausalSelfAttention,
    says="The mask is a buffer, and it is saved with the weights.",
    hint="Which argument of register_buffer keeps a buffer out of the state dict?",
)
def mask_in_state_dict(config: Config, steps: Steps | None = None) -> Any:
    return of_history(MaskInStateDict(config), steps)


class LinearOutput(AttentionModule):
    """torch.nn.Linear for the square projection: its weight fits, and is taken transposed."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.c_proj = nn.Linear(config["n_embd"], config["n_embd"])  # type: ignore[assignment]


@misconception(
    replaces=CausalSelfAttention,
    says="I use nn.Linear for c_proj; its weight has the right shape.",
    hint="c_proj.weight is square. From which side does nn.Linear apply it?",
)
def linear_output(config: Config, steps: Steps | None = None) -> Any:
    return of_history(LinearOutput(config), steps)


class LinearInput(AttentionModule):
    """torch.nn.Linear for query, key and value."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.c_attn = nn.Linear(config["n_embd"], 3 * config["n_embd"])  # type: ignore[assignment]


@misconception(
    replaces=CausalSelfAttention,
    says="I use nn.Linear for c_attn, so its weight is (3d, d).",
    hint="What shape does c_attn.weight have in a checkpoint of GPT-2?",
)
def linear_input(config: Config, steps: Steps | None = None) -> Any:
    return of_history(LinearInput(config), steps)


class NoWeightsDropout(AttentionModule):
    """Attention weights are never dropped."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.attn_dropout = nn.Dropout(0.0)


@misconception(
    replaces=CausalSelfAttention,
    says="I drop outputs, and no attention weights.",
    hint="What does attn_pdrop act on?",
)
def no_weights_dropout(config: Config, steps: Steps | None = None) -> Any:
    return of_history(NoWeightsDropout(config), steps)


class NoOutputDropout(AttentionModule):
    """Outputs are never dropped."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.resid_dropout = nn.Dropout(0.0)


@misconception(
    replaces=CausalSelfAttention,
    says="I drop attention weights, and nothing of the output.",
    hint="What does resid_pdrop act on?",
)
def no_output_dropout(config: Config, steps: Steps | None = None) -> Any:
    return of_history(NoOutputDropout(config), steps)


class AlwaysDropsWeights(AttentionModule):
    """A dropout of the weights that does not hear of the mode."""

    def weights(self, scores: Tensor) -> Tensor:
        return functional.dropout(super().weights(scores), self.attn_dropout.p, training=True)


@misconception(
    replaces=CausalSelfAttention,
    says="I call functional.dropout on the weights, in evaluation mode as well.",
    hint="How does your dropout know whether eval() was called?",
)
def always_drops_weights(config: Config, steps: Steps | None = None) -> Any:
    return of_history(AlwaysDropsWeights(config), steps)
