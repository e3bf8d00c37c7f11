"""What people get wrong about the whole model as a module."""

from typing import Any

import torch
from torch import Tensor, nn

from grader.subject.misconception import misconception
from reference.decoder_modules.histories import Config, Steps, of_history
from reference.decoder_modules.model import DecoderModel, DecoderModule, TransformerModule


class Untied(DecoderModule):
    """Two matrices of one shape."""

    def tie(self) -> None:
        """Nothing is shared."""


@misconception(
    replaces=DecoderModel,
    says="lm_head has a weight of its own.",
    hint="How many parameters does named_parameters() list, and is lm_head.weight among them?",
)
def untied(config: Config, steps: Steps | None = None) -> Any:
    return of_history(Untied(config), steps)


class ListOfBlocks(DecoderModule):
    """Blocks in a list of Python's, of which nn.Module hears nothing."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        blocks = list(self.transformer.h)
        del self.transformer.h
        self.transformer.h = blocks  # type: ignore[assignment]


@misconception(
    replaces=DecoderModel,
    says="I keep the layers in a list.",
    hint="Which parameters of your layers does an optimizer get from model.parameters()?",
)
def list_of_blocks(config: Config, steps: Steps | None = None) -> Any:
    return of_history(ListOfBlocks(config), steps)


class OneBlock(DecoderModule):
    """One layer, as often as there are layers."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.transformer.h = nn.ModuleList([self.transformer.h[0]] * config["n_layer"])


@misconception(
    replaces=DecoderModel,
    says="I write [Block(config)] * n_layer.",
    hint="How many objects does a list hold that was multiplied?",
)
def one_block(config: Config, steps: Steps | None = None) -> Any:
    return of_history(OneBlock(config), steps)


class NoFinalNorm(DecoderModule):
    """The last states go to the output projection as they are."""

    def forward(self, token_ids: Tensor) -> Tensor:
        below = self.transformer
        x = below.drop(below.wte(token_ids) + below.wpe(below.positions(token_ids)))
        for block in below.h:
            x = block(x)
        logits: Tensor = self.lm_head(x)
        return logits


@misconception(
    replaces=DecoderModel,
    says="I do not use ln_f.",
    hint="What stands between the last layer and the output projection?",
)
def no_final_norm(config: Config, steps: Steps | None = None) -> Any:
    return of_history(NoFinalNorm(config), steps)


class FromOne(TransformerModule):
    """Positions are counted from 1; the last one of a full window is the one before it again."""

    def positions(self, token_ids: Tensor) -> Tensor:
        return (super().positions(token_ids) + 1).clamp(max=self.wpe.num_embeddings - 1)


class PositionsFromOne(DecoderModule):
    """The model above it."""

    def below(self, config: Config) -> TransformerModule:
        return FromOne(config)


@misconception(
    replaces=DecoderModel,
    says="The first position is 1.",
    hint="Which row of wpe belongs to the first token?",
)
def positions_from_one(config: Config, steps: Steps | None = None) -> Any:
    return of_history(PositionsFromOne(config), steps)


class CountsOn(TransformerModule):
    """Positions go on where the last call ended."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.seen = 0

    def positions(self, token_ids: Tensor) -> Tensor:
        found = super().positions(token_ids) + self.seen
        self.seen += token_ids.shape[-1]
        return found % self.wpe.num_embeddings


class PositionsCountOn(DecoderModule):
    """The model above it."""

    def below(self, config: Config) -> TransformerModule:
        return CountsOn(config)


@misconception(
    replaces=DecoderModel,
    says="The model counts positions on from one call to the next.",
    hint="Does your model give the same answer when it is called a second time?",
    differs_only="at the second call",
)
def positions_count_on(config: Config, steps: Steps | None = None) -> Any:
    return of_history(PositionsCountOn(config), steps)


class NoPositions(TransformerModule):
    """The matrix is there, and nothing of it is added."""

    def forward(self, token_ids: Tensor) -> Tensor:
        x = self.drop(self.wte(token_ids))
        for block in self.h:
            x = block(x)
        normalized: Tensor = self.ln_f(x)
        return normalized


class WithoutPositions(DecoderModule):
    """The model above it."""

    def below(self, config: Config) -> TransformerModule:
        return NoPositions(config)


@misconception(
    replaces=DecoderModel,
    says="I look up token embeddings alone.",
    hint="What would tell the model in which order the tokens stand?",
)
def no_positions(config: Config, steps: Steps | None = None) -> Any:
    return of_history(WithoutPositions(config), steps)


class NoEmbeddingDropout(DecoderModule):
    """Embeddings are never dropped."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.transformer.drop = nn.Dropout(0.0)


@misconception(
    replaces=DecoderModel,
    says="I drop nothing of the embeddings.",
    hint="What does embd_pdrop act on?",
)
def no_embedding_dropout(config: Config, steps: Steps | None = None) -> Any:
    return of_history(NoEmbeddingDropout(config), steps)


class LastPosition(DecoderModule):
    """Logits of the last position, for each."""

    def forward(self, token_ids: Tensor) -> Tensor:
        return super().forward(token_ids)[:, -1:]


@misconception(
    replaces=DecoderModel,
    says="The model gives the logits of the last position alone.",
    hint="How many of its predictions is a model trained on?",
)
def last_position(config: Config, steps: Steps | None = None) -> Any:
    return of_history(LastPosition(config), steps)


class Probabilities(DecoderModule):
    """Softmax on top."""

    def forward(self, token_ids: Tensor) -> Tensor:
        return super().forward(token_ids).softmax(-1)


@misconception(
    replaces=DecoderModel,
    says="The model gives probabilities.",
    hint="What does cross_entropy of torch expect: logits, or probabilities?",
)
def probabilities(config: Config, steps: Steps | None = None) -> Any:
    return of_history(Probabilities(config), steps)


class HeadWithBias(DecoderModule):
    """lm_head as nn.Linear makes it."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.lm_head.bias = nn.Parameter(torch.zeros(config["vocab_size"]))


@misconception(
    replaces=DecoderModel,
    says="lm_head has a bias.",
    hint="Which names that end in .bias does a checkpoint of GPT-2 have?",
)
def head_with_bias(config: Config, steps: Steps | None = None) -> Any:
    return of_history(HeadWithBias(config), steps)
