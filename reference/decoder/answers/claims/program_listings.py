"""Claims about programs that stand in questions: does a program do what the reference does?

B batch, T time, d width, h heads, D width of a head, V vocabulary.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.decoder import (
    attention,
    decoder_layer,
    distribution,
    feed_forward,
    generation,
    likelihood,
    normalization,
    selection,
    softmax,
    step_input,
)
from reference.decoder.answers.listings import function_of, value_of
from reference.decoder.answers.trials import normal, prompts, small_model


@claim
def select_token_program(seed: int, program: str) -> bool:
    """The program selects the tokens of the reference, greedily and by a number u."""
    select = function_of(program, "select_token")
    chances = softmax.softmax(normal(seed, 9))
    draws = (None, 0.0, 0.3, 0.55, 0.8, float(chances[0]))
    return all(select(chances, u) == selection.select_token(chances, u) for u in draws)


@claim
def greedy_program(seed: int, program: str) -> bool:
    """The program selects the token that the reference selects greedily, as an int."""
    token = function_of(program, "select_token")(chances := softmax.softmax(normal(seed, 9)))
    return isinstance(token, int) and token == selection.select_token(chances)


@claim
def attention_weights_program(seed: int, program: str) -> bool:
    """The program computes the attention weights that the reference computes."""
    weights = function_of(
        program,
        "attention_weights",
        softmax=softmax.softmax,
        causal_mask=attention.causal_mask,
        sqrt=math.sqrt,
        inf=math.inf,
    )
    queries, keys = normal(seed, 2, 5, 3), normal(seed + 100, 2, 5, 3)
    return same(weights(queries, keys), attention.attention_weights(queries, keys))


@claim
def attention_formula(seed: int, program: str) -> bool:
    """The formula, computed for one head of D channels, gives what the reference gives for it."""
    q, k, v = (normal(seed + shift, 6, 4) for shift in (0, 100, 200))
    hidden = torch.zeros(6, 6, dtype=torch.float64)
    hidden.masked_fill_(~attention.causal_mask(6), -math.inf)
    given = value_of(
        program, "mixed", softmax=softmax.softmax, sqrt=math.sqrt, Q=q, K=k, V=v, D=4, M=hidden, T=6
    )
    return same(given, attention.attention_weights(q, k) @ v)


@claim
def generate_program(seed: int, program: str) -> bool:
    """The program generates the tokens of the reference, for prompts with and without EOS."""

    def limited(stages: generation.Stages) -> generation.Stages:
        calls = iter(range(20))  # a loop without end runs out of them

        def embed(ids: Sequence[int]) -> Tensor:
            next(calls)
            return stages.embed(ids)

        return replace(stages, embed=embed)

    generate = function_of(program, "generate", step_input=step_input.step_input)
    stages = small_model(seed).stages()
    for prompt in prompts(seed):
        free = generation.generate(prompt, stages, 5, None, 6)
        for eos_id in (None, free[0], free[2]):
            want = generation.generate(prompt, stages, 5, eos_id, 6)
            if generate(prompt, limited(stages), 5, eos_id, 6) != want:
                return False
    return True


@claim
def softmax_program(seed: int, program: str) -> bool:
    """The program computes softmax as the reference does, also of large logits in several rows."""
    logits = normal(seed, 3, 4, 6) * torch.tensor([1.0, 10.0, 1000.0, 2000.0])[:, None]
    return same(function_of(program, "softmax")(logits), softmax.softmax(logits))


@claim
def log_probability_program(seed: int, program: str) -> bool:
    """The program gives the log-probability that the reference gives to the tokens after a row."""
    rows, ids = normal(seed, 6, 7), torch.tensor([(3 * seed + 2 * n * n) % 7 for n in range(6)])
    log_probability = function_of(
        program, "log_probability", log_softmax=lambda x: softmax.softmax(x).log()
    )
    want = likelihood.sequence_log_probability(rows, ids)
    return bool(abs(float(log_probability(rows, ids)) - float(want)) < 1e-9)


@claim
def decoder_layer_program(seed: int, program: str) -> bool:
    """The program computes a pre-norm decoder layer, with the functions of the reference in it."""
    weights = small_model(seed).weights["layers"][0]
    first, second = (
        (weights["attention_norm_gain"], weights["attention_norm_bias"]),
        (weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"]),
    )
    layer = function_of(
        program,
        "decoder_layer",
        first_norm=lambda x: normalization.layer_norm(x, *first, 1e-5),
        second_norm=lambda x: normalization.layer_norm(x, *second, 1e-5),
        attention=lambda x: attention.self_attention(x, weights["attention"], 3),
        feed_forward=lambda x: feed_forward.feed_forward(x, weights["feed_forward"]),
    )
    x = normal(seed, 1, 5, 12)
    return same(layer(x), decoder_layer.decoder_layer(x, weights, 3, 1e-5))


@claim
def top_k_program(seed: int, program: str) -> bool:
    """The program makes the distribution of the reference, with temperature and top-k."""
    logits = normal(seed, 8)
    make = function_of(program, "next_token_distribution", softmax=softmax.softmax, inf=math.inf)
    return all(
        same(
            make(logits, heat, k),
            distribution.next_token_distribution(logits[None], heat, k, None)[0],
        )
        for heat, k in ((1.0, 3), (0.5, 2), (2.0, 5))
    )
