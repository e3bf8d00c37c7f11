"""PyTorch with float64 inside and float32 outside, einsum, boolean masks and scatter."""

import numpy as np
import torch


def batch_at(data, starts, context_length):
    rows = torch.stack([data[s : s + context_length + 1] for s in starts])
    return rows[:, :context_length], rows[:, -context_length:]


def shift_targets(token_ids):
    return token_ids.narrow(1, 0, token_ids.size(1) - 1), torch.roll(token_ids, -1, 1)[:, :-1]


def mask_targets(targets, prompt_lengths, lengths, ignore_index):
    masked = torch.full_like(targets, ignore_index)
    for b in range(len(targets)):
        kept = slice(max(prompt_lengths[b] - 1, 0), lengths[b] - 1)
        masked[b, kept] = targets[b, kept]
    return masked


def _hot(logits, targets, ignore_index):
    counted = targets.ne(ignore_index)
    places = targets.where(counted, torch.zeros_like(targets))[..., None]
    hot = torch.zeros_like(logits, dtype=torch.float64).scatter_(-1, places, 1.0)
    return hot * counted[..., None], max(int(counted.sum()), 1)


def cross_entropy(logits, targets, ignore_index):
    hot, number = _hot(logits, targets, ignore_index)
    double = logits.double()
    logs = double - double.logsumexp(-1, keepdim=True)
    return float(-torch.einsum("btv,btv->", hot, logs) / number)


def cross_entropy_gradient(logits, targets, ignore_index):
    hot, number = _hot(logits, targets, ignore_index)
    counted = hot.sum(-1, keepdim=True)
    return ((torch.softmax(logits.double(), -1) * counted - hot) / number).to(logits.dtype)


def perplexity(logits, targets, ignore_index):
    return 2 ** (cross_entropy(logits, targets, ignore_index) / float(np.log(2)))


def accumulate(gradients, counts):
    total = sum(counts)
    if total == 0:
        return torch.zeros_like(gradients[0])
    return sum(g.double() * c for g, c in zip(gradients, counts, strict=True)).div(total).float()


def clip_by_global_norm(gradients, max_norm):
    flat = torch.cat([g.reshape(-1) for g in gradients]).double()
    norm = flat.norm()
    flat = flat * max_norm / max(norm, max_norm)
    pieces = flat.float().split([g.numel() for g in gradients])
    return [piece.view_as(g) for piece, g in zip(pieces, gradients, strict=True)]


def adamw_step(weight, gradient, m, v, step, rate, betas, eps, decay):
    b1, b2 = betas
    w, g = weight.double(), gradient.double()
    m = m + (1 - b1) * (g - m)
    v = v + (1 - b2) * (g * g - v)
    scale = rate * (1 - b2**step) ** 0.5 / (1 - b1**step)
    w = w - scale * m / (v.sqrt() + eps * (1 - b2**step) ** 0.5)
    w = w - rate * decay * w
    return w.float(), m.float(), v.float()


def learning_rate(step, max_rate, min_rate, warmup_steps, total_steps):
    warm = step / warmup_steps if step < warmup_steps else 1.0
    part = np.clip((step - warmup_steps) / (total_steps - warmup_steps), 0, 1)
    cosine = min_rate + 0.5 * (max_rate - min_rate) * (1 + np.cos(np.pi * part))
    return warm * max_rate if step < warmup_steps else cosine


class Accumulator:
    def __init__(self, stages, ignore_index, total):
        self.stages, self.ignore_index, self.total, self.loss = stages, ignore_index, total, 0.0

    def add(self, inputs, targets):
        share = targets.ne(self.ignore_index).sum().item() / self.total
        weighted = share * self.stages.loss(self.stages.forward(inputs), targets)
        self.stages.backward(weighted)
        self.loss += weighted


def train_step(batches, stages, max_norm, ignore_index):
    total = sum(y.ne(ignore_index).sum().item() for _, y in batches)
    stages.zero()
    accumulator = Accumulator(stages, ignore_index, total)
    for part in batches:
        accumulator.add(*part)
    for call, arguments in ((stages.clip, [max_norm]), (stages.step, []), (stages.schedule, [])):
        call(*arguments)
    return accumulator.loss
