"""What people get wrong about one step of beam search.

b beams that come in, n that go out, V vocabulary.
"""

import numpy as np

from grader.subject.misconception import equivalent, misconception
from reference.sampling_and_search.beams import Array, beam_step, best_of, candidates

Step = tuple[Array, Array, Array, Array]


def _step(totals: Array, n_beams: int, eos_id: int) -> Step:
    """The best of these totals."""
    parents, tokens, scores = best_of(totals, n_beams)
    return parents, tokens, scores, tokens == eos_id


@misconception(
    replaces=beam_step,
    says="Each beam keeps its best continuation.",
    hint="Can two of the best continuations belong to the same beam? Can they in yours?",
    questions=["token-selection.beam-step"],
)
def best_of_each_beam(
    scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> Step:
    totals = candidates(scores, log_probs, finished, eos_id)
    tokens = totals.argmax(axis=1)
    best = totals.max(axis=1)
    parents = np.argsort(-best, kind="stable")[:n_beams]
    return parents, tokens[parents], best[parents], tokens[parents] == eos_id


@misconception(
    replaces=beam_step,
    says="The best beam alone goes on.",
    hint="What are the other beams kept for?",
    questions=["token-selection.beam-step"],
    differs_only="with more than one beam",
)
def best_beam_alone(
    scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> Step:
    totals = candidates(scores, log_probs, finished, eos_id)
    best = np.arange(len(totals)) == np.argmax(scores)
    return _step(np.where(best[:, None], totals, -np.inf), n_beams, eos_id)


@misconception(
    replaces=beam_step,
    says="The log-probabilities of this step decide alone.",
    hint="A beam was improbable so far. Does your step know?",
    questions=["token-selection.beam-step", "token-selection.beam-sum"],
    differs_only="where beams differ in their scores",
)
def newest_decides(
    scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> Step:
    totals = candidates(0 * scores, log_probs, finished, eos_id)
    return _step(totals, n_beams, eos_id)


@misconception(
    replaces=beam_step,
    says="All log-probabilities decide, but only those of this step are the new scores.",
    hint="What is the score of a text of three tokens made of?",
    questions=["token-selection.beam-sum"],
    differs_only="where beams have scores",
)
def scores_are_not_summed(
    scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> Step:
    parents, tokens, best, ended = beam_step(scores, log_probs, finished, n_beams, eos_id)
    return parents, tokens, best - np.asarray(scores)[parents], ended


@misconception(
    replaces=beam_step,
    says="Scores and log-probabilities are multiplied.",
    hint="Two log-probabilities are -1 and -2. What is the log-probability of both?",
    questions=["token-selection.beam-sum"],
)
def multiplies(scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int) -> Step:
    is_finished = np.array(finished, dtype=bool)[:, None]
    totals = candidates(scores, log_probs, finished, eos_id)
    products = np.asarray(scores)[:, None] * log_probs
    return _step(np.where(is_finished, totals, products), n_beams, eos_id)


@misconception(
    replaces=beam_step,
    says="Probabilities are added, and not their logarithms.",
    hint="Two tokens have probability 0.5 each. How probable are both in a row?",
    questions=["token-selection.beam-sum", "output-and-softmax.log-probability"],
)
def adds_probabilities(
    scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> Step:
    totals = candidates(scores, np.exp(log_probs), finished, eos_id)
    return _step(totals, n_beams, eos_id)


@misconception(
    replaces=beam_step,
    says="The smallest sums are the best.",
    hint="Which log-probability is the better one: -1 or -5?",
    questions=["token-selection.beam-step"],
)
def keeps_the_worst(
    scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> Step:
    totals = candidates(scores, log_probs, finished, eos_id)
    lost = np.where(np.isfinite(totals), -totals, -np.inf)
    parents, tokens, negative = best_of(lost, n_beams)
    return parents, tokens, -negative, tokens == eos_id


@misconception(
    replaces=beam_step,
    says="The n-th best continuation is one of beam n.",
    hint="Which beam was the best continuation made from? Where does your step say so?",
    questions=["token-selection.beam-step"],
)
def parents_are_lost(
    scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> Step:
    _, tokens, best, ended = beam_step(scores, log_probs, finished, n_beams, eos_id)
    return np.arange(n_beams) % len(log_probs), tokens, best, ended


@misconception(
    replaces=beam_step,
    says="The place in all continuations is divided by the number of beams.",
    hint="Continuation 9 of two beams and 7 tokens: which beam is it, and which token?",
    questions=["token-selection.beam-step"],
    differs_only="with more than one beam",
)
def divides_by_beams(
    scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> Step:
    totals = candidates(scores, log_probs, finished, eos_id)
    order = np.argsort(-totals, axis=None, kind="stable")[:n_beams]
    tokens, parents = np.divmod(order, len(totals))
    return parents, tokens, totals.ravel()[order], tokens == eos_id


@misconception(
    replaces=beam_step,
    says="The place in all continuations is the token.",
    hint="How large is the vocabulary? How large is the largest token of yours?",
    questions=["token-selection.beam-step"],
    differs_only="where a continuation of another beam than the first is among the best",
)
def places_for_tokens(
    scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> Step:
    parents, tokens, best, _ = beam_step(scores, log_probs, finished, n_beams, eos_id)
    places = parents * log_probs.shape[1] + tokens
    return parents, places, best, places == eos_id


@misconception(
    replaces=beam_step,
    says="Finished beams stand before all others.",
    hint="A finished beam has a low score. Which place does it deserve?",
    questions=["token-selection.beam-step"],
    differs_only="with finished beams that are not the best",
)
def finished_ones_come_first(
    scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> Step:
    totals = candidates(scores, log_probs, finished, eos_id)
    is_finished = np.array(finished, dtype=bool)[:, None]
    comes_later = ~(is_finished & np.isfinite(totals))
    order = np.lexsort((-totals.ravel(), comes_later.ravel()))[:n_beams]
    parents, tokens = np.divmod(order, totals.shape[1])
    return parents, tokens, totals.ravel()[order], tokens == eos_id


@misconception(
    replaces=beam_step,
    says="A finished beam goes on like all others.",
    hint="What may come after the end of a text?",
    questions=["token-selection.beam-step"],
    differs_only="where a beam is finished",
)
def finished_ones_go_on(
    scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> Step:
    return _step(np.asarray(scores)[:, None] + log_probs, n_beams, eos_id)


@misconception(
    replaces=beam_step,
    says="A finished beam is left out.",
    hint="The best text is finished. Can your search still return it?",
    questions=["token-selection.beam-step"],
    differs_only="where a beam is finished",
)
def finished_ones_are_dropped(
    scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> Step:
    is_finished = np.array(finished, dtype=bool)[:, None]
    totals = np.where(is_finished, -np.inf, np.asarray(scores)[:, None] + log_probs)
    return _step(totals, n_beams, eos_id)


@misconception(
    replaces=beam_step,
    says="A finished beam pays for each further EOS.",
    hint="A text is finished. Why does its score change in your step?",
    questions=["token-selection.beam-step"],
    differs_only="where a beam is finished",
)
def finished_ones_pay(
    scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> Step:
    is_finished = np.array(finished, dtype=bool)[:, None]
    is_eos = np.arange(log_probs.shape[1]) == eos_id
    open_ = np.where(is_finished & ~is_eos, -np.inf, log_probs)
    return _step(np.asarray(scores)[:, None] + open_, n_beams, eos_id)


@misconception(
    replaces=beam_step,
    says="A finished beam competes with token 0.",
    hint="Which token stands for the end here?",
    questions=["token-selection.beam-step"],
    differs_only="where a beam is finished, and EOS is not token 0",
)
def finished_ones_get_zero(
    scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> Step:
    parents, tokens, best, _ = beam_step(scores, log_probs, finished, n_beams, eos_id)
    was_finished = np.array(finished, dtype=bool)[parents]
    return parents, np.where(was_finished, 0, tokens), best, was_finished | (tokens == eos_id)


@misconception(
    replaces=beam_step,
    says="Beams are finished if they were before; a new EOS is not looked at.",
    hint="A beam has just got EOS. What does your step say of it?",
    questions=["token-selection.beam-step"],
    differs_only="where a beam gets EOS",
)
def new_end_is_missed(
    scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> Step:
    parents, tokens, best, _ = beam_step(scores, log_probs, finished, n_beams, eos_id)
    return parents, tokens, best, np.array(finished, dtype=bool)[parents]


@misconception(
    replaces=beam_step,
    says="The continuations stand in the order of their beams.",
    hint="Which of the continuations that you return is the best?",
    questions=["token-selection.beam-step"],
)
def in_the_order_of_beams(
    scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> Step:
    found = beam_step(scores, log_probs, finished, n_beams, eos_id)
    order = np.lexsort((found[1], found[0]))
    return found[0][order], found[1][order], found[2][order], found[3][order]


@misconception(
    replaces=beam_step,
    says="The scores that come out are means over two tokens.",
    hint="Is your score still a log-probability of the text?",
    questions=["token-selection.beam-sum"],
)
def averages(scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int) -> Step:
    parents, tokens, best, ended = beam_step(scores, log_probs, finished, n_beams, eos_id)
    return parents, tokens, best / 2, ended


@misconception(
    replaces=beam_step,
    says="No beam is ever marked as finished.",
    hint="A beam has just got EOS. What does your step say of it?",
    questions=["token-selection.beam-step"],
    differs_only="where a beam is finished or gets EOS",
)
def no_beam_ends(
    scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> Step:
    parents, tokens, best, _ = beam_step(scores, log_probs, finished, n_beams, eos_id)
    return parents, tokens, best, np.zeros(n_beams, dtype=bool)


@misconception(
    replaces=beam_step,
    says="A finished beam competes with every token, at the score that it has.",
    hint="How many places among the best can a finished beam take in your step?",
    questions=["token-selection.beam-step"],
    differs_only="where a beam is finished",
)
def finished_ones_compete_with_every_token(
    scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> Step:
    is_finished = np.array(finished, dtype=bool)[:, None]
    totals = np.asarray(scores)[:, None] + np.where(is_finished, 0.0, log_probs)
    return _step(totals, n_beams, eos_id)


@misconception(
    replaces=beam_step,
    says="Parents and tokens have changed places.",
    hint="Continuation 9 of two beams and 7 tokens: which beam is it, and which token?",
    questions=["token-selection.beam-step"],
)
def parents_and_tokens_swapped(
    scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> Step:
    parents, tokens, best, ended = beam_step(scores, log_probs, finished, n_beams, eos_id)
    return tokens, parents, best, ended


@misconception(
    replaces=beam_step,
    says="I write the sums into the caller's log-probabilities.",
    hint="Print the arguments before and after the call. Who else may still read them?",
    questions=["token-selection.beam-sum"],
    differs_only="in the log-probabilities after the call",
)
def changes_its_input(
    scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> Step:
    log_probs[:] = candidates(scores, log_probs, finished, eos_id)
    return _step(log_probs, n_beams, eos_id)


@equivalent(replaces=beam_step, says="The best n of each beam first, and then the best n of these.")
def in_two_rounds(
    scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> Step:
    totals = candidates(scores, log_probs, finished, eos_id)
    found = [
        (float(row[token]), parent, int(token))
        for parent, row in enumerate(totals)
        for token in np.argsort(-row, kind="stable")[:n_beams]
    ]
    found = sorted(found, key=lambda one: -one[0])[:n_beams]
    best, parents, tokens = (np.array(column) for column in zip(*found, strict=True))
    return parents, tokens, best, tokens == eos_id
