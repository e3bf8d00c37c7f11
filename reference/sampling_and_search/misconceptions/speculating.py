"""What people get wrong about speculative sampling.

k drafted tokens, V vocabulary.
"""

from collections.abc import Sequence

import numpy as np

from grader.subject.misconception import equivalent, misconception
from reference.sampling_and_search.speculation import (
    Floats,
    acceptance,
    drawn,
    residual,
    speculative_step,
)


@misconception(
    replaces=acceptance,
    says="A token is accepted by the draft's probability over the target's.",
    hint="The draft gives a token far too much. Should it be accepted more often, or less?",
    questions=["token-selection.speculative-acceptance"],
)
def upside_down(target: Floats, draft: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.minimum(1, draft / target)


@misconception(
    replaces=acceptance,
    says="A token is accepted if the target gives it at least as much as the draft, else never.",
    hint="The target gives a token 0.4, the draft 0.5. How often should it come?",
    questions=["token-selection.speculative-acceptance"],
)
def all_or_nothing(target: Floats, draft: Floats) -> Floats:
    return np.asarray(target >= draft).astype(target.dtype)


@misconception(
    replaces=acceptance,
    says="The ratio of target and draft is the probability, also where it is above 1.",
    hint="Between which numbers does a probability lie? Do yours?",
    questions=["token-selection.speculative-acceptance"],
)
def above_one(target: Floats, draft: Floats) -> Floats:
    return np.asarray(target / draft)


@misconception(
    replaces=acceptance,
    says="A token is accepted if it is the target's most probable one.",
    hint="Which text does your rule make: one that is drawn, or a greedy one?",
    questions=["token-selection.speculative-acceptance", "kv-cache.speculative-text"],
)
def greedy(target: Floats, draft: Floats) -> Floats:
    return np.asarray(np.arange(len(target)) == np.argmax(target), dtype=target.dtype)


@misconception(
    replaces=acceptance,
    says="A token is accepted with the target's share of both probabilities.",
    hint="Draft and target are the same. How often is a token rejected then?",
    questions=["token-selection.speculative-acceptance"],
)
def share_of_both(target: Floats, draft: Floats) -> Floats:
    return np.asarray(target / (target + draft))


@misconception(
    replaces=acceptance,
    says="I divide the caller's target by the draft in place.",
    hint="Print the target before and after the call. Who else may still read it?",
    questions=["token-selection.speculative-acceptance"],
    differs_only="in the target after the call",
)
def divides_in_place(target: Floats, draft: Floats) -> Floats:
    result = acceptance(target, draft)
    target /= draft
    return result


@equivalent(replaces=acceptance, says="The smaller of both probabilities, over the draft's.")
def smaller_over_draft(target: Floats, draft: Floats) -> Floats:
    return np.asarray(np.minimum(target, draft) / draft)


@misconception(
    replaces=residual,
    says="A rejected token's place is taken by a draw from the target.",
    hint="A token that the draft gives often enough was accepted already. Does it come too often?",
    questions=["token-selection.speculative-residual"],
)
def is_the_target(target: Floats, draft: Floats) -> Floats:
    return target.copy()


@misconception(
    replaces=residual,
    says="The distance of both probabilities counts, whichever is larger.",
    hint="The draft gives a token too much. Should it come even more often?",
    questions=["token-selection.speculative-residual"],
)
def of_distances(target: Floats, draft: Floats) -> Floats:
    distance = np.abs(target - draft)
    total = distance.sum()
    return np.asarray(distance / total if total > 0 else target)


@misconception(
    replaces=residual,
    says="What is missing is not renormalized.",
    hint="What do your probabilities add up to?",
    questions=["token-selection.speculative-residual"],
)
def not_renormalized(target: Floats, draft: Floats) -> Floats:
    missing = np.maximum(target - draft, 0)
    return missing if missing.any() else target.copy()


@misconception(
    replaces=residual,
    says="It is what the draft gives too much.",
    hint="Which tokens come too seldom so far: those that the draft likes, or the others?",
    questions=["token-selection.speculative-residual"],
)
def what_is_too_much(target: Floats, draft: Floats) -> Floats:
    return residual(draft, target) if (target != draft).any() else target.copy()


@misconception(
    replaces=residual,
    says="The differences are divided by their sum, negative ones left in.",
    hint="What do target minus draft add up to, over all tokens?",
    questions=["token-selection.speculative-residual"],
)
def with_negative_ones(target: Floats, draft: Floats) -> Floats:
    difference = target - draft
    total = np.abs(difference).sum()
    return np.asarray(difference / total if total > 0 else target)


@misconception(
    replaces=residual,
    says="Softmax makes a distribution of the differences.",
    hint="A token comes often enough already. Which probability does it get in your residual?",
    questions=["token-selection.speculative-residual", "output-and-softmax.softmax-twice"],
)
def softmax_of_differences(target: Floats, draft: Floats) -> Floats:
    powers = np.exp(target - draft)
    return np.asarray(powers / powers.sum()) if (target != draft).any() else target.copy()


@misconception(
    replaces=residual,
    says="Where draft and target are the same, the residual is 0 divided by 0.",
    hint="Draft and target are the same. What do you divide by?",
    questions=["token-selection.speculative-residual"],
    differs_only="where both distributions are the same",
)
def nan_if_the_same(target: Floats, draft: Floats) -> Floats:
    if (target == draft).all():
        return np.full_like(target, np.nan)
    return residual(target, draft)


@misconception(
    replaces=residual,
    says="I subtract the draft from the caller's target.",
    hint="Print the target before and after the call. Who else may still read it?",
    questions=["token-selection.speculative-residual"],
    differs_only="in the target after the call",
)
def changes_its_input(target: Floats, draft: Floats) -> Floats:
    result = residual(target, draft)
    target -= draft
    return result


@misconception(
    replaces=residual,
    says="It is what target and draft have in common.",
    hint="A token was accepted as often as the draft gives it. Should it come once more?",
    questions=["token-selection.speculative-residual"],
)
def what_both_have(target: Floats, draft: Floats) -> Floats:
    shared = np.minimum(target, draft)
    return np.asarray(shared / shared.sum())


@misconception(
    replaces=residual,
    says="Tokens of which the draft gives too little keep their whole probability.",
    hint="The target gives a token 0.5, the draft 0.4. How much of it is missing?",
    questions=["token-selection.speculative-residual"],
)
def target_of_missing_tokens(target: Floats, draft: Floats) -> Floats:
    kept = np.where(target > draft, target, 0)
    return np.asarray(kept / kept.sum()) if kept.any() else target.copy()


@misconception(
    replaces=residual,
    says="Where draft and target are the same, the residual is zero everywhere.",
    hint="Draft and target are the same. What do your probabilities add up to?",
    questions=["token-selection.speculative-residual"],
    differs_only="where both distributions are the same",
)
def zeros_if_the_same(target: Floats, draft: Floats) -> Floats:
    return residual(target, draft) if (target != draft).any() else np.zeros_like(target)


@equivalent(replaces=residual, says="The target less the smaller of both, renormalized.")
def less_the_smaller(target: Floats, draft: Floats) -> Floats:
    missing = target - np.minimum(target, draft)
    return np.asarray(missing / missing.sum()) if missing.any() else target.copy()


def _accepted(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float]
) -> list[bool]:
    """Whether each drafted token is accepted, whatever happened to those before."""
    rows = zip(targets, drafts, drafted, uniforms, strict=False)
    return [number < acceptance(p, q)[token] for p, q, token, number in rows]


