"""Sampling and search in PyTorch."""

import torch


def min_p(distribution, threshold):
    largest = distribution.amax(dim=-1, keepdim=True)
    kept = distribution.masked_fill(distribution < threshold * largest, 0.0)
    return kept / kept.sum(dim=-1, keepdim=True)


def repetition_penalty(logits, token_ids, penalty):
    result = logits.clone()
    places = torch.tensor(sorted(set(token_ids)), dtype=torch.long)
    chosen = result[places]
    result[places] = torch.where(chosen > 0, chosen / penalty, chosen * penalty)
    return result


def acceptance(target, draft):
    return (target / draft).clamp(max=1)


def residual(target, draft):
    missing = (target - draft).clamp(min=0)
    return missing / missing.sum() if missing.any() else target.clone()


def draw(distribution, u):
    return int((distribution.double().cumsum(0) > u).int().argmax())


def speculative_step(targets, drafts, drafted, uniforms, u):
    for k in range(len(drafted)):
        if uniforms[k] >= acceptance(targets[k], drafts[k])[drafted[k]]:
            return [*drafted[:k], draw(residual(targets[k], drafts[k]), u)]
    return [*drafted, draw(targets[-1], u)]


def beam_step(scores, log_probs, finished, n_beams, eos_id):
    stays = torch.full_like(log_probs, -torch.inf)
    stays[:, eos_id] = 0
    totals = scores[:, None] + torch.where(finished[:, None], stays, log_probs)
    best, places = totals.flatten().topk(n_beams)
    parents, tokens = places // log_probs.shape[1], places % log_probs.shape[1]
    return parents, tokens, best, tokens == eos_id


def beam_search(prompt, stages, n_beams, max_new_tokens, eos_id, alpha):
    beams, scores = [list(prompt)], torch.zeros(1)
    finished = torch.zeros(1, dtype=torch.bool)
    for _ in range(max_new_tokens):
        rows = stages.log_probs([beams[k] for k in range(len(beams)) if not finished[k]])
        log_probs = torch.zeros(len(beams), rows.shape[1])
        log_probs[~finished] = rows
        parents, tokens, scores, now = beam_step(scores, log_probs, finished, n_beams, eos_id)
        beams = [
            beams[p] if finished[p] else [*beams[p], int(t)] for p, t in zip(parents, tokens)
        ]
        finished = now
        if finished.all():
            break
    generated = [beam[len(prompt) :] for beam in beams]
    lengths = torch.tensor([len(tokens) for tokens in generated])
    return generated[int((scores / lengths**alpha).argmax())]
