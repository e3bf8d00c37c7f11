"""Everything by logarithms and sorting, in PyTorch; tensors of ids for the model."""

import torch


def min_p(distribution, threshold):
    logs = distribution.double().log()
    limit = logs.max(-1, keepdim=True).values + torch.tensor(float(threshold)).double().log()
    return logs.masked_fill(logs < limit - 1e-12, -torch.inf).softmax(-1).float()


def repetition_penalty(logits, token_ids, penalty):
    occurs = torch.zeros(len(logits), dtype=torch.bool)
    if token_ids:
        occurs[torch.tensor(token_ids)] = True
    smaller = torch.minimum(logits / penalty, logits * penalty)
    return torch.where(occurs, smaller, logits)


def acceptance(target, draft):
    return torch.exp(torch.clamp(target.log() - draft.log(), max=0.0))


def residual(target, draft):
    missing = torch.relu(target - draft)
    return torch.nn.functional.normalize(missing, p=1, dim=0) if missing.sum() > 0 else target


def speculative_step(targets, drafts, drafted, uniforms, u):
    tokens = torch.tensor(drafted)
    chances = torch.stack([acceptance(p, q) for p, q in zip(targets, drafts, strict=False)])
    accepted = torch.tensor(uniforms) < chances.gather(1, tokens[:, None])[:, 0]
    n = int(accepted.int().cumprod(0).sum())
    last = residual(targets[n], drafts[n]) if n < len(drafted) else targets[n]
    return torch.cat([tokens[:n], torch.searchsorted(last.double().cumsum(0), u, right=True)[None]])


def beam_step(scores, log_probs, finished, n_beams, eos_id):
    width = log_probs.shape[1]
    totals = (scores[:, None] + log_probs).clone()
    totals[finished] = -torch.inf
    totals[finished, eos_id] = scores[finished].to(totals.dtype)
    values, order = totals.reshape(-1).sort(descending=True, stable=True)
    order = order[:n_beams]
    tokens = order.remainder(width)
    return (order.div(width, rounding_mode="floor"), tokens, values[:n_beams], tokens.eq(eos_id))


def beam_search(prompt, stages, n_beams, max_new_tokens, eos_id, alpha):
    beams = [torch.tensor(prompt)]
    scores, finished = torch.zeros(1), torch.tensor([False])
    while len(max(beams, key=len)) < len(prompt) + max_new_tokens and not finished.all():
        going = [beam for beam, ended in zip(beams, finished, strict=True) if not ended]
        rows = stages.log_probs(torch.stack(going))
        log_probs = torch.zeros(len(beams), rows.shape[1]).masked_scatter(~finished[:, None], rows)
        parents, tokens, scores, ended = beam_step(scores, log_probs, finished, n_beams, eos_id)
        pairs = list(zip(parents.tolist(), tokens, strict=True))
        beams = [beams[p] if finished[p] else torch.cat([beams[p], t[None]]) for p, t in pairs]
        finished = ended
    weighed = [
        s / (len(beam) - len(prompt)) ** alpha for s, beam in zip(scores, beams, strict=True)
    ]
    return beams[int(torch.tensor(weighed).argmax())][len(prompt) :].tolist()
