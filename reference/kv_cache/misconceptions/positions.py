"""What people get wrong about the mask and the positions of new tokens."""

import torch
from torch import Tensor

from grader.subject.misconception import equivalent, misconception
from reference.kv_cache.positions import position_ids, visible

_DECODE = ["kv-cache.decode-disagrees"]
_MASK = ["kv-cache.chunk-mask", "kv-cache.two-phases"]


@misconception(
    replaces=visible,
    says="New position t sees the first t + 1 positions, as in a pass without a cache.",
    hint="With five cached positions and one new token, how many positions does it see?",
    questions=_MASK,
    differs_only="with cached positions",
)
def not_shifted(n_past: int, n_new: int) -> Tensor:
    return torch.ones(n_new, n_past + n_new, dtype=torch.bool).tril()


@misconception(
    replaces=visible,
    says="With a cache nothing lies in the future, so no mask is needed.",
    hint="Of three new tokens, which may the first one see?",
    questions=_MASK,
    differs_only="with several new tokens",
)
def all_visible(n_past: int, n_new: int) -> Tensor:
    return torch.ones(n_new, n_past + n_new, dtype=torch.bool)


@misconception(
    replaces=visible,
    says="The mask is causal in the first pass; after it, every position may be seen.",
    hint="A long prompt comes in two chunks. What may the first token of the second chunk see?",
    questions=_MASK,
    differs_only="with several new tokens after cached ones",
)
def open_after_prefill(n_past: int, n_new: int) -> Tensor:
    return visible(0, n_new) if n_past == 0 else all_visible(n_past, n_new)


@misconception(
    replaces=visible,
    says="New positions see each other, and not the cache.",
    hint="What is the cache kept for, if nobody looks at it?",
    questions=_MASK,
    differs_only="with cached positions",
)
def past_hidden(n_past: int, n_new: int) -> Tensor:
    hidden = torch.zeros(n_new, n_past, dtype=torch.bool)
    return torch.cat([hidden, visible(0, n_new)], dim=-1)


@misconception(
    replaces=visible,
    says="A new position sees what comes before it, and not itself.",
    hint="What does the very first position see in your mask?",
    questions=_MASK,
)
def blind_to_itself(n_past: int, n_new: int) -> Tensor:
    return torch.ones(n_new, n_past + n_new, dtype=torch.bool).tril(n_past - 1)


@misconception(
    replaces=visible,
    says="A new position also sees the one after it.",
    hint="Which column is the last true one in row 0, and whose position is that?",
    questions=_MASK,
    differs_only="with several new tokens",
)
def one_too_far(n_past: int, n_new: int) -> Tensor:
    return torch.ones(n_new, n_past + n_new, dtype=torch.bool).tril(n_past + 1)


@misconception(
    replaces=visible,
    says="The columns of the new positions stand before those of the cached ones.",
    hint="In which order are the keys that your columns stand for?",
    questions=["kv-cache.chunk-mask", "kv-cache.new-keys-first"],
    differs_only="with cached positions and more than one new one",
)
def new_columns_first(n_past: int, n_new: int) -> Tensor:
    return visible(n_past, n_new).roll(n_new, dims=-1)


@misconception(
    replaces=visible,
    says="True stands for what is masked.",
    hint="Is the entry for a position and itself true or false, and what does the handout say?",
    questions=_MASK,
)
def true_is_masked(n_past: int, n_new: int) -> Tensor:
    return ~visible(n_past, n_new)


@misconception(
    replaces=visible,
    says="The mask has as many columns as there are new positions.",
    hint="How many keys does each new query meet?",
    questions=["kv-cache.match-tensors-to-shapes", *_MASK],
    differs_only="with cached positions",
)
def square(n_past: int, n_new: int) -> Tensor:
    return visible(0, n_new)


@misconception(
    replaces=visible,
    says="The mask has a row for every position, cached ones as well.",
    hint="How many queries are there in a pass over one new token?",
    questions=["kv-cache.match-tensors-to-shapes", *_MASK],
    differs_only="with cached positions",
)
def row_for_all(n_past: int, n_new: int) -> Tensor:
    return visible(0, n_past + n_new)


@equivalent(replaces=visible, says="Compares the position of each key with that of the query.")
def by_comparison(n_past: int, n_new: int) -> Tensor:
    return torch.arange(n_past + n_new) <= torch.arange(n_past, n_past + n_new)[:, None]


@equivalent(replaces=visible, says="The last rows of the mask of a pass without a cache.")
def last_rows(n_past: int, n_new: int) -> Tensor:
    return visible(0, n_past + n_new)[n_past:]


@misconception(
    replaces=position_ids,
    says="Positions count from 0 in every pass.",
    hint="Where does the token after a prompt of five stand?",
    questions=_DECODE,
    differs_only="with cached positions",
)
def from_zero(n_past: int, n_new: int) -> Tensor:
    return torch.arange(n_new)


@misconception(
    replaces=position_ids,
    says="After S cached positions the next one has the number S + 1.",
    hint="Which number has the first position of all?",
    questions=_DECODE,
)
def one_late(n_past: int, n_new: int) -> Tensor:
    return torch.arange(n_past + 1, n_past + 1 + n_new)


@misconception(
    replaces=position_ids,
    says="The next token stands at S - 1, where the last cached one ended.",
    hint="Which position does the last cached token have, and may two tokens share it?",
    questions=_DECODE,
    differs_only="with cached positions",
)
def one_early(n_past: int, n_new: int) -> Tensor:
    first = max(n_past - 1, 0)
    return torch.arange(first, first + n_new)


@misconception(
    replaces=position_ids,
    says="All new tokens stand at the position after the cache.",
    hint="Three new tokens come at once. Do they stand at one place?",
    questions=_DECODE,
    differs_only="with several new tokens",
)
def one_for_all(n_past: int, n_new: int) -> Tensor:
    return torch.full((n_new,), n_past)


@misconception(
    replaces=position_ids,
    says="The positions of cached tokens come back as well.",
    hint="How many tokens are embedded in a pass over one new token?",
    questions=_DECODE,
    differs_only="with cached positions",
)
def cached_ones_too(n_past: int, n_new: int) -> Tensor:
    return torch.arange(n_past + n_new)


@misconception(
    replaces=position_ids,
    says="The number of new tokens is where the positions end.",
    hint="Five positions are cached and one token is new. How many positions do you return?",
    questions=["kv-cache.decode-disagrees"],
    differs_only="with cached positions",
)
def ends_at_the_number_of_new(n_past: int, n_new: int) -> Tensor:
    return torch.arange(n_past, max(n_past, n_new))


@misconception(
    replaces=position_ids,
    says="The newest token has the smallest number.",
    hint="Of two new tokens, which one comes first in the text?",
    questions=_DECODE,
    differs_only="with several new tokens",
)
def newest_first(n_past: int, n_new: int) -> Tensor:
    return position_ids(n_past, n_new).flip(0)


@equivalent(replaces=position_ids, says="A list of ints.")
def as_list(n_past: int, n_new: int) -> list[int]:
    return list(range(n_past, n_past + n_new))
