"""What people get wrong about the values of self-attention as a module."""

import math
from typing import Any

import torch
from torch import Tensor

from grader.subject.misconception import misconception
from reference.decoder.attention import causal_mask
from reference.decoder_modules.attention import AttentionModule, CausalSelfAttention
from reference.decoder_modules.histories import Config, Steps, of_history


class NoMask(AttentionModule):
    """Each position sees all."""

    def weights(self, scores: Tensor) -> Tensor:
        return scores.softmax(-1)


@misconception(
    replaces=CausalSelfAttention,
    says="I do not mask: each position attends to all of them.",
    hint="What would a position know of the token that it has to predict?",
)
def no_mask(config: Config, steps: Steps | None = None) -> Any:
    return of_history(NoMask(config), steps)


class MaskedAfterSoftmax(AttentionModule):
    """Weights of later positions are set to 0 and missing in the sum."""

    def weights(self, scores: Tensor) -> Tensor:
        return scores.softmax(-1) * causal_mask(scores.shape[-1])


@misconception(
    replaces=CausalSelfAttention,
    says="I take the softmax first, and set later positions to 0 then.",
    hint="What do the weights of a row sum to afterwards?",
)
def masked_after_softmax(config: Config, steps: Steps | None = None) -> Any:
    return of_history(MaskedAfterSoftmax(config), steps)


class BlindToItself(AttentionModule):
    """A position sees the earlier ones alone; the first one itself, having no other."""

    def weights(self, scores: Tensor) -> Tensor:
        visible = torch.ones_like(scores, dtype=torch.bool).tril(-1)
        visible[..., 0, 0] = True
        return scores.masked_fill(~visible, -math.inf).softmax(-1)


@misconception(
    replaces=CausalSelfAttention,
    says="A position attends to those before it, and not to itself.",
    hint="Is the token at a position known when the next one is predicted?",
)
def blind_to_itself(config: Config, steps: Steps | None = None) -> Any:
    return of_history(BlindToItself(config), steps)


class NoScale(AttentionModule):
    """Scores as they are."""

    def scores(self, queries: Tensor, keys: Tensor) -> Tensor:
        return queries @ keys.transpose(-2, -1)


@misconception(
    replaces=CausalSelfAttention,
    says="I do not divide the scores.",
    hint="How large is a sum of D products, and what does softmax make of it?",
)
def no_scale(config: Config, steps: Steps | None = None) -> Any:
    return of_history(NoScale(config), steps)


class ScaledByWidth(AttentionModule):
    """The root of d for that of D."""

    def scores(self, queries: Tensor, keys: Tensor) -> Tensor:
        width = queries.shape[-1] * self.n_heads
        return queries @ keys.transpose(-2, -1) / math.sqrt(width)


@misconception(
    replaces=CausalSelfAttention,
    says="I divide the scores by the root of n_embd.",
    hint="How many products does one score sum up?",
)
def scaled_by_width(config: Config, steps: Steps | None = None) -> Any:
    return of_history(ScaledByWidth(config), steps)


class KeysFirst(AttentionModule):
    """c_attn read as key, query, value."""

    def split(self, x: Tensor) -> tuple[Tensor, ...]:
        keys, queries, values = super().split(x)
        return queries, keys, values


@misconception(
    replaces=CausalSelfAttention,
    says="c_attn gives keys, queries and values, in this order.",
    hint="Which third of c_attn comes first in GPT-2?",
)
def keys_first(config: Config, steps: Steps | None = None) -> Any:
    return of_history(KeysFirst(config), steps)


class SplitByHead(AttentionModule):
    """Query, key and value side by side within each head."""

    def split(self, x: Tensor) -> tuple[Tensor, ...]:
        return self.heads(self.c_attn(x)).chunk(3, dim=-1)


@misconception(
    replaces=CausalSelfAttention,
    says="I split c_attn into heads first, and each head into query, key and value.",
    hint="Are the queries of all heads side by side in c_attn, or the three parts of one head?",
)
def split_by_head(config: Config, steps: Steps | None = None) -> Any:
    return of_history(SplitByHead(config), steps)


class JoinedAsTheyLie(AttentionModule):
    """Heads are not brought beside each other before they are joined."""

    def joined(self, mixed: Tensor) -> Tensor:
        return mixed.reshape(*mixed.shape[:-3], mixed.shape[-2], -1)


@misconception(
    replaces=CausalSelfAttention,
    says="I reshape the heads back without transposing them first.",
    hint="In which order do the axes lie in memory before the heads are joined?",
)
def joined_as_they_lie(config: Config, steps: Steps | None = None) -> Any:
    return of_history(JoinedAsTheyLie(config), steps)


class KeepsKeys(AttentionModule):
    """Keys and values of earlier calls are seen by later ones."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.past: list[tuple[Tensor, Tensor]] = []

    def split(self, x: Tensor) -> tuple[Tensor, ...]:
        queries, keys, values = super().split(x)
        self.past.append((keys, values))
        fitting = [pair for pair in self.past if pair[0].shape[:2] == keys.shape[:2]]
        keys, values = (torch.cat(parts, dim=-2) for parts in zip(*fitting, strict=True))
        return queries, keys, values

    def weights(self, scores: Tensor) -> Tensor:
        new, seen = scores.shape[-2:]
        visible = torch.ones(new, seen, dtype=torch.bool).tril(seen - new)
        return scores.masked_fill(~visible, -math.inf).softmax(-1)


@misconception(
    replaces=CausalSelfAttention,
    says="I keep keys and values in the module, and the next call attends to them.",
    hint="Does your module give the same answer when it is called a second time?",
    differs_only="at the second call",
)
def keeps_keys(config: Config, steps: Steps | None = None) -> Any:
    return of_history(KeepsKeys(config), steps)
