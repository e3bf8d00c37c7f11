"""What people get wrong about the next-token distribution: what the filters are applied to.

B batch, V vocabulary.
"""

import torch
from torch import Tensor

from grader.subject.misconception import misconception
from reference.decoder.distribution import next_token_distribution
from reference.decoder.softmax import softmax


@misconception(
    replaces=next_token_distribution,
    says="Where top-k is given, top-p is not applied: if top_k, else if top_p.",
    hint="Give both filters. Which of the two removes tokens in your code?",
    questions=["token-selection.top-k-then-top-p"],
    differs_only="with top-k and top-p together",
)
def top_p_without_top_k_only(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    return next_token_distribution(logits, temperature, top_k, None if top_k else top_p)


@misconception(
    replaces=next_token_distribution,
    says="Only the first row is filtered.",
    hint="How many entries above 0 are there in each row of your result?",
    questions=["token-selection.top-k-then-top-p"],
    differs_only="with top-k or top-p and more than one row",
)
def filters_first_row_only(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    first = next_token_distribution(logits[:1], temperature, top_k, top_p)
    others = next_token_distribution(logits[1:], temperature, None, None)
    return torch.cat([first, others])


@misconception(
    replaces=next_token_distribution,
    says="All kept tokens get the same probability.",
    hint="Is the most probable token still the most probable one after the filters?",
    questions=["token-selection.top-k-then-top-p", "token-selection.nucleus-size"],
    differs_only="with top-k or top-p",
)
def uniform_after_filters(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    right = next_token_distribution(logits, temperature, top_k, top_p)
    if temperature == 0 or (top_k is None and top_p is None):
        return right
    kept = (right > 0).to(right.dtype)
    return kept / kept.sum(dim=-1, keepdim=True)


@misconception(
    replaces=next_token_distribution,
    says="After top-k, the kept probabilities need not sum to one.",
    hint="What do the entries of your result add up to for k = 2?",
    questions=["token-selection.top-k-then-top-p"],
    differs_only="with top-k and without top-p",
)
def not_renormalized_after_top_k(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    right = next_token_distribution(logits, temperature, top_k, top_p)
    if temperature == 0 or top_k is None or top_p is not None:
        return right
    return softmax(logits / temperature) * (right > 0)


@misconception(
    replaces=next_token_distribution,
    says="After top-p, the kept probabilities need not sum to one.",
    hint="What do the entries of your result add up to for p = 0.5?",
    questions=["token-selection.top-k-then-top-p"],
    differs_only="with top-p",
)
def not_renormalized_after_top_p(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    right = next_token_distribution(logits, temperature, top_k, top_p)
    if temperature == 0 or top_p is None:
        return right
    return next_token_distribution(logits, temperature, top_k, None) * (right > 0)


@misconception(
    replaces=next_token_distribution,
    says="The probabilities stay in sorted order, with and without filters.",
    hint="Which token id does the first entry of your result belong to?",
    questions=["token-selection.order-sampler"],
    differs_only="above temperature 0",
)
def always_sorted(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    right = next_token_distribution(logits, temperature, top_k, top_p)
    return right.sort(dim=-1, descending=True).values if temperature else right


@misconception(
    replaces=next_token_distribution,
    says="The sorted probabilities are brought back by gathering, which sorts them once more.",
    hint="Let token 2 be the most probable one. Which entry of your result has its probability?",
    questions=["token-selection.order-sampler"],
    differs_only="above temperature 0",
)
def sorted_back_by_gather(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    right = next_token_distribution(logits, temperature, top_k, top_p)
    if temperature == 0:
        return right
    order = logits.argsort(dim=-1, descending=True)
    return right.gather(-1, order).gather(-1, order)


@misconception(
    replaces=next_token_distribution,
    says="The mask of top-p is made for the sorted tokens and laid over the unsorted ones.",
    hint="Which token does the first entry of your mask belong to?",
    questions=["token-selection.order-sampler"],
    differs_only="with top-p",
)
def sorted_mask(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    if temperature == 0 or top_p is None:
        return next_token_distribution(logits, temperature, top_k, top_p)
    before = next_token_distribution(logits, temperature, top_k, None)
    in_order = before.sort(dim=-1, descending=True).values
    kept = before * (in_order.cumsum(dim=-1) - in_order < top_p)
    return kept / kept.sum(dim=-1, keepdim=True)