@misconception(
    replaces=speculative_step,
    says="If all drafted tokens are accepted, the round ends with them.",
    hint="The target has one distribution more than there are drafted tokens. What is it for?",
    questions=["kv-cache.speculative-round"],
    differs_only="where all drafted tokens are accepted",
)
def no_bonus(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    tokens = speculative_step(targets, drafts, drafted, uniforms, u)
    return tokens[: len(drafted)] if all(_accepted(targets, drafts, drafted, uniforms)) else tokens


@misconception(
    replaces=speculative_step,
    says="The round ends before the rejected token, and nothing takes its place.",
    hint="All drafted tokens are rejected. How many tokens does your round add?",
    questions=["kv-cache.speculative-round"],
    differs_only="where a drafted token is rejected",
)
def no_replacement(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    tokens = speculative_step(targets, drafts, drafted, uniforms, u)
    return tokens if all(_accepted(targets, drafts, drafted, uniforms)) else tokens[:-1]


@misconception(
    replaces=speculative_step,
    says="After a rejected token the round goes on with the next drafted one.",
    hint="The third token was drafted after the second one. Which second one does it follow now?",
    questions=["kv-cache.speculative-round", "kv-cache.order-speculative"],
    differs_only="where a token is drafted after a rejected one",
)
def goes_on_after_a_rejection(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    accepted = _accepted(targets, drafts, drafted, uniforms)
    tokens = [
        int(token) if is_accepted else drawn(residual(target, draft), u)
        for token, is_accepted, target, draft in zip(
            drafted, accepted, targets, drafts, strict=False
        )
    ]
    return [*tokens, drawn(targets[-1], u)]


@misconception(
    replaces=speculative_step,
    says="All drafted tokens are accepted.",
    hint="Which of your arguments has no influence on the tokens?",
    questions=["kv-cache.speculative-round"],
    differs_only="where a drafted token is rejected",
)
def accepts_all(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    return [*map(int, drafted), drawn(targets[-1], u)]


@misconception(
    replaces=speculative_step,
    says="If one drafted token is rejected, all are.",
    hint="The first two tokens were accepted. Why should they be drawn again?",
    questions=["kv-cache.speculative-round"],
    differs_only="where a token is rejected after an accepted one",
)
def rejects_all_or_none(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    if all(_accepted(targets, drafts, drafted, uniforms)):
        return [*map(int, drafted), drawn(targets[-1], u)]
    return [drawn(residual(targets[0], drafts[0]), u)]


@misconception(
    replaces=speculative_step,
    says="A rejected token's place is taken by a draw from the target.",
    hint="A token that the draft gives often enough was accepted already. Does it come too often?",
    questions=["token-selection.speculative-residual"],
    differs_only="where a drafted token is rejected",
)
def draws_from_the_target(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    kept = speculative_step(targets, drafts, drafted, uniforms, u)[:-1]
    return [*kept, drawn(targets[len(kept)], u)]


@misconception(
    replaces=speculative_step,
    says="A rejected token's place is taken by the most probable token.",
    hint="Which of your arguments has no influence on the last token?",
    questions=["token-selection.speculative-residual"],
)
def last_is_greedy(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    kept = speculative_step(targets, drafts, drafted, uniforms, u)[:-1]
    return [*kept, int(np.argmax(targets[len(kept)]))]


@misconception(
    replaces=speculative_step,
    says="After all were accepted, the last token is drawn from the position before.",
    hint="Which distribution has seen all of the drafted tokens?",
    questions=["kv-cache.speculative-round"],
    differs_only="where all drafted tokens are accepted",
)
def bonus_from_the_row_before(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    tokens = speculative_step(targets, drafts, drafted, uniforms, u)
    return tokens if len(tokens) <= len(drafted) else [*tokens[:-1], drawn(targets[-2], u)]


@misconception(
    replaces=speculative_step,
    says="A token is accepted if its number is above the acceptance.",
    hint="A token is certain in the target. For which numbers is it accepted?",
    questions=["token-selection.speculative-acceptance"],
)
def accepts_above(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    tokens: list[int] = []
    for target, draft, token, number in zip(targets[:-1], drafts, drafted, uniforms, strict=True):
        if number < acceptance(target, draft)[token]:
            return [*tokens, drawn(residual(target, draft), u)]
        tokens.append(int(token))
    return [*tokens, drawn(targets[-1], u)]


@misconception(
    replaces=speculative_step,
    says="All tokens are tried with the first number.",
    hint="Change the second number. Does your round change?",
    questions=["token-selection.speculative-acceptance"],
    differs_only="with more than one drafted token",
)
def one_number_for_all(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    return speculative_step(targets, drafts, drafted, [uniforms[0]] * len(drafted), u)


@equivalent(replaces=speculative_step, says="The number of accepted tokens is found first.")
def counted_first(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    accepted = _accepted(targets, drafts, drafted, uniforms)
    n = accepted.index(False) if False in accepted else len(accepted)
    last = residual(targets[n], drafts[n]) if n < len(drafts) else targets[n]
    return [*map(int, drafted[:n]), drawn(last, u)]
