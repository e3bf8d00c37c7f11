"""A heap for the beams, sorted probabilities for the draw, answers in float64."""

import bisect
import heapq
import itertools
from dataclasses import dataclass, field

import numpy as np


def min_p(distribution, threshold):
    rows = []
    for row in distribution.astype(float):
        chosen = {token: p for token, p in enumerate(row) if p >= threshold * max(row)}
        rows.append([chosen.get(token, 0.0) / sum(chosen.values()) for token in range(len(row))])
    return np.array(rows)


def repetition_penalty(logits, token_ids, penalty):
    factors = np.ones(len(logits))
    seen = np.unique(np.array(token_ids, dtype=int))
    factors[seen] = np.where(logits[seen] > 0, 1 / penalty, penalty)
    return logits * factors


def acceptance(target, draft):
    return np.where(target >= draft, 1.0, target.astype(float) / draft)


def residual(target, draft):
    missing = np.clip(target.astype(float) - draft, 0, None)
    return missing / np.sum(missing) if np.sum(missing) > 0 else target.astype(float)


def speculative_step(targets, drafts, drafted, uniforms, u):
    rates = [acceptance(p, q)[t] for p, q, t in zip(targets, drafts, drafted, strict=False)]
    n = sum(
        1
        for _ in itertools.takewhile(
            lambda pair: pair[1] < pair[0], zip(rates, uniforms, strict=True)
        )
    )
    last = targets[n] if n == len(drafted) else residual(targets[n], drafts[n])
    ends = list(itertools.accumulate(float(p) for p in last))
    return np.array([*drafted[:n], bisect.bisect_right(ends, u)])


def beam_step(scores, log_probs, finished, n_beams, eos_id):
    def continuations():
        for beam in range(len(scores)):
            if finished[beam]:
                yield float(scores[beam]), beam, eos_id
            else:
                for token in range(log_probs.shape[1]):
                    yield float(scores[beam]) + float(log_probs[beam, token]), beam, token

    best = heapq.nlargest(n_beams, continuations())
    score, parents, tokens = (list(column) for column in zip(*best, strict=True))
    return [np.array(parents), np.array(tokens), np.array(score), np.array(tokens) == eos_id]


@dataclass
class Beam:
    score: float = 0.0
    tokens: list = field(default_factory=list)
    ended: bool = False


def beam_search(prompt, stages, n_beams, max_new_tokens, eos_id, alpha):
    beams = [Beam()]
    for _ in range(max_new_tokens):
        going = [beam for beam in beams if not beam.ended]
        if not going:
            break
        rows = stages.log_probs([[*prompt, *beam.tokens] for beam in going])
        grown = [beam for beam in beams if beam.ended]
        for beam, row in zip(going, rows, strict=True):
            for token, value in enumerate(row):
                ended = token == eos_id
                grown.append(Beam(beam.score + float(value), [*beam.tokens, token], ended))
        beams = sorted(grown, key=lambda beam: beam.score, reverse=True)[:n_beams]
    return max(beams, key=lambda beam: beam.score / len(beam.tokens) ** alpha).tokens
