"""Claims about logits, softmax and the probability of a sequence."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim, prints
from reference.decoder import distribution, generation, likelihood, normalization, softmax
from reference.decoder.answers.trials import CONFIG, replaced, run, small_model, wrong
from reference.decoder.model import DecoderModel

PROMPT = [3, 1, 4, 1, 5]
SCORE = "sequence_log_probability."
Rows = Sequence[Sequence[float]]
Figures = list[Any]  # numbers, and lists of numbers
SHIFT = 2  # logarithms of probabilities are logits, and so are these plus a constant


def _final_hidden(model: DecoderModel) -> Tensor:
    """The hidden states of the prompt after the last layer, (T, d)."""
    stages = model.stages()
    hidden = stages.embed(PROMPT)
    for layer in stages.layers:
        hidden = layer(hidden)
    return hidden


def _last_logits(model: DecoderModel) -> Tensor:
    return model.output(_final_hidden(model))[-1]


@claim
def logits_shape(seed: int) -> Mapping[str, bool]:
    """A model runs on a batch in which B, T, d and V are four different numbers.

    btv: The logits of the batch have the shape (B, T, V).
    btd: The logits of the batch have the shape (B, T, d).
    tvv: The logits of the batch have the shape (B, V, V).
    bt: The logits of the batch have the shape (B, T).
    """
    batch, time, width, vocabulary = 2, 5, CONFIG.width, CONFIG.vocabulary_size
    ids = torch.randint(vocabulary, (batch, time), generator=torch.Generator().manual_seed(seed))
    shape = small_model(seed)(ids).shape
    return {
        "btv": shape == (batch, time, vocabulary),
        "btd": shape == (batch, time, width),
        "tvv": shape == (batch, vocabulary, vocabulary),
        "bt": shape == (batch, time),
    }


@claim
def one_logit(seed: int) -> Mapping[str, bool]:
    """The logits of one step input are compared with what each option would make them.

    column: Each logit is the dot product of the normalized final hidden state and a column of the
        output weights.
    distance: Each logit is the distance between the final hidden state and a position embedding.
    share: The logits are not negative and add up to one, as shares do.
    weight: Tokens that are not in the prompt, which get no attention, have the logit 0.
    """
    model = small_model(seed)
    hidden = _final_hidden(model)[-1]
    logits = _last_logits(model)
    normed = normalization.layer_norm(
        hidden, model.final_norm_gain, model.final_norm_bias, CONFIG.eps
    )
    columns = torch.stack([normed @ column for column in model.output_weight.T])
    # The position embeddings are as many as the tokens here, so there is one for each logit.
    distances = (hidden - model.position_embedding[: len(logits)]).norm(dim=-1)
    absent = [token for token in range(len(logits)) if token not in PROMPT]
    return {
        "column": same(logits, columns),
        "distance": same(logits, distances),
        "share": bool((logits >= 0).all()) and math.isclose(float(logits.sum()), 1),
        "weight": bool((logits[absent] == 0).all()),  # they get no attention
    }


@claim
def unused_rows(seed: int) -> bool:
    """A text is generated twice, the second time with noise in all rows of logits but the last."""
    stages = small_model(seed).stages()
    generator = torch.Generator().manual_seed(seed)

    def noisy(hidden: Tensor) -> Tensor:
        logits = stages.output(hidden)
        logits[:-1] = 100 * torch.randn(logits[:-1].shape, generator=generator)
        return logits

    plain, disturbed = (
        run(generation.generate, table, PROMPT).tokens
        for table in (stages, replace(stages, output=noisy))
    )
    return plain == disturbed


@claim
def tied_tables(seed: int, *, vocabulary: int = 100, width: int = 64) -> Mapping[str, float]:
    """The numbers of a model of these sizes are counted, with two tables and with one for both."""
    model = small_model(seed, vocabulary_size=vocabulary, width=width, n_heads=1)
    total = sum(parameter.numel() for parameter in model.parameters())
    model.output_weight = model.token_embedding  # `parameters` counts what is shared once
    return {
        "answer": total - sum(parameter.numel() for parameter in model.parameters()),
        "logits.keep_the_width": torch.zeros(width, width).numel(),
        "logits.belong_to_token_pairs": torch.zeros(vocabulary, vocabulary).numel(),
    }


def _batch_printed(*, shown_seed: int) -> Mapping[str, Figures]:
    """The table: each prompt, how it stands in the batch, and the difference."""
    rows: list[Figures] = []
    for prompt, gap in zip(BATCH, _gaps(shown_seed)["column"], strict=True):
        rows += [prompt, _padded(prompt), [gap]]
    return {"table": rows}


@prints(_batch_printed)
@claim
def padded_batch(seed: int, *, shown_seed: int = 1) -> Mapping[str, bool]:
    """A padded batch runs in each option's program: does it show what the stem shows?

    column: If the row of the last column is read, the differences are those of the table.
    mask: If both layers lack the causal mask, the differences are those of the table.
    mean: If the rows of the prompt's tokens are averaged, the differences are those of the table.
    first: If the row of the first token is read, the differences are those of the table.
    """
    shown = _gaps(shown_seed)["column"]
    return {option: found == shown for option, found in _gaps(seed).items()}


BATCH = [4, 9], [2, 7, 5], [1, 6, 3, 8, 10]


def _gaps(seed: int) -> dict[str, list[float]]:
    """How far the rows that each option's program takes are from those of each prompt alone."""
    with replaced(attention_weights=wrong("attention_weights.no_mask")):
        bare = _batch_logits(seed)
    right = _batch_logits(seed)
    ends = [len(prompt) - 1 for prompt in BATCH]
    rows = {
        "column": right[:, -1],
        "mask": bare[range(len(BATCH)), ends],
        "mean": torch.stack([right[n, : end + 1].mean(dim=0) for n, end in enumerate(ends)]),
        "first": right[:, 0],
    }
    model = small_model(seed)
    alone = torch.stack([model(torch.tensor([prompt]))[0, -1] for prompt in BATCH])
    gaps = {option: (found - alone).abs().amax(dim=-1).tolist() for option, found in rows.items()}
    return {option: [round(gap, 2) for gap in found] for option, found in gaps.items()}


