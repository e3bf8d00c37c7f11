"""What people get wrong about the next-token distribution: temperature, top-k and top-p.

B batch, V vocabulary. Mistakes about the greedy case stand with the temperature.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from reference.distribution import next_token_distribution
from reference.misconceptions.record import equivalent, misconception
from reference.softmax import softmax

Nucleus = Callable[[Tensor, float], Tensor]  # probabilities (B, V) and p -> which are kept


def _greedy(logits: Tensor) -> Tensor:
    return next_token_distribution(logits, 0, None, None)


def _only(kept: Tensor, logits: Tensor) -> Tensor:
    return logits.masked_fill(~kept, -math.inf)


def _ranks(scores: Tensor) -> Tensor:
    """0 for the most probable token of each row, 1 for the next one, and so on."""
    return scores.argsort(dim=-1, descending=True, stable=True).argsort(dim=-1)


def _mass_before(probabilities: Tensor) -> Tensor:
    """For each token, the mass of the more probable ones."""
    in_order = probabilities.sort(dim=-1, descending=True, stable=True).values
    return (in_order.cumsum(dim=-1) - in_order).gather(-1, _ranks(probabilities))


def _top_k(logits: Tensor, temperature: float, top_k: int | None) -> Tensor:
    """Right logits after temperature (above 0) and top-k."""
    logits = logits / temperature
    return logits if top_k is None else _only(_ranks(logits) < top_k, logits)


def _with_nucleus(
    nucleus: Nucleus,
    logits: Tensor,
    temperature: float,
    top_k: int | None,
    top_p: float | None,
) -> Tensor:
    """Everything is right but the choice of the nucleus."""
    if temperature == 0 or top_p is None:
        return next_token_distribution(logits, temperature, top_k, None)
    logits = _top_k(logits, temperature, top_k)
    return softmax(_only(nucleus(softmax(logits), top_p), logits))


@misconception(
    replaces=next_token_distribution,
    says="The logits are multiplied by the temperature.",
    hint="Does a high temperature make your distribution flatter or sharper?",
    questions=["token-selection.temperature-two", "output-and-softmax.double-logits"],
    differs_only="at temperatures other than 0 and 1",
)
def temperature_multiplies(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    if temperature == 0:
        return _greedy(logits)
    return next_token_distribution(logits * temperature, 1, top_k, top_p)


@misconception(
    replaces=next_token_distribution,
    says="The temperature is applied twice.",
    hint="Two logits differ by 2. By which factor do your probabilities differ at temperature 2?",
    questions=["token-selection.temperature-two"],
    differs_only="at temperatures other than 0 and 1",
)
def temperature_twice(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    return next_token_distribution(logits, temperature**2, top_k, top_p)


@misconception(
    replaces=next_token_distribution,
    says="The temperature divides the probabilities.",
    hint="What do your probabilities add up to at temperature 2?",
    questions=["token-selection.temperature-two", "token-selection.order-sampler"],
    differs_only="at temperatures other than 0 and 1",
)
def temperature_on_probabilities(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    if temperature == 0:
        return _greedy(logits)
    return next_token_distribution(logits, 1, top_k, top_p) / temperature


@misconception(
    replaces=next_token_distribution,
    says="The temperature is not used.",
    hint="Compare your results at the temperatures 0.5 and 2.",
    questions=["token-selection.hot", "token-selection.temperature-two"],
    differs_only="at temperatures other than 0 and 1",
)
def temperature_ignored(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    return next_token_distribution(logits, min(temperature, 1) and 1, top_k, top_p)


@misconception(
    replaces=next_token_distribution,
    says="The temperature may as well come after top-p.",
    hint="Does a change of the temperature change which tokens your top-p keeps? Should it?",
    questions=["token-selection.temperature-and-top-p", "token-selection.order-sampler"],
    differs_only="with top-p at temperatures other than 0 and 1",
)
def temperature_after_top_p(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    if temperature == 0:
        return _greedy(logits)
    kept = next_token_distribution(logits, 1, top_k, top_p) > 0
    return softmax(_only(kept, logits) / temperature)


@misconception(
    replaces=next_token_distribution,
    says="At temperature 0 the logits are divided by 0.",
    hint="What does your function return at temperature 0? Print it.",
    questions=["token-selection.greedy-settings"],
    differs_only="at temperature 0",
)
def zero_temperature_divides(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    if temperature == 0:
        return softmax(logits / temperature)
    return next_token_distribution(logits, temperature, top_k, top_p)


@misconception(
    replaces=next_token_distribution,
    says="Temperature 0 means that there is no temperature.",
    hint="Which tokens can be drawn at temperature 0.01, and which at 0 in your code?",
    questions=["token-selection.greedy-settings", "token-selection.hot"],
    differs_only="at temperature 0",
)
def zero_temperature_is_off(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    return next_token_distribution(logits, temperature or 1, top_k, top_p)


@misconception(
    replaces=next_token_distribution,
    says="The result is always greedy: probability 1 on the arg max.",
    hint="At which settings should your function leave more than one token possible?",
    questions=["token-selection.greedy-settings", "token-selection.hot"],
)
def always_greedy(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    return _greedy(logits)


@misconception(
    replaces=next_token_distribution,
    says="Top-k keeps k + 1 tokens.",
    hint="How many entries above 0 has your result for k = 1?",
    questions=["token-selection.top-k-then-top-p", "token-selection.greedy-settings"],
    differs_only="with top-k",
)
def top_k_off_by_one(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    more = None if top_k is None else top_k + 1
    return next_token_distribution(logits, temperature, more, top_p)


@misconception(
    replaces=next_token_distribution,
    says="Top-k keeps k - 1 tokens.",
    hint="How many entries above 0 has your result for k = 1?",
    questions=["token-selection.top-k-then-top-p", "token-selection.greedy-settings"],
    differs_only="with top-k",
)
def top_k_one_short(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    fewer = None if top_k is None else top_k - 1
    return next_token_distribution(logits, temperature, fewer, top_p)


@misconception(
    replaces=next_token_distribution,
    says="Top-k is not applied.",
    hint="Count the entries above 0 in your result for k = 3.",
    questions=["token-selection.top-k-then-top-p", "token-selection.order-sampler"],
    differs_only="with top-k",
)
def top_k_ignored(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    return next_token_distribution(logits, temperature, None, top_p)


@misconception(
    replaces=next_token_distribution,
    says="Top-k keeps the k least probable tokens.",
    hint="Is the most probable token still possible in your result?",
    questions=["token-selection.top-k-then-top-p"],
    differs_only="with top-k",
)
def top_k_keeps_smallest(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    if temperature and top_k is not None:
        logits = _only(_ranks(-logits) < top_k, logits)
    return next_token_distribution(logits, temperature, None, top_p)


@misconception(
    replaces=next_token_distribution,
    says="The k-th largest logit of the first row is the limit for all rows.",
    hint="Count the entries above 0 in each row of your result.",
    questions=["token-selection.top-k-then-top-p"],
    differs_only="with top-k and more than one row",
)
def top_k_limit_of_first_row(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    if temperature and top_k is not None:
        limit = logits[0].sort(descending=True).values[top_k - 1]
        logits = _only(logits >= limit, logits)
    return next_token_distribution(logits, temperature, None, top_p)


@misconception(
    replaces=next_token_distribution,
    says="The token that brings the mass to p is dropped.",
    hint="How much mass do the kept tokens have in your code, before it is made 1 again?",
    questions=["token-selection.wrong-nucleus", "token-selection.nucleus-size"],
    differs_only="with top-p",
)
def top_p_drops_crossing(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    def nucleus(probabilities: Tensor, p: float) -> Tensor:
        return (_mass_before(probabilities) + probabilities <= p) | (_ranks(probabilities) == 0)

    return _with_nucleus(nucleus, logits, temperature, top_k, top_p)


@misconception(
    replaces=next_token_distribution,
    says="One token more is kept after the mass has reached p.",
    hint="Leave out the last token that you keep. Is the mass still at least p?",
    questions=["token-selection.nucleus-size", "token-selection.wrong-nucleus"],
    differs_only="with top-p",
)
def top_p_one_more(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    def nucleus(probabilities: Tensor, p: float) -> Tensor:
        size = (_mass_before(probabilities) < p).sum(dim=-1, keepdim=True)
        return _ranks(probabilities) <= size

    return _with_nucleus(nucleus, logits, temperature, top_k, top_p)


@misconception(
    replaces=next_token_distribution,
    says="Top-p keeps a mass of 1 - p.",
    hint="Are more tokens kept when p grows?",
    questions=["token-selection.nucleus-size", "token-selection.wrong-nucleus"],
    differs_only="with top-p",
)
def top_p_complement(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    def nucleus(probabilities: Tensor, p: float) -> Tensor:
        return (_mass_before(probabilities) < 1 - p) | (_ranks(probabilities) == 0)

    return _with_nucleus(nucleus, logits, temperature, top_k, top_p)


@misconception(
    replaces=next_token_distribution,
    says="Top-p keeps all tokens.",
    hint="Count the entries above 0 in your result for a small p.",
    questions=["token-selection.nucleus-size"],
    differs_only="with top-p",
)
def top_p_ignored(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    return next_token_distribution(logits, temperature, top_k, None)


@misconception(
    replaces=next_token_distribution,
    says="Top-p keeps the tokens whose own probability is at least p.",
    hint="How many tokens can have a probability of 0.6 or more?",
    questions=["token-selection.nucleus-size"],
    differs_only="with top-p",
)
def top_p_of_each_token(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    def nucleus(probabilities: Tensor, p: float) -> Tensor:
        return (probabilities >= p) | (_ranks(probabilities) == 0)

    return _with_nucleus(nucleus, logits, temperature, top_k, top_p)


@misconception(
    replaces=next_token_distribution,
    says="Top-p measures the mass on the probabilities from before top-k.",
    hint="What do the probabilities that you add up sum to after top-k?",
    questions=["token-selection.top-k-then-top-p"],
    differs_only="with top-k and top-p together",
)
def top_p_without_renormalizing(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    if temperature == 0 or top_p is None:
        return next_token_distribution(logits, temperature, top_k, None)
    kept = _mass_before(softmax(logits / temperature)) < top_p
    return softmax(_only(kept, _top_k(logits, temperature, top_k)))


@misconception(
    replaces=next_token_distribution,
    says="Top-p adds up the tokens in vocabulary order.",
    hint="Where in the vocabulary stands the most probable token, and is it always kept?",
    questions=["token-selection.order-sampler", "token-selection.nucleus-size"],
    differs_only="with top-p",
)
def top_p_unsorted(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    def nucleus(probabilities: Tensor, p: float) -> Tensor:
        return probabilities.cumsum(dim=-1) - probabilities < p

    return _with_nucleus(nucleus, logits, temperature, top_k, top_p)


@misconception(
    replaces=next_token_distribution,
    says="Top-p adds up the tokens from the least probable one on.",
    hint="Is the most probable token always kept in your result?",
    questions=["token-selection.nucleus-size", "token-selection.wrong-nucleus"],
    differs_only="with top-p",
)
def top_p_ascending(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    def nucleus(probabilities: Tensor, p: float) -> Tensor:
        mass_above = _mass_before(probabilities) + probabilities
        return 1 - mass_above < p

    return _with_nucleus(nucleus, logits, temperature, top_k, top_p)


@misconception(
    replaces=next_token_distribution,
    says="After sorting, the probabilities stay in sorted order.",
    hint="Which token id does the first entry of your result belong to?",
    questions=["token-selection.order-sampler"],
    differs_only="with top-p",
)
def top_p_lost_order(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    right = next_token_distribution(logits, temperature, top_k, top_p)
    if temperature == 0 or top_p is None:
        return right
    return right.sort(dim=-1, descending=True).values


@misconception(
    replaces=next_token_distribution,
    says="The tokens that top-p keeps in the first row are kept in all rows.",
    hint="Compare each row of your result with the same row alone in a batch.",
    questions=["token-selection.nucleus-size"],
    differs_only="with top-p and more than one row",
)
def top_p_of_first_row(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    def nucleus(probabilities: Tensor, p: float) -> Tensor:
        return (_mass_before(probabilities) < p)[:1].expand_as(probabilities)

    return _with_nucleus(nucleus, logits, temperature, top_k, top_p)


@misconception(
    replaces=next_token_distribution,
    says="The kept probabilities need not sum to one.",
    hint="What do the entries of your result add up to after a filter?",
    questions=["token-selection.top-k-then-top-p", "token-selection.wrong-nucleus"],
    differs_only="with top-k or top-p",
)
def not_renormalized(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    right = next_token_distribution(logits, temperature, top_k, top_p)
    if temperature == 0:
        return right
    return softmax(logits / temperature) * (right > 0)


@misconception(
    replaces=next_token_distribution,
    says="The logits of the tokens that are filtered out are set to 0.",
    hint="What is exp(0)? How much probability do the removed tokens have in your result?",
    questions=["token-selection.order-sampler", "diagnosis.equal-future-weights"],
    differs_only="with top-k or top-p",
)
def filtered_logits_are_zero(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    right = next_token_distribution(logits, temperature, top_k, top_p)
    if temperature == 0:
        return right
    return softmax(logits / temperature * (right > 0))


@misconception(
    replaces=next_token_distribution,
    says="Softmax is applied to the finished distribution once more.",
    hint="Can a token that was filtered out still be drawn from your result?",
    questions=["output-and-softmax.softmax-twice", "token-selection.order-sampler"],
)
def softmax_twice(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    return softmax(next_token_distribution(logits, temperature, top_k, top_p))


@misconception(
    replaces=next_token_distribution,
    says="The filtered logits are the result; there is no softmax at the end.",
    hint="Can an entry of your result be negative? What do the entries add up to?",
    questions=["token-selection.order-sampler"],
)
def returns_logits(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    right = next_token_distribution(logits, temperature, top_k, top_p)
    return right if temperature == 0 else _only(right > 0, logits / temperature)


@misconception(
    replaces=next_token_distribution,
    says="I divide the logits in place and change the caller's array.",
    hint="Call your function twice with the same logits. Are the results equal?",
    questions=["token-selection.order-sampler"],
    differs_only="in the logits after the call, at temperatures other than 0 and 1",
)
def changes_its_input(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    if temperature == 0:
        return _greedy(logits)
    logits /= temperature
    return next_token_distribution(logits, 1, top_k, top_p)


@equivalent(
    replaces=next_token_distribution,
    says="The temperature divides the logarithms of the probabilities.",
)
def temperature_on_logarithms(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    return next_token_distribution(logits.log_softmax(dim=-1), temperature, top_k, top_p)


@equivalent(
    replaces=next_token_distribution,
    says="Each probability is raised to the power 1 / T, and the row is divided by its sum.",
    where="as long as no probability is so small that it becomes 0",
)
def temperature_as_power(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    if temperature == 0:
        return _greedy(logits)
    powers = softmax(logits) ** (1 / temperature)
    return next_token_distribution(powers.log(), 1, top_k, top_p)


@equivalent(
    replaces=next_token_distribution,
    says="Top-k comes before the temperature, for the temperature keeps the order.",
)
def top_k_before_temperature(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    kept = logits if top_k is None else _only(_ranks(logits) < top_k, logits)
    return next_token_distribution(kept, temperature, None, top_p)


@equivalent(
    replaces=next_token_distribution,
    says="The filters set probabilities to 0, and each row is divided by what is left.",
)
def filters_probabilities(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    if temperature == 0:
        return _greedy(logits)
    probabilities = softmax(logits / temperature)
    if top_k is not None:
        probabilities = probabilities * (_ranks(probabilities) < top_k)
        probabilities = probabilities / probabilities.sum(dim=-1, keepdim=True)
    if top_p is not None:
        probabilities = probabilities * (_mass_before(probabilities) < top_p)
    return probabilities / probabilities.sum(dim=-1, keepdim=True)


@equivalent(
    replaces=next_token_distribution,
    says="Temperature 0 becomes a very small temperature.",
    where="as long as the largest two logits are not close to each other",
)
def zero_temperature_is_tiny(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    if temperature == 0:
        return softmax(logits / 1e-6)
    return next_token_distribution(logits, temperature, top_k, top_p)
