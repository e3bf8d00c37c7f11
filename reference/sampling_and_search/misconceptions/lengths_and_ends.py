"""What people get wrong about the end of a beam search, and about the length of a text."""

from collections.abc import Sequence

import numpy as np

from grader.subject.misconception import misconception
from reference.sampling_and_search.beams import (
    SearchStages,
    beam_search,
    beam_step,
    best_beam,
    opened,
)
from reference.sampling_and_search.misconceptions.searching import asked, searched_on


@misconception(
    replaces=beam_search,
    says="The search ends as soon as the best beam is finished.",
    hint="Another beam is not finished. Can it still become the better one by its length?",
    questions=["token-selection.beam-step"],
    differs_only="where the best beam is finished before the others",
)
def ends_with_the_best(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    ask = asked(prompt, stages)
    beams, scores, _ = searched_on(
        [[]], ask, n_beams, max_new_tokens, eos_id, lambda ended: ended[0]
    )
    return beams[best_beam(beams, scores, alpha)]


@misconception(
    replaces=beam_search,
    says="The prompt counts as the first step.",
    hint="One token is asked for. How often do you ask the model?",
    questions=["generation-loop.input-length"],
    differs_only="where the limit ends the search",
)
def one_step_less(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    if max_new_tokens == 1:
        return []
    return beam_search(prompt, stages, n_beams, max_new_tokens - 1, eos_id, alpha)


@misconception(
    replaces=beam_search,
    says="The length counts as (5 + length) / 6, as in another well-known penalty.",
    hint="Which length does your formula take for a text of one token, and which for seven?",
    questions=["token-selection.beam-sum"],
    differs_only="where beams differ in their length",
)
def length_of_another_formula(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    ask = asked(prompt, stages)
    beams, scores, _ = searched_on([[]], ask, n_beams, max_new_tokens, eos_id)
    lengths = np.array([(5 + len(beam)) / 6 for beam in beams])
    return beams[int(np.argmax(scores / lengths**alpha))]


@misconception(
    replaces=beam_search,
    says="EOS does not count in the length.",
    hint="Two texts differ in EOS alone. Which length has the longer one?",
    questions=["token-selection.beam-sum"],
    differs_only="where a beam is finished",
)
def eos_is_no_length(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    ask = asked(prompt, stages)
    beams, scores, _ = searched_on([[]], ask, n_beams, max_new_tokens, eos_id)
    lengths = np.array([max(1, sum(token != eos_id for token in beam)) for beam in beams])
    return beams[int(np.argmax(scores / lengths**alpha))]


@misconception(
    replaces=beam_search,
    says="The n-th token is appended to the n-th beam.",
    hint="A step gives parents and tokens. What do you do with the parents?",
    questions=["token-selection.beam-step"],
    differs_only="where the parents do not stand in order",
)
def parents_are_not_used(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    beams: list[list[int]] = [[]]
    scores, finished = np.zeros(1), np.zeros(1, dtype=bool)
    for _ in range(max_new_tokens):
        rows = np.asarray(asked(prompt, stages)(opened(beams, finished)))
        log_probs = np.zeros((len(beams), rows.shape[1]))
        log_probs[~np.array(finished, dtype=bool)] = rows
        _, tokens, scores, finished = beam_step(scores, log_probs, finished, n_beams, eos_id)
        places = [min(place, len(beams) - 1) for place in range(len(tokens))]
        beams = [[*beams[i], int(token)] for i, token in zip(places, tokens, strict=True)]
        if np.all(finished):
            break
    return beams[best_beam(beams, scores, alpha)]
