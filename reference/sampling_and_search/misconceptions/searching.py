"""What people get wrong about the whole of a beam search."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from grader.subject.misconception import equivalent, misconception
from reference.sampling_and_search.beams import (
    Array,
    SearchStages,
    beam_search,
    beam_step,
    best_beam,
    continued,
    opened,
)

Beams = list[list[int]]


def searched_on(
    beams: Beams,
    ask: Callable[[Beams], Array],
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    ends: Callable[[Array], Any] = np.all,
) -> tuple[Beams, Array, Array]:
    """A right search from these beams on: the beams, their scores, and which are finished."""
    scores, finished = np.zeros(len(beams)), np.zeros(len(beams), dtype=bool)
    for _ in range(max_new_tokens):
        rows = np.asarray(ask(opened(beams, finished)))
        log_probs = np.zeros((len(beams), rows.shape[1]))
        log_probs[~np.array(finished, dtype=bool)] = rows
        before = finished
        parents, tokens, scores, finished = beam_step(scores, log_probs, finished, n_beams, eos_id)
        beams = continued(beams, parents, tokens, before)
        if ends(finished):
            break
    return beams, scores, finished


def asked(prompt: Sequence[int], stages: SearchStages) -> Callable[[Beams], Array]:
    return lambda beams: stages.log_probs([[*prompt, *beam] for beam in beams])


@misconception(
    replaces=beam_search,
    says="The model reads the prompt alone at each step.",
    hint="Print what you ask the model in the third step. Where are the generated tokens?",
    questions=["generation-loop.input-length"],
    differs_only="after the first step",
)
def prompt_only(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    def ask(beams: Beams) -> Array:
        return stages.log_probs([list(prompt) for _ in beams])

    beams, scores, _ = searched_on([[]], ask, n_beams, max_new_tokens, eos_id)
    return beams[best_beam(beams, scores, alpha)]


@misconception(
    replaces=beam_search,
    says="The model reads the generated tokens, without the prompt.",
    hint="Where does the prompt go after the first step?",
    questions=["generation-loop.input-length"],
    differs_only="after the first step",
)
def prompt_is_lost(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    def ask(beams: Beams) -> Array:
        return stages.log_probs([beam or list(prompt) for beam in beams])

    beams, scores, _ = searched_on([[]], ask, n_beams, max_new_tokens, eos_id)
    return beams[best_beam(beams, scores, alpha)]


@misconception(
    replaces=beam_search,
    says="The search starts with n copies of the prompt.",
    hint="All of your beams are the same at first. Do they ever differ?",
    questions=["token-selection.beam-of-one", "token-selection.beam-step"],
    differs_only="with more than one beam",
)
def starts_with_copies(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    start: Beams = [[] for _ in range(n_beams)]
    beams, scores, _ = searched_on(start, asked(prompt, stages), n_beams, max_new_tokens, eos_id)
    return beams[best_beam(beams, scores, alpha)]


@misconception(
    replaces=beam_search,
    says="The search ends as soon as one beam is finished.",
    hint="A short text is finished. Can a longer one still be better?",
    questions=["token-selection.beam-step"],
    differs_only="where a beam is finished before the others",
)
def ends_with_the_first(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    ask = asked(prompt, stages)
    beams, scores, _ = searched_on([[]], ask, n_beams, max_new_tokens, eos_id, np.any)
    return beams[best_beam(beams, scores, alpha)]


@misconception(
    replaces=beam_search,
    says="Scores are not divided by the length.",
    hint="Which of your arguments has no influence on the result?",
    questions=["token-selection.beam-sum"],
    differs_only="where beams differ in their length",
)
def no_length(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    return beam_search(prompt, stages, n_beams, max_new_tokens, eos_id, 0.0)


@misconception(
    replaces=beam_search,
    says="The tokens of the prompt count in the length.",
    hint="Whose log-probabilities are in the score: those of the prompt as well?",
    questions=["token-selection.beam-sum"],
    differs_only="where beams differ in their length",
)
def prompt_counts_in_the_length(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    ask = asked(prompt, stages)
    beams, scores, _ = searched_on([[]], ask, n_beams, max_new_tokens, eos_id)
    lengths = np.array([len(prompt) + len(beam) for beam in beams])
    return beams[int(np.argmax(scores / lengths**alpha))]


@misconception(
    replaces=beam_search,
    says="Scores are multiplied by the length.",
    hint="A log-probability is negative. What does a larger factor do to it?",
    questions=["token-selection.beam-sum"],
    differs_only="where beams differ in their length",
)
def multiplies_by_the_length(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    return beam_search(prompt, stages, n_beams, max_new_tokens, eos_id, -alpha)


@misconception(
    replaces=beam_search,
    says="The length is taken as it is, without the power.",
    hint="Which of your arguments has no influence on the result?",
    questions=["token-selection.beam-sum"],
    differs_only="where beams differ in their length",
)
def always_the_whole_length(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    return beam_search(prompt, stages, n_beams, max_new_tokens, eos_id, 1.0)


@misconception(
    replaces=beam_search,
    says="The last of the beams is the result.",
    hint="In which order are your beams? Which of them is the best?",
    questions=["token-selection.beam-step"],
    differs_only="with more than one beam",
)
def returns_the_last(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    ask = asked(prompt, stages)
    return searched_on([[]], ask, n_beams, max_new_tokens, eos_id)[0][-1]


@misconception(
    replaces=beam_search,
    says="Only finished beams can be the result, as long as there is one.",
    hint="The best beam was cut off by the limit. Is it a worse text for that?",
    questions=["token-selection.beam-sum"],
    differs_only="where the best beam is not finished, and another one is",
)
def finished_ones_alone(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    ask = asked(prompt, stages)
    beams, scores, finished = searched_on([[]], ask, n_beams, max_new_tokens, eos_id)
    if finished.any():
        scores = np.where(finished, scores, -np.inf)
    return beams[best_beam(beams, scores, alpha)]


@misconception(
    replaces=beam_search,
    says="The prompt is part of the result.",
    hint="Which tokens did the search choose?",
    questions=["generation-loop.input-length"],
)
def returns_the_prompt(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    return [*prompt, *beam_search(prompt, stages, n_beams, max_new_tokens, eos_id, alpha)]


@misconception(
    replaces=beam_search,
    says="EOS is cut off the result.",
    hint="Did the model generate EOS, or not?",
    questions=["generation-loop.input-length"],
    differs_only="where the best beam is finished",
)
def without_eos(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    tokens = beam_search(prompt, stages, n_beams, max_new_tokens, eos_id, alpha)
    return tokens[:-1] if tokens[-1:] == [eos_id] else tokens


@misconception(
    replaces=beam_search,
    says="Finished beams are asked for as well, with their EOS at the end.",
    hint="What does the model say after the end of a text, and who reads it?",
    questions=["token-selection.beam-step"],
    differs_only="where a beam is finished before the others",
)
def asks_for_finished_ones(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    beams: Beams = [[]]
    scores, finished = np.zeros(1), np.zeros(1, dtype=bool)
    for _ in range(max_new_tokens):
        log_probs = np.asarray(stages.log_probs([[*prompt, *beam] for beam in beams]))
        before = finished
        parents, tokens, scores, finished = beam_step(scores, log_probs, finished, n_beams, eos_id)
        beams = continued(beams, parents, tokens, before)
        if np.all(finished):
            break
    return beams[best_beam(beams, scores, alpha)]


@misconception(
    replaces=beam_search,
    says="One step more is made than asked for.",
    hint="How many tokens has a text of yours at most?",
    questions=["generation-loop.input-length"],
    differs_only="where the limit ends the search",
)
def one_step_more(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    return beam_search(prompt, stages, n_beams, max_new_tokens + 1, eos_id, alpha)


@misconception(
    replaces=beam_search,
    says="One beam is enough: the search is greedy.",
    hint="How many sequences do you ask the model for in the second step?",
    questions=["token-selection.beam-of-one"],
    differs_only="with more than one beam",
)
def greedy(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    return beam_search(prompt, stages, 1, max_new_tokens, eos_id, alpha)


@misconception(
    replaces=beam_search,
    says="I append the tokens to the caller's prompt.",
    hint="Print the prompt before and after the call. Who else may still read it?",
    questions=["generation-loop.input-length"],
    differs_only="in the prompt after the call",
)
def changes_its_input(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    tokens = beam_search(prompt, stages, n_beams, max_new_tokens, eos_id, alpha)
    assert isinstance(prompt, list)
    prompt.extend(tokens)
    return tokens


@equivalent(replaces=beam_search, says="Beams are kept with the prompt in front of them.")
def with_the_prompt_in_front(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    beams, scores, _ = searched_on(
        [list(prompt)], stages.log_probs, n_beams, max_new_tokens, eos_id
    )
    generated = [beam[len(prompt) :] for beam in beams]
    return generated[best_beam(generated, scores, alpha)]
