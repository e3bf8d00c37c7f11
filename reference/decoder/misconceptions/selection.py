"""What people get wrong about the selection of a token."""

from random import Random

import torch
from torch import Tensor

from grader.subject.misconception import equivalent, misconception
from reference.decoder.selection import select_token


def _own_number() -> float:
    """A random number that is the same each time, for a record must be repeatable."""
    return Random(0).random()  # noqa: S311 - nothing secret is drawn


@misconception(
    replaces=select_token,
    says="The least probable token is selected.",
    hint="What is the probability of the token that you return?",
    questions=["token-selection.greedy-settings"],
    differs_only="where no u is given",
)
def argmin(distribution: Tensor, u: float | None = None) -> int:
    return int(distribution.argmin()) if u is None else select_token(distribution, u)


@misconception(
    replaces=select_token,
    says="The most probable token is selected even when a draw is asked for.",
    hint="Which of the tokens can your function return for a fixed distribution and any u?",
    questions=["token-selection.inverse-cdf", "ablations.prompt-only-sampling"],
    differs_only="where a u is given",
)
def always_argmax(distribution: Tensor, u: float | None = None) -> int:
    return select_token(distribution)


@misconception(
    replaces=select_token,
    says="Greedy selection picks a token at random.",
    hint="Call your function twice without u. Must the two tokens be equal?",
    questions=["ablations.prompt-only-greedy", "token-selection.greedy-settings"],
    differs_only="where no u is given; another random number may hide it",
)
def greedy_is_random(distribution: Tensor, u: float | None = None) -> int:
    return select_token(distribution, _own_number() if u is None else u)


@misconception(
    replaces=select_token,
    says="I draw a random number of my own instead of using u.",
    hint="Call your function with u = 0 and with u = 0.99. Do the tokens depend on it?",
    questions=["token-selection.inverse-cdf"],
    differs_only="where a u is given; another random number may hide it",
)
def own_random_number(distribution: Tensor, u: float | None = None) -> int:
    return select_token(distribution, None if u is None else _own_number())


@misconception(
    replaces=select_token,
    says="The draw walks through the tokens from the most to the least probable.",
    hint="With u = 0, which token do you return, and which id comes first in the vocabulary?",
    questions=["token-selection.inverse-cdf"],
    differs_only="where a u is given",
)
def sorted_order(distribution: Tensor, u: float | None = None) -> int:
    order = distribution.argsort(descending=True, stable=True)
    return int(order[select_token(distribution[order], u)])


@misconception(
    replaces=select_token,
    says="After sorting, I return the place of the token and not its id.",
    hint="Let the last id have probability 1. What do you return?",
    questions=["token-selection.inverse-cdf"],
)
def returns_place_in_order(distribution: Tensor, u: float | None = None) -> int:
    return select_token(distribution.sort(descending=True).values, u)


@misconception(
    replaces=select_token,
    says="The draw walks through the tokens from the last id to the first.",
    hint="With u = 0, which token do you return, and which id comes first in the vocabulary?",
    questions=["token-selection.inverse-cdf"],
    differs_only="where a u is given",
)
def from_the_end(distribution: Tensor, u: float | None = None) -> int:
    if u is None:
        return select_token(distribution)
    return len(distribution) - 1 - select_token(distribution.flip(0), u)


@misconception(
    replaces=select_token,
    says="u is compared with each probability, not with the running sum.",
    hint="Which token do you return for u = 0.95, if no token is that probable?",
    questions=["token-selection.inverse-cdf"],
    differs_only="where a u is given",
)
def exceeds_probability(distribution: Tensor, u: float | None = None) -> int:
    if u is None:
        return select_token(distribution)
    return int((distribution > u).to(torch.int8).argmax())


@misconception(
    replaces=select_token,
    says="The first token whose cumulative probability reaches u is returned.",
    hint="Let token 0 have probability 0. What do you return for u = 0?",
    questions=["token-selection.inverse-cdf"],
    differs_only="where a cumulative probability is exactly u",
)
def reaches_instead_of_exceeds(distribution: Tensor, u: float | None = None) -> int:
    if u is None:
        return select_token(distribution)
    reached = (distribution.cumsum(dim=-1) >= u).nonzero()
    return int(reached[0]) if len(reached) else select_token(distribution, u)


@misconception(
    replaces=select_token,
    says="The token after the right one is returned.",
    hint="With u = 0, how many tokens have you passed when you stop?",
    questions=["token-selection.inverse-cdf"],
    differs_only="where a u is given",
)
def one_too_far(distribution: Tensor, u: float | None = None) -> int:
    right = select_token(distribution, u)
    return right if u is None else min(right + 1, len(distribution) - 1)


