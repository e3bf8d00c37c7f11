"""Claims about translation with a decoder-only model."""

import random
from collections.abc import Iterator, Mapping
from itertools import product

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.decoder import generation
from reference.decoder.answers.claims.small_training import Batch, train, untrained_model
from reference.decoder.answers.trials import CONFIG, run, small_model, wrong
from reference.decoder.model import DecoderModel, ModelConfig

WORDS = 5  # of the source language; the target language has as many
LENGTH = 3
SEPARATOR = 2 * WORDS
IGNORED = -100


def _sentence_pairs(seed: int) -> Tensor:
    """All sources in random order, each with the separator and its translation.

    The words are exchanged by a random dictionary, and their order is reversed.
    """
    generator = torch.Generator().manual_seed(seed)
    sources = torch.tensor(list(product(range(WORDS), repeat=LENGTH)))
    sources = sources[torch.randperm(len(sources), generator=generator)]
    dictionary = WORDS + torch.randperm(WORDS, generator=generator)
    separators = torch.full((len(sources), 1), SEPARATOR)
    return torch.cat([sources, separators, dictionary[sources].flip(1)], dim=1)


def _batches(pairs: Tensor, seed: int, steps: int) -> Iterator[Batch]:
    generator = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        texts = pairs[torch.randint(len(pairs), (32,), generator=generator)]
        targets = texts[:, 1:].clone()
        targets[:, :LENGTH] = IGNORED  # only the translation is to be learned
        yield texts[:, :-1], targets


def _untrained(seed: int) -> DecoderModel:
    sizes = {"width": 16, "n_heads": 4, "n_layers": 1, "inner_width": 32, "context_length": 8}
    return untrained_model(ModelConfig(vocabulary_size=SEPARATOR + 1, **sizes), seed)


def _translator(seed: int, steps: int) -> tuple[DecoderModel, list[list[int]]]:
    """A decoder-only model after so many steps of training, and sentences that it has not seen."""
    model = _untrained(seed)
    pairs = _sentence_pairs(seed)
    train(model, _batches(pairs[25:], seed, steps))
    return model, pairs[:25].tolist()


def _translates(seed: int, *, steps: int = 120, with_source: bool = True) -> bool:
    """Whether at least nine in ten new sentences come out right."""
    model, unseen = _translator(seed, steps)
    right = 0
    for text in unseen:
        prompt, translation = text[: LENGTH + 1], text[LENGTH + 1 :]
        given = prompt if with_source else [SEPARATOR]
        found = run(generation.generate, model.stages(), given, tokens=LENGTH, context_length=8)
        right += found.tokens == translation
    return right >= 0.9 * len(unseen)


@claim
def needs_encoder(seed: int) -> bool:
    """A decoder-only model is trained to translate, and tested on sentences it has never seen."""
    return not _translates(seed)


@claim
def what_must_change(seed: int) -> Mapping[str, bool]:
    """A decoder-only model translates after training, without it, and without the source.

    It has one stack, in which nothing but self-attention and feed-forward networks runs.

    prompt: The trained model translates, and does not if the source is missing from its prompt.
    training: The model translates after training, and does not without it.
    cross: A trained model whose layers have no sub-layers but self-attention and feed-forward
        network does not translate.
    second-map: A trained model that runs the same layers for source and target does not translate.
    """
    works = _translates(seed)
    return {
        "prompt": works and not _translates(seed, with_source=False),
        "training": works and not _translates(seed, steps=0),
        "cross": not (works and _has_two_sub_layers(seed)),
        "second-map": not (works and _runs_one_stack(seed)),
    }


def _has_two_sub_layers(seed: int) -> bool:
    """Whether nothing but self-attention and a feed-forward network has weights in a layer."""
    (layer,) = _untrained(seed).weights["layers"]
    return {name for name in layer if "norm" not in name} == {"attention", "feed_forward"}


def _runs_one_stack(seed: int) -> bool:
    """Whether each step calls the one layer of the model once, on source and target together."""
    seen = run(generation.generate, _untrained(seed).stages(), [1, 2, 3, SEPARATOR], tokens=2)
    return [len(hidden) for hidden, _ in seen.of("layer")] == [4, 5]


@claim
def translates_by_continuing(seed: int) -> bool:
    """What the model answer says: all source tokens are visible, and continuing is enough."""
    return sees_whole_source(seed) and _translates(seed)


@claim
def step_input(seed: int) -> Mapping[str, bool]:
    """What the third step reads, in the right loop: is it what the option shows?

    joined: The step input is the source, the separator and the generated tokens.
    source: The step input is the source and the separator.
    target: The step input is the generated tokens.
    swapped: The step input is the generated tokens, then the source and the separator.
    """
    source, separator = [1, 2, 3], 4  # das rote Haus =>
    observed = run(generation.generate, small_model(seed).stages(), [*source, separator])
    generated = observed.tokens[:2]
    shown = {
        "joined": [*source, separator, *generated],
        "source": [*source, separator],
        "target": generated,
        "swapped": [*generated, *source, separator],
    }
    return {option: observed.inputs[2] == ids for option, ids in shown.items()}


@claim
def sees_whole_source(seed: int) -> bool:
    """Each source token in turn is exchanged: does the row of every target token change?"""
    model = small_model(seed, n_layers=1)
    source, target = [1, 2, 3, 4], [5, 6, 7]
    rows = model(torch.tensor([source + target]))[0, len(source) :]
    for place in range(len(source)):
        other = [*source[:place], 9, *source[place + 1 :], *target]
        changed = model(torch.tensor([other]))[0, len(source) :]
        if any(same(one, two) for one, two in zip(rows, changed, strict=True)):
            return False
    return True


def _sources_with_the_same_start(model: DecoderModel, seed: int) -> list[list[int]]:
    """Two random prompts after which the model prefers the same token."""
    draw = random.Random(seed)  # noqa: S311
    first_with: dict[int, list[int]] = {}
    while True:
        prompt = draw.sample(range(CONFIG.vocabulary_size), 4)
        (token,) = run(generation.generate, model.stages(), prompt, tokens=1).tokens
        if first_with.setdefault(token, prompt) != prompt:
            return [first_with[token], prompt]


@claim
def drop_source(seed: int, *, whole_prompt: int = 1, target_only: int = 2) -> Mapping[str, bool]:
    """Two sources with the same first target token, in a loop that then drops the prompt.

    equal: The two translations are equal to the end.
    differ: The two translations differ at step 2.
    repeat: Each translation repeats one token.
    late: The translations are those of a right loop.
    """
    model = small_model(seed)
    sources = _sources_with_the_same_start(model, seed)
    runs, right_runs = (
        [run(loop, model.stages(), source) for source in sources]
        for loop in (wrong("generate.generated_only"), generation.generate)
    )
    for source, seen in zip(sources, runs, strict=True):
        if (seen.inputs[whole_prompt - 1], seen.inputs[target_only - 1]) != (
            source,
            seen.tokens[: target_only - 1],
        ):
            raise ValueError("the loop does not drop its prompt at this step")
    texts, right = ([seen.tokens for seen in both] for both in (runs, right_runs))
    return {
        "equal": texts[0] == texts[1],
        "differ": texts[0][1] != texts[1][1],
        "repeat": all(len(set(text)) == 1 for text in texts),
        "late": texts == right,
    }
