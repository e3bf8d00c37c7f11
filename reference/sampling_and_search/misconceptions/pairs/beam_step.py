"""A step of beam search in parts: the sums, finished beams, the best of them, what comes out.

b beams that come in, n that go out, V vocabulary.
"""

import numpy as np

from grader.subject.composition import Composition, Parts, as_is
from reference.sampling_and_search.beams import Array, best_of

Best = tuple[Array, Array, Array]  # parents, tokens, scores
Step = tuple[Array, Array, Array, Array]


def in_parts(
    part: Parts, scores: Array, log_probs: Array, finished: Array, n_beams: int, eos_id: int
) -> Step:
    is_finished = np.array(finished, dtype=bool)
    before = part["scores"](np.asarray(scores))[:, None]
    combined = part["combine"](before, part["values"](log_probs))
    is_eos = np.arange(log_probs.shape[1]) == eos_id
    totals = part["finished"](combined, before, is_finished[:, None], is_eos)
    parents, tokens, best = part["best"](part["beams"](totals, scores), n_beams)
    ended = part["ended"](tokens == eos_id, is_finished[parents])
    tokens = part["tokens"](tokens, is_finished[parents])
    best = part["result"](best, np.asarray(scores)[parents])
    step: Step = part["order"](part["parents"](parents, len(log_probs)), tokens, best, ended)
    return step


def _competes_as_it_is(combined: Array, before: Array, is_finished: Array, is_eos: Array) -> Array:
    stays: Array = np.where(is_eos, before, -np.inf)
    return np.where(is_finished, stays, combined)


def _pays(combined: Array, before: Array, is_finished: Array, is_eos: Array) -> Array:
    return np.where(is_finished & ~is_eos, -np.inf, combined)


def _dropped(combined: Array, before: Array, is_finished: Array, is_eos: Array) -> Array:
    return np.where(is_finished, -np.inf, combined)


def _products(before: Array, values: Array) -> Array:
    with np.errstate(invalid="ignore"):  # 0 times infinity, of a finished beam
        return np.asarray(before * values)


def _with_every_token(combined: Array, before: Array, is_finished: Array, is_eos: Array) -> Array:
    return np.where(is_finished, before, combined)


def _of_the_best_beam(totals: Array, scores: Array) -> Array:
    is_best = np.arange(len(totals)) == np.argmax(scores)
    return np.where(is_best[:, None], totals, -np.inf)


def _of_each_beam(totals: Array, n_beams: int) -> Best:
    tokens, best = totals.argmax(axis=1), totals.max(axis=1)
    parents = np.argsort(-best, kind="stable")[:n_beams]
    return parents, tokens[parents], best[parents]


def _worst(totals: Array, n_beams: int) -> Best:
    parents, tokens, negative = best_of(np.where(np.isfinite(totals), -totals, -np.inf), n_beams)
    return parents, tokens, -negative


def _divided_by_beams(totals: Array, n_beams: int) -> Best:
    order = np.argsort(-totals, axis=None, kind="stable")[:n_beams]
    tokens, parents = np.divmod(order, len(totals))
    return parents, tokens, totals.ravel()[order]


def _best_first(*found: Array) -> tuple[Array, ...]:
    return found


def _by_beams(*found: Array) -> tuple[Array, ...]:
    order = np.lexsort((found[1], found[0]))
    return tuple(column[order] for column in found)


def _swapped(*found: Array) -> tuple[Array, ...]:
    return found[1], found[0], *found[2:]


COMPOSITION = Composition(
    in_parts,
    right={
        "scores": as_is,
        "values": as_is,
        "combine": np.add,
        "finished": _competes_as_it_is,
        "beams": as_is,
        "best": best_of,
        "ended": as_is,
        "tokens": as_is,
        "result": as_is,
        "parents": as_is,
        "order": _best_first,
    },
    wrong={
        "best_of_each_beam": {"best": _of_each_beam},
        # Among the continuations of one beam its own score decides nothing.
        "best_beam_alone": {"beams": _of_the_best_beam, "scores": as_is},
        "newest_decides": {"scores": lambda scores: 0 * scores},
        "scores_are_not_summed": {"result": lambda best, before: best - before},
        "multiplies": {"combine": _products},
        "adds_probabilities": {"values": np.exp},
        "keeps_the_worst": {"best": _worst},
        "parents_are_lost": {"parents": lambda parents, n: np.arange(len(parents)) % n},
        "divides_by_beams": {"best": _divided_by_beams},
        "finished_ones_go_on": {"finished": as_is},
        "finished_ones_are_dropped": {"finished": _dropped},
        "finished_ones_pay": {"finished": _pays},
        "finished_ones_get_zero": {
            "tokens": lambda tokens, was_finished: np.where(was_finished, 0, tokens),
            "ended": lambda ended, was_finished: was_finished | ended,
        },
        "new_end_is_missed": {"ended": lambda ended, was_finished: was_finished},
        "in_the_order_of_beams": {"order": _by_beams},
        "no_beam_ends": {"ended": lambda ended, was_finished: np.zeros_like(ended)},
        "finished_ones_compete_with_every_token": {"finished": _with_every_token},
        "parents_and_tokens_swapped": {"order": _swapped},
        "averages": {"result": lambda best, before: best / 2},
    },
)