@misconception(
    replaces=select_token,
    says="The token before the right one is returned: the last one whose sum does not exceed u.",
    hint="Let two tokens have probability 0.5 each. What do you return for u = 0.7?",
    questions=["token-selection.inverse-cdf"],
    differs_only="where a u is given",
)
def one_too_early(distribution: Tensor, u: float | None = None) -> int:
    right = select_token(distribution, u)
    return right if u is None else max(right - 1, 0)


@misconception(
    replaces=select_token,
    says="u times the size of the vocabulary is the token.",
    hint="Does your token depend on the probabilities at all?",
    questions=["token-selection.inverse-cdf", "ablations.prompt-only-sampling"],
    differs_only="where a u is given",
)
def all_equally_probable(distribution: Tensor, u: float | None = None) -> int:
    return select_token(distribution) if u is None else int(u * len(distribution))


@misconception(
    replaces=select_token,
    says="Tokens of probability 0 are left out, and the rest is counted from 0.",
    hint="Let token 0 have probability 0 and token 1 probability 1. What do you return?",
    questions=["token-selection.inverse-cdf"],
    differs_only="where a token of probability 0 comes before the right one",
)
def counts_possible_tokens_only(distribution: Tensor, u: float | None = None) -> int:
    return select_token(distribution[distribution > 0], u)


@misconception(
    replaces=select_token,
    says="If rounding leaves the whole sum at or below u, the last id is returned.",
    hint="Let the last id have probability 0, and the sum be 0.9999999. What do you return for a "
    "u between that and 1?",
    questions=["token-selection.inverse-cdf"],
    differs_only="where the last id has probability 0 and u lies above the rounded sum",
)
def falls_back_on_last(distribution: Tensor, u: float | None = None) -> int:
    if u is not None and u >= float(distribution.double().sum()):
        return len(distribution) - 1
    return select_token(distribution, u)


@misconception(
    replaces=select_token,
    says="The first token whose cumulative probability reaches u is returned, and the last id if "
    "rounding leaves the whole sum below u.",
    hint="Let the first and the last token have probability 0. What do you return for u = 0, and "
    "what for a u next to 1?",
    questions=["token-selection.inverse-cdf"],
    differs_only="where a cumulative probability is exactly u, or u lies above the rounded sum",
)
def reaches_or_last(distribution: Tensor, u: float | None = None) -> int:
    if u is None:
        return select_token(distribution)
    return min(int((distribution.cumsum(dim=-1) < u).sum()), len(distribution) - 1)


@misconception(
    replaces=select_token,
    says="If rounding leaves the whole sum at or below u, the size of the vocabulary is returned.",
    hint="Let the sum be 0.9999999. How many sums do not exceed a u between that and 1, and is "
    "there a token of this id?",
    questions=["token-selection.inverse-cdf"],
    differs_only="where u lies above the rounded sum",
)
def falls_back_on_size(distribution: Tensor, u: float | None = None) -> int:
    if u is None:
        return select_token(distribution)
    return int((distribution.double().cumsum(dim=-1) <= u).sum())


@misconception(
    replaces=select_token,
    says="Where u is 0, `if not u` takes it for absent.",
    hint="What does your function return for u = 0, and what is `not 0`?",
    questions=["token-selection.inverse-cdf"],
    differs_only="where u is 0",
)
def zero_is_absent(distribution: Tensor, u: float | None = None) -> int:
    return select_token(distribution, u or None)


@misconception(
    replaces=select_token,
    says="I add up the probabilities in place and change the caller's array.",
    hint="Print the distribution before and after the call. What would a second call draw from?",
    questions=["token-selection.inverse-cdf"],
    differs_only="in the distribution after the call, where a u is given",
)
def changes_its_input(distribution: Tensor, u: float | None = None) -> int:
    token = select_token(distribution, u)
    if u is not None:
        distribution.cumsum_(dim=-1)
    return token


@equivalent(
    replaces=select_token, says="A binary search in the running sum takes the comparisons' place."
)
def binary_search(distribution: Tensor, u: float | None = None) -> int:
    if u is None:
        return select_token(distribution)
    place = torch.searchsorted(
        distribution.cumsum(dim=-1), torch.tensor(u).to(distribution), right=True
    )
    return min(int(place), int(distribution.nonzero().max()))


@equivalent(replaces=select_token, says="u is reduced token by token until it falls below 0.")
def spends_u(distribution: Tensor, u: float | None = None) -> int:
    if u is None:
        return select_token(distribution)
    left = u
    for token, probability in enumerate(distribution.tolist()):
        left -= probability
        if left < 0:
            return token
    return int(distribution.nonzero().max())
