"""Training in PyTorch, by formulas."""

import math

import torch


def batch_at(data, starts, context_length):
    places = torch.tensor(starts)[:, None] + torch.arange(context_length)
    return data[places], data[places + 1]


def shift_targets(token_ids):
    return token_ids[:, :-1], token_ids[:, 1:]


def mask_targets(targets, prompt_lengths, lengths, ignore_index):
    place = torch.arange(1, targets.shape[1] + 1)
    first, end = torch.tensor(prompt_lengths)[:, None], torch.tensor(lengths)[:, None]
    ignored = (place < first) | (place >= end)
    return targets.masked_fill(ignored, ignore_index)


def cross_entropy(logits, targets, ignore_index):
    counted = targets != ignore_index
    chosen = logits.log_softmax(-1).gather(-1, (targets * counted)[..., None])[..., 0]
    return -(chosen * counted).sum() / counted.sum().clamp(min=1)


def cross_entropy_gradient(logits, targets, ignore_index):
    counted = targets != ignore_index
    hot = torch.nn.functional.one_hot(targets * counted, logits.shape[-1])
    slopes = (logits.softmax(-1) - hot) * counted[..., None]
    return slopes / counted.sum().clamp(min=1)


def perplexity(logits, targets, ignore_index):
    return cross_entropy(logits, targets, ignore_index).exp()


def accumulate(gradients, counts):
    weights = torch.tensor(counts) / max(sum(counts), 1)
    return torch.tensordot(weights, torch.stack(gradients), dims=1)


def clip_by_global_norm(gradients, max_norm):
    norm = torch.sqrt(sum((gradient**2).sum() for gradient in gradients))
    factor = torch.clamp(max_norm / (norm + 1e-6), max=1.0)
    return [gradient * factor for gradient in gradients]


def adamw_step(weight, gradient, m, v, step, rate, betas, eps, decay):
    weight = weight * (1 - rate * decay)
    m = torch.lerp(gradient, m, betas[0])
    v = betas[1] * v + (1 - betas[1]) * gradient.square()
    corrected_m = m / (1 - betas[0] ** step)
    corrected_v = v / (1 - betas[1] ** step)
    return weight - rate * corrected_m / (corrected_v.sqrt() + eps), m, v


def learning_rate(step, max_rate, min_rate, warmup_steps, total_steps):
    if step < warmup_steps:
        return max_rate * step / warmup_steps
    progress = min(1.0, (step - warmup_steps) / (total_steps - warmup_steps))
    return min_rate + (max_rate - min_rate) * (1 + math.cos(math.pi * progress)) / 2


def train_step(batches, stages, max_norm, ignore_index):
    counts = [int((targets != ignore_index).sum()) for _, targets in batches]
    stages.zero()
    losses = []
    for (inputs, targets), count in zip(batches, counts):
        logits = stages.forward(inputs)
        loss = stages.loss(logits, targets) * count / sum(counts)
        stages.backward(loss)
        losses.append(loss)
    stages.clip(max_norm)
    stages.step()
    stages.schedule()
    return sum(losses)
