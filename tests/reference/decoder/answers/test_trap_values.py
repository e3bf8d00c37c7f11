"""A trap of a numeric question is what the named mistake really computes."""

import math

import pytest
import torch

from grader.quiz.bank.topics import load
from grader.settings import shipped
from reference.decoder import generation
from reference.decoder.answers.claims.cached_decode import CachedDecoder
from reference.decoder.answers.trials import run, small_model, wrong
from reference.decoder.attention import attention_weights
from reference.decoder.likelihood import sequence_log_probability

ITEMS = {item.id: item for topic in load(shipped("questions")).topics for item in topic.items}
NEXT = "next_token_distribution."
SCORE = "sequence_log_probability."


def double(*numbers):
    return torch.tensor(numbers, dtype=torch.float64)


def pairs(weights, *, places_back=5):
    """How many pairs of a query and a key not further back than that get some weight."""
    heads = torch.ones(1, 1, 6, 4).double()
    return int((weights(heads, heads).triu(-places_back) > 0).sum())


def cached_positions(*, prompt, new, extra_pass=False):
    decoder = CachedDecoder(small_model(0, context_length=32))
    tokens = decoder.generate([1] * prompt, new)
    if extra_pass:
        decoder.run(tokens[-1:])
    return decoder.positions_run


def inputs(loop, *, prompt, new):
    stages = small_model(0, context_length=32).stages()
    return run(loop, stages, [1] * prompt, tokens=new, context_length=32).inputs


def cache_numbers(*, layers=4):
    decoder = CachedDecoder(
        small_model(0, n_layers=layers, width=32, n_heads=4, context_length=100)
    )
    decoder.run([1] * 100)
    return sum(keys.numel() for keys in decoder.keys)


def score(mistake, *probabilities):
    """A wrong log-probability of tokens with these probabilities."""
    given = double(*probabilities)
    logits = torch.stack([given, 1 - given], dim=-1).log()
    return wrong(SCORE + mistake)(logits, torch.zeros(len(given), dtype=torch.long))


ROWS = double([0.2, 0.5, 0.3], [0.1, 0.6, 0.3], [0.15, 0.6, 0.25], [0.7, 0.2, 0.1]).log()


def score_rows(mistake, rows, tokens):
    return math.exp(wrong(SCORE + mistake)(rows, torch.tensor(tokens)))


def first_chance(mistake, logits, *settings):
    chances = wrong(NEXT + mistake)(logits, *settings)[0]
    return float(chances[0] / chances.sum()) if mistake.startswith("temperature") else chances[0]


def kept(mistake):
    logits = double([0.40, 0.30, 0.25, 0.05]).log()
    return int((wrong(NEXT + mistake)(logits, 1, None, 0.9) > 0).sum())


FIVE = double([0.50, 0.20, 0.15, 0.10, 0.05]).log()
FOUR = double(0.1, 0.4, 0.3, 0.2)
THIRDS = (1 / 2, 1 / 4, 1 / 8)

