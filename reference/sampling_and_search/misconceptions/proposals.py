"""What people get wrong about a drafted token: whether it is accepted, and what comes after it.

k drafted tokens, V vocabulary.
"""

from collections.abc import Sequence

import numpy as np

from grader.subject.misconception import misconception
from reference.sampling_and_search.speculation import (
    Floats,
    acceptance,
    drawn,
    residual,
    speculative_step,
)


@misconception(
    replaces=acceptance,
    says="A token is accepted with the smaller of both probabilities.",
    hint="It was drafted already. How often does it come if it is then accepted by yours?",
    questions=["token-selection.speculative-acceptance"],
)
def smaller_of_both(target: Floats, draft: Floats) -> Floats:
    return np.minimum(target, draft)


@misconception(
    replaces=acceptance,
    says="The larger of 1 and the ratio is taken.",
    hint="Is there a token that your code may reject?",
    questions=["token-selection.speculative-acceptance"],
)
def larger_for_smaller(target: Floats, draft: Floats) -> Floats:
    return np.maximum(1, target / draft)


@misconception(
    replaces=acceptance,
    says="What the draft gives too much is taken off 1.",
    hint="The draft gives a token 0.02, the target nothing. How often do you accept it?",
    questions=["token-selection.speculative-acceptance"],
)
def less_the_excess(target: Floats, draft: Floats) -> Floats:
    return np.asarray(np.minimum(1, 1 - (draft - target)))


@misconception(
    replaces=residual,
    says="The token of which most is missing comes for certain.",
    hint="Two tokens are missing, one a little more. How often does the other one come?",
    questions=["token-selection.speculative-residual"],
)
def most_missing_alone(target: Floats, draft: Floats) -> Floats:
    missing = target - draft
    if missing.max() <= 0:
        return target
    return np.asarray(np.arange(len(target)) == np.argmax(missing), dtype=target.dtype)


@misconception(
    replaces=residual,
    says="Where draft and target are the same, every token is as probable as the others.",
    hint="Which distribution shall the text have, also where nothing is missing?",
    questions=["token-selection.speculative-residual"],
    differs_only="where draft and target are the same",
)
def uniform_where_nothing_is_missing(target: Floats, draft: Floats) -> Floats:
    if (target > draft).any():
        return residual(target, draft)
    return np.full_like(target, 1 / len(target))


def _accepted(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float]
) -> int:
    """How many drafted tokens are accepted before the first rejection."""
    rows = zip(targets[: len(drafted)], drafts, drafted, uniforms, strict=True)
    for n, (target, draft, token, number) in enumerate(rows):
        if number >= acceptance(target, draft)[token]:
            return n
    return len(drafted)


@misconception(
    replaces=speculative_step,
    says="A rejected token's place is taken by a draw from the draft.",
    hint="Who had proposed the rejected token? Why would the next proposal be a better one?",
    questions=["token-selection.speculative-residual", "kv-cache.speculative-round"],
    differs_only="where a drafted token is rejected",
)
def draws_from_the_draft_again(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    n = _accepted(targets, drafts, drafted, uniforms)
    last = drafts[n] if n < len(drafted) else targets[-1]
    return [*map(int, drafted[:n]), drawn(last, u)]


@misconception(
    replaces=speculative_step,
    says="After all were accepted, the last token is drawn from the residual of the last draft.",
    hint="Which token did the draft model propose for the last row of the target?",
    questions=["kv-cache.speculative-round", "token-selection.speculative-residual"],
    differs_only="where all drafted tokens are accepted",
)
def last_from_a_residual(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    tokens = speculative_step(targets, drafts, drafted, uniforms, u)
    if _accepted(targets, drafts, drafted, uniforms) < len(drafted):
        return tokens
    return [*tokens[:-1], drawn(residual(targets[-1], drafts[-1]), u)]


@misconception(
    replaces=speculative_step,
    says="After the token in the place of a rejected one, one more is drawn from the next row.",
    hint="Which token did the target model read before it computed the next row?",
    questions=["kv-cache.speculative-round", "kv-cache.order-speculative"],
    differs_only="where a drafted token is rejected",
)
def goes_on_after_the_replacement(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    tokens = speculative_step(targets, drafts, drafted, uniforms, u)
    n = _accepted(targets, drafts, drafted, uniforms)
    return tokens if n == len(drafted) else [*tokens, drawn(targets[n + 1], u)]


@misconception(
    replaces=speculative_step,
    says="A token is tried with the target's row after its own.",
    hint="Row 0 of the target: which drafted token does it say something of?",
    questions=["token-selection.speculative-acceptance", "kv-cache.order-speculative"],
)
def tries_with_the_next_row(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    n = _accepted(targets[1:], drafts, drafted, uniforms)
    last = residual(targets[n], drafts[n]) if n < len(drafted) else targets[-1]
    return [*map(int, drafted[:n]), drawn(last, u)]
