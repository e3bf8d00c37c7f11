"""Sampling and search."""

import numpy as np


def min_p(distribution, threshold):
    kept = distribution * (distribution >= threshold * distribution.max(axis=1, keepdims=True))
    return kept / kept.sum(axis=1, keepdims=True)


def repetition_penalty(logits, token_ids, penalty):
    result = logits.copy()
    for token in set(token_ids):
        result[token] = result[token] / penalty if result[token] > 0 else result[token] * penalty
    return result


def acceptance(target, draft):
    return np.minimum(target / draft, 1)


def residual(target, draft):
    missing = np.abs(target - draft)
    if missing.sum() == 0:
        return target
    return missing / missing.sum()


def draw(distribution, u):
    total = 0.0
    for token, chance in enumerate(distribution):
        total += float(chance)
        if total > u:
            return token
    return len(distribution) - 1


def speculative_step(targets, drafts, drafted, uniforms, u):
    tokens = []
    for k, token in enumerate(drafted):
        if uniforms[k] < acceptance(targets[k], drafts[k])[token]:
            tokens.append(token)
        else:
            return tokens + [draw(residual(targets[k], drafts[k]), u)]
    return tokens + [draw(targets[-1], u)]


def beam_step(scores, log_probs, finished, n_beams, eos_id):
    found = []
    for beam, (score, row, ended) in enumerate(zip(scores, log_probs, finished)):
        if ended:
            found.append((float(score), beam, eos_id))
        else:
            found += [(float(score + value), beam, token) for token, value in enumerate(row)]
    found.sort(key=lambda one: -one[0])
    best = found[:n_beams]
    parents = [beam for _, beam, _ in best]
    tokens = [token for _, _, token in best]
    return parents, tokens, np.array([one[0] for one in best]), [t == eos_id for t in tokens]


def beam_search(prompt, stages, n_beams, max_new_tokens, eos_id, alpha):
    beams, scores, finished = [[]], np.zeros(1), [False]
    for _ in range(max_new_tokens):
        if all(finished):
            break
        asked = [prompt + beam for beam, ended in zip(beams, finished) if not ended]
        rows = iter(stages.log_probs(asked))
        log_probs = [None if ended else next(rows) for ended in finished]
        width = next(len(row) for row in log_probs if row is not None)
        table = np.stack([np.zeros(width) if row is None else row for row in log_probs])
        parents, tokens, scores, now = beam_step(scores, table, finished, n_beams, eos_id)
        beams = [
            beams[p] if finished[p] else beams[p] + [int(t)] for p, t in zip(parents, tokens)
        ]
        finished = list(now)
    return max(zip(beams, scores), key=lambda pair: pair[1] / len(pair[0]) ** alpha)[0]