TRAPS = {
    "global-attention.visible-pairs": {
        "attention_weights.no_mask": lambda: pairs(wrong("attention_weights.no_mask")),
        "attention_weights.mask_strict": lambda: pairs(wrong("attention_weights.mask_strict")),
        "mask.limits_the_distance": lambda: pairs(attention_weights, places_back=1),
    },
    "kv-cache.passes": {
        "kv_cache.extra_pass": lambda: len(cached_positions(prompt=4, new=12, extra_pass=True)),
        "generation.all_at_once": lambda: len(inputs(wrong("generate.one_pass"), prompt=4, new=12)),
        "kv_cache.prefill_is_free": lambda: len(cached_positions(prompt=4, new=12)[1:]),
    },
    "kv-cache.positions-processed": {
        "kv_cache.reruns_prompt": lambda: sum(
            map(len, inputs(generation.generate, prompt=10, new=5))
        ),
        "kv_cache.extra_pass": lambda: sum(cached_positions(prompt=10, new=5, extra_pass=True)),
        "kv_cache.prefill_is_free": lambda: sum(cached_positions(prompt=10, new=5)[1:]),
        "generate.prompt_only": lambda: sum(
            map(len, inputs(wrong("generate.prompt_only"), prompt=10, new=5))
        ),
    },
    "kv-cache.size": {
        "kv_cache.keys_only": lambda: cache_numbers(),
        "attention.heads_have_full_width": lambda: 2 * 4 * cache_numbers(),
        "kv_cache.one_layer": lambda: 2 * cache_numbers(layers=1),
        "kv_cache.stores_queries": lambda: 3 * cache_numbers(),
    },
    "output-and-softmax.softmax-of-three": {
        "softmax.plain_ratio": lambda: wrong("softmax.plain_ratio")(double(1, 2, 1))[1],
        "distribution.only_the_largest_counts": lambda: wrong("softmax.largest_takes_all")(
            double(1, 2, 1)
        )[1],
        "distribution.equal_logits_count_once": lambda: double(1, 2).softmax(0)[1],
    },
    "output-and-softmax.log-probability": {
        SCORE + mistake: lambda mistake=mistake: score(mistake, 0.5, 0.25, 0.8)
        for mistake in ("no_logarithm", "mean", "adds_probabilities", "log_base_two", "sign")
    },
    "output-and-softmax.which-rows": {
        SCORE + "shifted_rows": lambda: score_rows("shifted_rows", ROWS[1:], [1, 2, 0]),
        "log_probability.scores_prompt": lambda: math.exp(
            sequence_log_probability(ROWS[:3], torch.tensor([2, 1, 2]))
        ),
        SCORE + "uses_argmax": lambda: score_rows("uses_argmax", ROWS[1:3], [1, 2]),
        SCORE + "adds_probabilities": lambda: score_rows("adds_probabilities", ROWS[1:3], [1, 2]),
    },
    "token-selection.temperature-two": {
        NEXT + mistake: lambda mistake=mistake: first_chance(mistake, double([2, 0]), 2, None, None)
        for mistake in (
            "temperature_multiplies",
            "temperature_on_probabilities",
            "temperature_twice",
        )
    },
    "token-selection.nucleus-size": {
        NEXT + mistake: lambda mistake=mistake: kept(mistake)
        for mistake in ("top_p_drops_crossing", "top_p_complement", "top_p_ignored")
    },
    "token-selection.top-k-then-top-p": {
        NEXT + mistake: lambda mistake=mistake: first_chance(mistake, FIVE, 1, 3, 0.8)
        for mistake in ("top_p_without_renormalizing", "not_renormalized", "top_p_drops_crossing")
    },
    "token-selection.inverse-cdf": {
        "select_token." + mistake: lambda mistake=mistake: wrong("select_token." + mistake)(
            FOUR, 0.75
        )
        for mistake in ("always_argmax", "sorted_order", "exceeds_probability")
    },
    "training.loss-at-the-start": {
        SCORE + "log_base_two": lambda: -score("log_base_two", 1 / 50),
        "training.perplexity_is_loss": lambda: score("perplexity", 1 / 50),
        SCORE + "no_logarithm": lambda: score("no_logarithm", 1 / 50),
    },
    "training.mean-loss": {
        "training.sums_loss": lambda: len(THIRDS) * score("returns_loss", *THIRDS),
        "training.log_of_mean": lambda: -math.log(sum(THIRDS) / len(THIRDS)),
        SCORE + "log_base_two": lambda: -score("log_base_two", *THIRDS) / len(THIRDS),
    },
}


@pytest.mark.parametrize(
    ("question", "misconception"),
    [(question, name) for question, traps in TRAPS.items() for name in traps],
)
def test_a_trap_is_what_its_mistake_computes(question, misconception):
    computed = float(TRAPS[question][misconception]())
    mark = ITEMS[question].mark(f"{computed:.8f}")
    assert misconception in mark.misconceptions, computed