def _batch_logits(seed: int) -> Tensor:
    """The logits of the prompts, padded on the right, (B, T, V)."""
    logits: Tensor = small_model(seed)(torch.tensor([_padded(prompt) for prompt in BATCH]))
    return logits


def _padded(prompt: list[int]) -> list[int]:
    """A prompt, filled up with id 0 to the length of the longest."""
    return [*prompt, *[0] * (max(map(len, BATCH)) - len(prompt))]


@claim
def softmax_of_three(seed: int, *, logits: Sequence[float] = (1, 2, 1)) -> Mapping[str, float]:
    """What softmax gives to the second of the logits."""
    row = torch.tensor(logits, dtype=torch.float64)
    different = torch.tensor(sorted(set(logits)), dtype=torch.float64)
    return {
        "answer": float(softmax.softmax(row)[1]),
        "softmax.plain_ratio": float(wrong("softmax.plain_ratio")(row)[1]),
        "distribution.only_the_largest_counts": float(wrong("softmax.largest_takes_all")(row)[1]),
        "distribution.equal_logits_count_once": float(softmax.softmax(different)[-1]),
    }


@claim
def add_seven(seed: int, *, added: float = 7) -> bool:
    """Softmax of a model's logits, with and without a number added to each: does the largest grow?

    The number is above zero.
    """
    if added <= 0:
        raise ValueError(f"{added} is not above zero")
    logits = _last_logits(small_model(seed))
    gain = float(softmax.softmax(logits + added).max() - softmax.softmax(logits).max())
    return gain > 1e-12


@claim
def double_logits(seed: int) -> Mapping[str, bool]:
    """Softmax of doubled logits is compared with the distribution at each temperature.

    half: Softmax of the doubled logits is the distribution at temperature 0.5.
    two: Softmax of the doubled logits is the distribution at temperature 2.
    none: Softmax of the doubled logits is the distribution as it was.
    zero: Softmax of the doubled logits is the distribution at temperature 0.
    """
    logits = _last_logits(small_model(seed))
    doubled = softmax.softmax(2 * logits)

    def equals(temperature: float) -> bool:
        return same(
            doubled, distribution.next_token_distribution(logits[None], temperature, None, None)[0]
        )

    return {"half": equals(0.5), "two": equals(2), "none": equals(1), "zero": equals(0)}


