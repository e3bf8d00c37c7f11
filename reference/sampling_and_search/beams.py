"""Stages: beam search, by a function that gives the log-probabilities of next tokens.

b beams that come in, n that go out, V vocabulary.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def candidates(scores: Array, log_probs: Array, finished: Array, eos_id: int) -> Array:
    """The score of each continuation, (b, V); a finished beam goes on by itself alone."""
    is_finished = np.array(finished, dtype=bool)[:, None]
    stays = np.where(np.arange(log_probs.shape[1]) == eos_id, 0.0, -np.inf)
    return np.asarray(scores)[:, None] + np.where(is_finished, stays, log_probs)


def best_of(totals: Array, n_beams: int) -> tuple[Array, Array, Array]:
    """Parents, tokens and scores of the best continuations, best first."""
    order = np.argsort(-totals, axis=None, kind="stable")[:n_beams]
    parents, tokens = np.divmod(order, totals.shape[1])
    return parents, tokens, totals.ravel()[order]


def beam_step(
    scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> tuple[Array, Array, Array, Array]:
    """Parents, tokens, scores and whether each is finished, (n,) each, best first.

    Args:
        scores: the summed log-probabilities of the beams, (b,).
        log_probs: of the next tokens, (b, V); those of a finished beam do not count.
        finished: b; a finished beam competes as it is, with its score, and EOS as its token.
        n_beams: n; there are at least so many continuations.
    """
    totals = candidates(scores, log_probs, finished, eos_id)
    parents, tokens, best = best_of(totals, n_beams)
    return parents, tokens, best, tokens == eos_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchStages:
    """A model, as a callable."""

    log_probs: Callable[[list[list[int]]], Array]  # sequences of one length -> (their number, V)


def beam_search(
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    """The generated tokens of the best beam, with EOS if it was generated.

    Args:
        stages: what gives the log-probabilities of the beams that are not finished, once a step.
        max_new_tokens: at least 1; the search ends before if all beams are finished.
        alpha: a score is divided by the number of generated tokens to this power, at the end.
    """
    beams: list[list[int]] = [[]]
    scores, finished = np.zeros(1), np.zeros(1, dtype=bool)
    for _ in range(max_new_tokens):
        rows = np.asarray(stages.log_probs([[*prompt, *beam] for beam in opened(beams, finished)]))
        log_probs = np.zeros((len(beams), rows.shape[1]))
        log_probs[~np.array(finished, dtype=bool)] = rows
        before = finished
        parents, tokens, scores, finished = beam_step(scores, log_probs, finished, n_beams, eos_id)
        beams = continued(beams, parents, tokens, before)
        if np.all(finished):
            break
    return beams[best_beam(beams, scores, alpha)]


def opened(beams: list[list[int]], finished: Array) -> list[list[int]]:
    """The beams that are not finished."""
    return [beam for beam, is_finished in zip(beams, finished, strict=True) if not is_finished]


def continued(
    beams: list[list[int]], parents: Array, tokens: Array, finished: Array
) -> list[list[int]]:
    """Each parent with its token; a finished one stays as it is."""
    return [
        beams[parent] if finished[parent] else [*beams[parent], int(token)]
        for parent, token in zip(parents, tokens, strict=True)
    ]


def best_beam(beams: list[list[int]], scores: Array, alpha: float) -> int:
    """The place of the beam with the best score by its length."""
    lengths = np.array([len(beam) for beam in beams])
    return int(np.argmax(np.asarray(scores) / lengths**alpha))
