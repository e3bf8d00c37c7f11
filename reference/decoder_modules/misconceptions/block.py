"""What people get wrong about the decoder layer as a module."""

from typing import Any

from torch import Tensor, nn

from grader.subject.misconception import misconception
from reference.decoder_modules.block import Block, BlockModule
from reference.decoder_modules.histories import Config, Steps, of_history


class PostNorm(BlockModule):
    """Normalization after each sum."""

    def forward(self, x: Tensor) -> Tensor:
        attended = self.ln_1(x + self.attn(x))
        normalized: Tensor = self.ln_2(attended + self.mlp(attended))
        return normalized


@misconception(
    replaces=Block,
    says="I normalize after each residual connection.",
    hint="Is there a path from the input to the output of the layer that nothing normalizes?",
)
def post_norm(config: Config, steps: Steps | None = None) -> Any:
    return of_history(PostNorm(config), steps)


class NoResidual(BlockModule):
    """The outputs take the place of the states."""

    def forward(self, x: Tensor) -> Tensor:
        mixed: Tensor = self.mlp(self.ln_2(self.attn(self.ln_1(x))))
        return mixed


@misconception(
    replaces=Block,
    says="Attention and feed-forward network come one after the other, and nothing is added.",
    hint="What does a layer do to its input if both parts give 0?",
)
def no_residual(config: Config, steps: Steps | None = None) -> Any:
    return of_history(NoResidual(config), steps)


class NormalizedResidual(BlockModule):
    """The normalized states are what is added to."""

    def forward(self, x: Tensor) -> Tensor:
        x = self.ln_1(x)
        x = x + self.attn(x)
        x = self.ln_2(x)
        fed: Tensor = self.mlp(x)
        return x + fed


@misconception(
    replaces=Block,
    says="I write x = ln_1(x) and add to that.",
    hint="To which x is the output of attention added?",
)
def normalized_residual(config: Config, steps: Steps | None = None) -> Any:
    return of_history(NormalizedResidual(config), steps)


class Parallel(BlockModule):
    """Both parts read the input of the layer."""

    def forward(self, x: Tensor) -> Tensor:
        attended: Tensor = self.attn(self.ln_1(x))
        fed: Tensor = self.mlp(self.ln_2(x))
        return x + attended + fed


@misconception(
    replaces=Block,
    says="Attention and feed-forward network both read the input of the layer.",
    hint="What does the feed-forward network see of what attention found?",
)
def parallel(config: Config, steps: Steps | None = None) -> Any:
    return of_history(Parallel(config), steps)


class SharedNorm(BlockModule):
    """The first normalization is used twice."""

    def forward(self, x: Tensor) -> Tensor:
        attended: Tensor = x + self.attn(self.ln_1(x))
        fed: Tensor = self.mlp(self.ln_1(attended))
        return attended + fed


@misconception(
    replaces=Block,
    says="I normalize by ln_1 both times.",
    hint="What is ln_2 there for?",
)
def shared_norm(config: Config, steps: Steps | None = None) -> Any:
    return of_history(SharedNorm(config), steps)


class OneNorm(BlockModule):
    """One module under two names."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.ln_2 = self.ln_1


@misconception(
    replaces=Block,
    says="ln_1 and ln_2 are the same module.",
    hint="How many gains does a layer have, and how many does named_parameters() list?",
)
def one_norm(config: Config, steps: Steps | None = None) -> Any:
    return of_history(OneNorm(config), steps)


class DefaultEps(BlockModule):
    """The epsilon of torch.nn.LayerNorm."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.ln_1, self.ln_2 = nn.LayerNorm(config["n_embd"]), nn.LayerNorm(config["n_embd"])


@misconception(
    replaces=Block,
    says="I take LayerNorm with its own eps.",
    hint="What does the config say about epsilon, and what is the default of nn.LayerNorm?",
)
def default_eps(config: Config, steps: Steps | None = None) -> Any:
    return of_history(DefaultEps(config), steps)


class ThirdDropout(BlockModule):
    """What attention and feed-forward network give is dropped once more."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.drop = nn.Dropout(config["embd_pdrop"])

    def forward(self, x: Tensor) -> Tensor:
        dropped: Tensor = self.drop(super().forward(x))
        return dropped


@misconception(
    replaces=Block,
    says="I drop the output of the layer, too.",
    hint="What is left of the residual stream if the output of a layer is dropped?",
)
def third_dropout(config: Config, steps: Steps | None = None) -> Any:
    return of_history(ThirdDropout(config), steps)
