"""The next-token distribution in parts: temperature, top-k, top-p, and the result.

B batch, V vocabulary.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from grader.subject.composition import Composition, Parts, as_is
from reference.decoder.misconceptions.distribution_parts import greedy, mass_before, only, ranks
from reference.decoder.softmax import softmax


def in_parts(
    part: Parts, logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    if temperature == 0:
        temperature = part["zero"](temperature)
    result: Tensor = part["after"](
        part["greedy"](logits)
        if temperature == 0
        else _sampled(part, logits, temperature, top_k, top_p)
    )
    return result


def _sampled(
    part: Parts, logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Any:
    """The distribution at a temperature above 0."""
    hot = part["heat"](logits, temperature)
    kept = torch.ones_like(hot, dtype=torch.bool) if top_k is None else part["top_k"](hot, top_k)
    filtered = only(kept, hot)
    if top_p is not None:
        filtered = only(part["top_p"](softmax(part["measured"](filtered, hot)), top_p), filtered)
    late = part["late"]
    distribution = part["result"](late(filtered, temperature), late(hot, temperature))
    distribution = part["cool"](distribution, temperature)
    return distribution if top_p is None else part["order"](distribution)


def _nucleus(probabilities: Tensor, p: float) -> Tensor:
    return mass_before(probabilities) < p


def _mass_up_to(probabilities: Tensor) -> Tensor:
    return mass_before(probabilities) + probabilities


def _one_more(probabilities: Tensor, p: float) -> Tensor:
    return ranks(probabilities) <= _nucleus(probabilities, p).sum(dim=-1, keepdim=True)


def _first_row_limit(logits: Tensor, k: int) -> Tensor:
    return logits >= logits[0].sort(descending=True).values[k - 1]


def _or_the_most_probable(nucleus: Callable[[Tensor, float], Tensor]) -> Parts:
    return {"top_p": lambda probs, p: nucleus(probs, p) | (ranks(probs) == 0)}


def _divided(logits: Tensor, temperature: float) -> Tensor:
    return logits / temperature


_BY_TOP_P: dict[str, Parts] = {
    "top_p_drops_crossing": _or_the_most_probable(lambda probs, p: _mass_up_to(probs) <= p),
    "top_p_without_guard": {"top_p": lambda probs, p: (_mass_up_to(probs) <= p) | (p >= 1)},
    "top_p_one_more": {"top_p": _one_more},
    "top_p_complement": _or_the_most_probable(lambda probs, p: mass_before(probs) < 1 - p),
    "top_p_ignored": {
        "top_p": lambda probs, p: torch.ones_like(probs, dtype=torch.bool),
        "measured": as_is,
    },
    "top_p_of_each_token": _or_the_most_probable(lambda probs, p: probs >= p),
    "top_p_without_renormalizing": {"measured": lambda filtered, hot: hot},
    "top_p_unsorted": {"top_p": lambda probs, p: probs.cumsum(dim=-1) - probs < p},
    "top_p_ascending": {"top_p": lambda probs, p: 1 - _mass_up_to(probs) < p},
    "top_p_lost_order": {"order": lambda result: result.sort(dim=-1, descending=True).values},
    "top_p_of_first_row": {"top_p": lambda probs, p: _nucleus(probs, p)[:1].expand_as(probs)},
}

_BY_TOP_K: dict[str, Parts] = {
    "top_k_off_by_one": {"top_k": lambda logits, k: ranks(logits) < k + 1},
    "top_k_one_short": {"top_k": lambda logits, k: ranks(logits) < k - 1},
    "top_k_ignored": {"top_k": lambda logits, k: torch.ones_like(logits, dtype=torch.bool)},
    "top_k_keeps_smallest": {"top_k": lambda logits, k: ranks(-logits) < k},
    "top_k_limit_of_first_row": {"top_k": _first_row_limit},
}

_BY_TEMPERATURE: dict[str, Parts] = {
    "temperature_multiplies": {"heat": lambda logits, temperature: logits * temperature},
    "temperature_twice": {"heat": lambda logits, temperature: logits / temperature**2},
    "temperature_on_probabilities": {"heat": as_is, "cool": _divided},
    "temperature_ignored": {"heat": as_is},
    "temperature_after_top_p": {"heat": as_is, "late": _divided},
    "zero_temperature_divides": {"greedy": lambda logits: softmax(logits / 0)},
    "zero_temperature_is_off": {"zero": lambda temperature: 1.0, "greedy": greedy},
}

COMPOSITION = Composition(
    in_parts,
    right={
        "zero": as_is,
        "greedy": greedy,
        "heat": _divided,
        "top_k": lambda logits, k: ranks(logits) < k,
        "measured": as_is,
        "top_p": _nucleus,
        "late": as_is,
        "result": lambda filtered, hot: softmax(filtered),
        "cool": as_is,
        "order": as_is,
        "after": as_is,
    },
    wrong={
        **_BY_TEMPERATURE,
        **_BY_TOP_K,
        **_BY_TOP_P,
        "softmax_twice": {"after": softmax},
        "returns_logits": {"result": lambda filtered, hot: only(softmax(filtered) > 0, hot)},
        "not_renormalized": {
            "result": lambda filtered, hot: softmax(hot) * (softmax(filtered) > 0)
        },
        "filtered_logits_are_zero": {
            "result": lambda filtered, hot: softmax(hot * (softmax(filtered) > 0))
        },
    },
)