@claim
def softmax_twice(seed: int) -> Mapping[str, bool]:
    """Softmax is applied to a model's logits, and then to its own result.

    flat: The largest probability is lower than after one softmax, and at most e times the smallest.
    same: The distribution is the same as after one softmax.
    sharp: The largest probability is higher than after one softmax.
    order: The largest probability is lower than after one softmax, and is that of another token.
    """
    once = softmax.softmax(_last_logits(small_model(seed)))
    twice = softmax.softmax(once)
    is_flatter = float(twice.max()) < float(once.max())
    return {
        "flat": is_flatter and float(twice.max() / twice.min()) <= math.e,
        "same": same(once, twice),
        "sharp": float(twice.max()) > float(once.max()),
        "order": is_flatter and int(twice.argmax()) != int(once.argmax()),
    }


@claim
def no_final_norm(seed: int) -> Mapping[str, bool]:
    """The linear map reads the final hidden states with and without the normalization.

    may: The distribution changes; whether the greedy token does is another thing each time.
    never: The distribution changes, and the greedy token stays.
    always: The distribution changes, and the greedy token does.
    nothing: The distribution stays.
    """
    model = small_model(seed)
    right = _last_logits(model)
    bare = (_final_hidden(model) @ model.output_weight)[-1]
    changes = not same(softmax.softmax(right), softmax.softmax(bare))
    same_token = int(right.argmax()) == int(bare.argmax())
    return {
        "may": changes,
        "never": changes and same_token,
        "always": changes and not same_token,
        "nothing": not changes,
    }


def _certain(*probabilities: float) -> Tensor:
    """Logits (T, 2) that give token 0 these probabilities."""
    given = torch.tensor(probabilities, dtype=torch.float64)
    return torch.stack([given, 1 - given], dim=-1).log() + SHIFT


@claim
def log_probability(
    seed: int, *, chances: Sequence[float] = (0.5, 0.25, 0.8)
) -> Mapping[str, float]:
    """The log-probability of tokens, from logits that give them these probabilities."""
    logits, tokens = _certain(*chances), torch.tensor([0] * len(chances))
    mistakes = ("no_logarithm", "mean", "adds_probabilities", "log_base_two", "sign")
    traps = {SCORE + name: float(wrong(SCORE + name)(logits, tokens)) for name in mistakes}
    return {"answer": likelihood.sequence_log_probability(logits, tokens), **traps}


@prints(lambda **given: _which_rows_printed(**given))
@claim
def which_rows(
    seed: int,
    *,
    prompt: Sequence[int] = (0, 2),
    continuation: Sequence[int] = (1, 2),
    vocabulary: int = 3,
    rows: Rows = ((0.20, 0.50, 0.30), (0.10, 0.60, 0.30), (0.15, 0.60, 0.25), (0.70, 0.20, 0.10)),
) -> Mapping[str, float]:
    """The probability of the continuation, from the rows just before each of its tokens."""
    logits = torch.tensor(rows, dtype=torch.float64).log() + SHIFT  # (T, V)
    if logits.shape != (len(prompt) + len(continuation), vocabulary):
        raise ValueError("the table has not a row for each id and a column for each token")
    tokens, start = torch.tensor(continuation), len(prompt) - 1
    before = logits[start:-1]

    def score(name: str, given: Tensor) -> float:
        return math.exp(wrong(SCORE + name)(given, tokens))

    longer = torch.tensor([*prompt[1:], *continuation])
    return {
        "answer": math.exp(likelihood.sequence_log_probability(before, tokens)),
        # it gets one row more, and takes each token from the row of its own position
        SCORE + "shifted_rows": math.exp(
            wrong(SCORE + "shifted_rows")(logits[start:], torch.tensor([*continuation, 0]))
        ),
        "log_probability.scores_prompt": math.exp(
            likelihood.sequence_log_probability(logits[:-1], longer)
        ),
        SCORE + "uses_argmax": score("uses_argmax", before),
        SCORE + "adds_probabilities": score("adds_probabilities", before),
    }


def _which_rows_printed(*, rows: Rows, vocabulary: int, **_: object) -> Mapping[str, Figures]:
    """The table with the ids above and the positions at the side."""
    numbered = [[place, *row] for place, row in enumerate(rows)]
    return {"table": [list(range(vocabulary)), *numbered]}
