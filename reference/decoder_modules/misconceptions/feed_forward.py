"""What people get wrong about the feed-forward network as a module."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from grader.subject.misconception import misconception
from reference.decoder_modules.conv1d import Conv1D
from reference.decoder_modules.feed_forward import MLP, MLPModule
from reference.decoder_modules.histories import Config, Steps, of_history


class ErfGelu(MLPModule):
    """The exact GELU."""

    def activation(self, x: Tensor) -> Tensor:
        return functional.gelu(x)


@misconception(
    replaces=MLP,
    says="I use the exact GELU, with the error function.",
    hint="Which of the two GELUs was GPT-2 trained with?",
)
def erf_gelu(config: Config, steps: Steps | None = None) -> Any:
    return of_history(ErfGelu(config), steps)


class Relu(MLPModule):
    """ReLU for GELU."""

    def activation(self, x: Tensor) -> Tensor:
        return torch.relu(x)


@misconception(
    replaces=MLP,
    says="I use ReLU between the two projections.",
    hint="What does GPT-2 do with small negative numbers there?",
)
def relu(config: Config, steps: Steps | None = None) -> Any:
    return of_history(Relu(config), steps)


class NoActivation(MLPModule):
    """Two linear maps, which are one."""

    def activation(self, x: Tensor) -> Tensor:
        return x


@misconception(
    replaces=MLP,
    says="I apply the two projections one after the other.",
    hint="What are two linear maps in a row, if nothing stands between them?",
)
def no_activation(config: Config, steps: Steps | None = None) -> Any:
    return of_history(NoActivation(config), steps)


class LinearLayers(MLPModule):
    """torch.nn.Linear, which holds (out, in)."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        d = config["n_embd"]
        self.c_fc, self.c_proj = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)  # type: ignore[assignment]


@misconception(
    replaces=MLP,
    says="I use nn.Linear for the projections, so their weights are (out, in).",
    hint="What shape does c_fc.weight have in a checkpoint of GPT-2, and what shape has yours?",
)
def linear_layers(config: Config, steps: Steps | None = None) -> Any:
    return of_history(LinearLayers(config), steps)


class TwiceAsWide(MLPModule):
    """An inner width of 2d."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        d = config["n_embd"]
        self.c_fc, self.c_proj = Conv1D(d, 2 * d), Conv1D(2 * d, d)


@misconception(
    replaces=MLP,
    says="The inner width is twice the width of the hidden states.",
    hint="How many numbers does c_fc.bias hold?",
)
def twice_as_wide(config: Config, steps: Steps | None = None) -> Any:
    return of_history(TwiceAsWide(config), steps)


class NoDropout(MLPModule):
    """Nothing is ever dropped."""

    def forward(self, x: Tensor) -> Tensor:
        projected: Tensor = self.c_proj(self.activation(self.c_fc(x)))
        return projected


@misconception(
    replaces=MLP,
    says="I leave dropout out, since it does nothing when the model is used.",
    hint="What does resid_pdrop say about the output in training mode?",
)
def no_dropout(config: Config, steps: Steps | None = None) -> Any:
    return of_history(NoDropout(config), steps)


class InnerDropout(MLPModule):
    """Dropout before the second projection."""

    def forward(self, x: Tensor) -> Tensor:
        projected: Tensor = self.c_proj(self.dropout(self.activation(self.c_fc(x))))
        return projected


@misconception(
    replaces=MLP,
    says="I drop inner activations, before the second projection.",
    hint="Would anything of c_proj.bias be left if all outputs were dropped?",
)
def inner_dropout(config: Config, steps: Steps | None = None) -> Any:
    return of_history(InnerDropout(config), steps)


class AlwaysDrops(MLPModule):
    """A dropout that does not hear of the mode."""

    def forward(self, x: Tensor) -> Tensor:
        projected = self.c_proj(self.activation(self.c_fc(x)))
        return functional.dropout(projected, self.dropout.p, training=True)


@misconception(
    replaces=MLP,
    says="I call functional.dropout, and it drops in evaluation mode as well.",
    hint="How does your dropout know whether eval() was called?",
)
def always_drops(config: Config, steps: Steps | None = None) -> Any:
    return of_history(AlwaysDrops(config), steps)
