"""Speculative decoding, greedy: a draft model proposes, and the target checks all at once."""

from collections.abc import Sequence

import torch

from reference.decoder import generation, selection, softmax
from reference.decoder.answers.trials import normal, small_model
from reference.decoder.model import DecoderModel


def perturbed(seed: int, noise: float) -> DecoderModel:
    """The model of a seed with noise on its output projection: a draft model that often agrees."""
    model = small_model(seed)
    model.output_weight.add_(noise * normal(seed + 1, *model.output_weight.shape))
    return model


def proposed(draft: DecoderModel, text: Sequence[int], count: int) -> list[int]:
    """The next tokens of the draft model, one after another."""
    return generation.generate(text, draft.stages(), count, None, draft.config.context_length)


def own_tokens(target: DecoderModel, text: Sequence[int], drafted: Sequence[int]) -> list[int]:
    """What the target selects after the text and after each drafted token, by one pass."""
    logits = target(torch.tensor([[*text, *drafted]]))[0, len(text) - 1 :]  # (k + 1, V)
    return [selection.select_token(softmax.softmax(row)) for row in logits]


def agreed(drafted: Sequence[int], own: Sequence[int]) -> int:
    """How many drafted tokens, from the first on, are those of the target."""
    differs = [place for place, token in enumerate(drafted) if token != own[place]]
    return differs[0] if differs else len(drafted)


def in_rounds(
    target: DecoderModel, draft: DecoderModel, prompt: Sequence[int], *, count: int, drafted: int
) -> tuple[list[int], list[int]]:
    """So many new tokens in rounds, and how many tokens each pass of the target added."""
    text, gains = list(prompt), []
    while len(text) < len(prompt) + count:
        tokens = proposed(draft, text, drafted)
        own = own_tokens(target, text, tokens)
        gains.append(agreed(tokens, own) + 1)
        text += own[: gains[-1]]
    return text[len(prompt) : len(prompt) + count], gains
