"""What people get wrong about a round of speculative sampling: the draws, and what is kept.

k drafted tokens, V vocabulary.
"""

from collections.abc import Callable, Sequence

import numpy as np

from grader.subject.misconception import misconception
from reference.sampling_and_search.speculation import (
    Floats,
    acceptance,
    drawn,
    residual,
    speculative_step,
)

Draw = Callable[[Floats, float], int]


def _ends(
    targets: Floats,
    drafts: Floats,
    drafted: Sequence[int],
    uniforms: Sequence[float],
    u: float,
    *,
    draw: Draw,
) -> list[int]:
    """A right round but for how its last token is drawn."""
    kept = speculative_step(targets, drafts, drafted, uniforms, u)[:-1]
    n = len(kept)
    last = residual(targets[n], drafts[n]) if n < len(drafted) else targets[n]
    return [*kept, draw(last, u)]


@misconception(
    replaces=speculative_step,
    says="All tokens are tried with u.",
    hint="Which of your arguments has no influence on the tokens?",
    questions=["token-selection.speculative-acceptance"],
)
def tries_with_the_draw(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    return speculative_step(targets, drafts, drafted, [u] * len(drafted), u)


@misconception(
    replaces=speculative_step,
    says="The number that rejected a token draws the one in its place.",
    hint="Which numbers can still come where one was large enough to reject?",
    questions=["token-selection.speculative-residual"],
    differs_only="where a drafted token is rejected",
)
def draws_by_the_rejecting_number(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    tokens = speculative_step(targets, drafts, drafted, uniforms, u)
    n = len(tokens) - 1
    if n == len(drafted):
        return tokens
    return [*tokens[:-1], drawn(residual(targets[n], drafts[n]), uniforms[n])]


@misconception(
    replaces=speculative_step,
    says="The rejected token stays, and the drawn one follows it.",
    hint="A token was rejected. What is it doing in your text?",
    questions=["kv-cache.speculative-round"],
    differs_only="where a drafted token is rejected",
)
def keeps_the_rejected(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    tokens = speculative_step(targets, drafts, drafted, uniforms, u)
    rejected = list(map(int, drafted))[len(tokens) - 1 : len(tokens)]
    return [*tokens[:-1], *rejected, tokens[-1]]


@misconception(
    replaces=speculative_step,
    says="A rejected token is left out, and the round goes on with the next one.",
    hint="The third token was drafted after the second one. Which one does it follow now?",
    questions=["kv-cache.speculative-round"],
    differs_only="where a drafted token is rejected",
)
def rejected_ones_are_skipped(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    rows = zip(targets[:-1], drafts, drafted, uniforms, strict=True)
    kept = [int(token) for p, q, token, number in rows if number < acceptance(p, q)[token]]
    return [*kept, drawn(targets[-1], u)]


@misconception(
    replaces=speculative_step,
    says="The residual is what the draft gives too much.",
    hint="Which tokens come too seldom so far: those that the draft likes, or the others?",
    questions=["token-selection.speculative-residual"],
    differs_only="where a drafted token is rejected",
)
def residual_turned_around(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    tokens = speculative_step(targets, drafts, drafted, uniforms, u)
    n = len(tokens) - 1
    if n == len(drafted):
        return tokens
    return [*tokens[:-1], drawn(residual(drafts[n], targets[n]), u)]


@misconception(
    replaces=speculative_step,
    says="The residual takes the target's row after the rejected token.",
    hint="Which row of the target has not read the rejected token yet?",
    questions=["token-selection.speculative-residual"],
    differs_only="where a drafted token is rejected",
)
def residual_of_the_next_row(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    tokens = speculative_step(targets, drafts, drafted, uniforms, u)
    n = len(tokens) - 1
    if n == len(drafted):
        return tokens
    return [*tokens[:-1], drawn(residual(targets[n + 1], drafts[n]), u)]


@misconception(
    replaces=speculative_step,
    says="A token is accepted if the target gives it at least as much as the draft.",
    hint="The target gives a token 0.4, the draft 0.5. How often should it come?",
    questions=["token-selection.speculative-acceptance"],
)
def accepts_by_comparison(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    rows = zip(targets[:-1], drafts, drafted, strict=True)
    numbers = [-1.0 if p[token] >= q[token] else 2.0 for p, q, token in rows]
    return speculative_step(targets, drafts, drafted, numbers, u)


@misconception(
    replaces=speculative_step,
    says="After all were accepted, the last token is drawn from the draft's last row.",
    hint="Whose distribution shall the text have: the target's, or the draft's?",
    questions=["kv-cache.speculative-round"],
    differs_only="where all drafted tokens are accepted",
)
def bonus_from_the_draft(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    tokens = speculative_step(targets, drafts, drafted, uniforms, u)
    is_bonus = len(tokens) > len(drafted)
    return [*tokens[:-1], drawn(drafts[-1], u)] if is_bonus else tokens


@misconception(
    replaces=speculative_step,
    says="After all were accepted, the most probable token follows.",
    hint="Which of your arguments has no influence on the last token?",
    questions=["kv-cache.speculative-round"],
    differs_only="where all drafted tokens are accepted",
)
def bonus_is_greedy(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    tokens = speculative_step(targets, drafts, drafted, uniforms, u)
    is_bonus = len(tokens) > len(drafted)
    return [*tokens[:-1], int(np.argmax(targets[-1]))] if is_bonus else tokens


@misconception(
    replaces=speculative_step,
    says="The most probable token of the residual takes a rejected one's place.",
    hint="Which of your arguments has no influence on the last token?",
    questions=["token-selection.speculative-residual"],
    differs_only="where a drafted token is rejected",
)
def replacement_is_greedy(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    tokens = speculative_step(targets, drafts, drafted, uniforms, u)
    n = len(tokens) - 1
    if n == len(drafted):
        return tokens
    return [*tokens[:-1], int(np.argmax(residual(targets[n], drafts[n])))]


@misconception(
    replaces=speculative_step,
    says="The probabilities are summed up from the last token on.",
    hint="Which token does a very small u draw?",
    questions=["token-selection.speculative-acceptance", "token-selection.speculative-residual"],
)
def draws_from_the_last(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    def backwards(distribution: Floats, u: float) -> int:
        return len(distribution) - 1 - drawn(distribution[::-1], u)

    return _ends(targets, drafts, drafted, uniforms, u, draw=backwards)


@misconception(
    replaces=speculative_step,
    says="The probabilities are sorted before they are summed up.",
    hint="Which token does a very small u draw?",
    questions=["token-selection.speculative-acceptance", "token-selection.speculative-residual"],
)
def draws_the_probable_first(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    def ordered(distribution: Floats, u: float) -> int:
        order = np.argsort(-distribution)
        return int(order[drawn(distribution[order], u)])

    return _ends(targets, drafts, drafted, uniforms, u, draw=ordered)


@misconception(
    replaces=speculative_step,
    says="The draw takes the token after the one whose sum exceeds u.",
    hint="The first token has probability 0.9. Which one does u = 0.5 draw?",
    questions=["token-selection.speculative-acceptance", "token-selection.speculative-residual"],
)
def draws_one_too_late(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    def later(distribution: Floats, u: float) -> int:
        before = np.cumsum(distribution) - distribution
        return drawn(distribution, u) if before[-1] <= u else int(np.argmax(before > u))

    return _ends(targets, drafts, drafted, uniforms, u, draw=later)


@misconception(
    replaces=speculative_step,
    says="The round is its last token; accepted ones are in the text already.",
    hint="How many tokens does a round add of which two were accepted?",
    questions=["kv-cache.speculative-round"],
    differs_only="where a token is accepted",
)
def last_token_alone(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    return speculative_step(targets, drafts, drafted, uniforms, u)[-1:]


@misconception(
    replaces=speculative_step,
    says="I cut the caller's list of drafted tokens at the first rejection.",
    hint="Print the drafted tokens before and after the call. Who else may still read them?",
    questions=["kv-cache.speculative-round"],
    differs_only="in the drafted tokens after the call",
)
def changes_its_input(
    targets: Floats, drafts: Floats, drafted: Sequence[int], uniforms: Sequence[float], u: float
) -> list[int]:
    tokens = speculative_step(targets, drafts, drafted, uniforms, u)
    assert isinstance(drafted, list)
    del drafted[len(tokens) - 1 :]
    return tokens
