"""What people get wrong about the next-token distribution: top-k and top-p.

B batch, V vocabulary.
"""

from collections.abc import Callable

from torch import Tensor

from grader.subject.misconception import equivalent, misconception
from reference.decoder.distribution import next_token_distribution
from reference.decoder.misconceptions.distribution_parts import greedy, mass_before, only, ranks
from reference.decoder.softmax import softmax

Nucleus = Callable[[Tensor, float], Tensor]  # probabilities (B, V) and p -> which are kept


def _top_k(logits: Tensor, temperature: float, top_k: int | None) -> Tensor:
    """Right logits after temperature (above 0) and top-k."""
    logits = logits / temperature
    return logits if top_k is None else only(ranks(logits) < top_k, logits)


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
    return softmax(only(nucleus(softmax(logits), top_p), logits))


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
    hint="How many entries above 0 has your result for k = 3?",
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
        logits = only(ranks(-logits) < top_k, logits)
    return next_token_distribution(logits, temperature, None, top_p)


@misconception(
    replaces=next_token_distribution,
    says="The k-th largest logit of the first row is the limit for all rows.",
    hint="How many entries above 0 are there in each row of your result?",
    questions=["token-selection.top-k-then-top-p"],
    differs_only="with top-k and more than one row",
)
def top_k_limit_of_first_row(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    if temperature and top_k is not None:
        limit = logits[0].sort(descending=True).values[top_k - 1]
        logits = only(logits >= limit, logits)
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
        return (mass_before(probabilities) + probabilities <= p) | (ranks(probabilities) == 0)

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
        size = (mass_before(probabilities) < p).sum(dim=-1, keepdim=True)
        return ranks(probabilities) <= size

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
        return (mass_before(probabilities) < 1 - p) | (ranks(probabilities) == 0)

    return _with_nucleus(nucleus, logits, temperature, top_k, top_p)


@misconception(
    replaces=next_token_distribution,
    says="Top-p keeps all tokens.",
    hint="How many entries above 0 has your result for a small p?",
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
        return (probabilities >= p) | (ranks(probabilities) == 0)

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
    kept = mass_before(softmax(logits / temperature)) < top_p
    return softmax(only(kept, _top_k(logits, temperature, top_k)))


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
        mass_above = mass_before(probabilities) + probabilities
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
    hint="Does a row of your result stay the same when it is alone in the batch?",
    questions=["token-selection.nucleus-size"],
    differs_only="with top-p and more than one row",
)
def top_p_of_first_row(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    def nucleus(probabilities: Tensor, p: float) -> Tensor:
        return (mass_before(probabilities) < p)[:1].expand_as(probabilities)

    return _with_nucleus(nucleus, logits, temperature, top_k, top_p)


@misconception(
    replaces=next_token_distribution,
    says="Top-p keeps tokens up to a mass of p, and none if the first one has more than that.",
    hint="Let one token have probability 0.9, and p be 0.5. Which tokens are kept?",
    questions=["token-selection.nucleus-size", "token-selection.wrong-nucleus"],
    differs_only="with top-p",
)
def top_p_without_guard(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    def nucleus(probabilities: Tensor, p: float) -> Tensor:
        return (mass_before(probabilities) + probabilities <= p) | (p >= 1)

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


@equivalent(
    replaces=next_token_distribution,
    says="Top-k comes before the temperature, for the temperature keeps the order.",
)
def top_k_before_temperature(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    kept = logits if top_k is None else only(ranks(logits) < top_k, logits)
    return next_token_distribution(kept, temperature, None, top_p)


@equivalent(
    replaces=next_token_distribution,
    says="The filters set probabilities to 0, and each row is divided by what is left.",
)
def filters_probabilities(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    if temperature == 0:
        return greedy(logits)
    probabilities = softmax(logits / temperature)
    if top_k is not None:
        probabilities = probabilities * (ranks(probabilities) < top_k)
        probabilities = probabilities / probabilities.sum(dim=-1, keepdim=True)
    if top_p is not None:
        probabilities = probabilities * (mass_before(probabilities) < top_p)
    return probabilities / probabilities.sum(dim=-1, keepdim=True)


@equivalent(
    replaces=next_token_distribution,
    says="A token is kept where the sum up to it, minus itself, is below p.",
)
def mass_before_each_token(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    def nucleus(probabilities: Tensor, p: float) -> Tensor:
        return mass_before(probabilities) < p

    return _with_nucleus(nucleus, logits, temperature, top_k, top_p)
