"""What people get wrong about the next-token distribution: what the filters are applied to.

B batch, V vocabulary.
"""

import torch
from torch import Tensor

from grader.subject.misconception import misconception
from reference.decoder.distribution import next_token_distribution


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
