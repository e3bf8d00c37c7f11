"""Training with NumPy."""

import math

import numpy as np


def batch_at(data, starts, context_length):
    rows = np.stack([data[start : start + context_length + 1] for start in starts])
    return rows[:, :-1], rows[:, 1:]


def shift_targets(token_ids):
    return token_ids[:, :-1], token_ids[:, :-1]


def mask_targets(targets, prompt_lengths, lengths, ignore_index):
    masked = targets.copy()
    for row, (prompt, length) in enumerate(zip(prompt_lengths, lengths)):
        masked[row, : prompt - 1] = ignore_index
        masked[row, length - 1 :] = ignore_index
    return masked


def log_softmax(logits):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def cross_entropy(logits, targets, ignore_index):
    counted = targets != ignore_index
    if not counted.any():
        return 0.0
    return -np.mean(log_softmax(logits)[counted, targets[counted]])


def cross_entropy_gradient(logits, targets, ignore_index):
    counted = targets != ignore_index
    gradient = np.exp(log_softmax(logits))
    gradient[counted, targets[counted]] -= 1
    gradient[~counted] = 0
    return gradient / max(counted.sum(), 1)


def perplexity(logits, targets, ignore_index):
    return np.exp(cross_entropy(logits, targets, ignore_index))


def accumulate(gradients, counts):
    total = np.zeros_like(gradients[0])
    for gradient, count in zip(gradients, counts):
        total = total + count * gradient
    return total / max(sum(counts), 1)


def clip_by_global_norm(gradients, max_norm):
    norm = np.linalg.norm([np.linalg.norm(gradient) for gradient in gradients])
    if norm <= max_norm:
        return gradients
    return [gradient * (max_norm / norm) for gradient in gradients]


def adamw_step(weight, gradient, m, v, step, rate, betas, eps, decay):
    first, second = betas
    m = first * m + (1 - first) * gradient
    v = second * v + (1 - second) * gradient**2
    direction = m / (1 - first**step) / (np.sqrt(v / (1 - second**step)) + eps)
    return weight - rate * (direction + decay * weight), m, v


def learning_rate(step, max_rate, min_rate, warmup_steps, total_steps):
    if step < warmup_steps:
        return max_rate * step / warmup_steps
    if step >= total_steps:
        return min_rate
    progress = (step - warmup_steps) / (total_steps - warmup_steps)
    return min_rate + 0.5 * (max_rate - min_rate) * (1 + math.cos(math.pi * progress))


def train_step(batches, stages, max_norm, ignore_index):
    total_count = sum((targets != ignore_index).sum() for _, targets in batches)
    stages.zero()
    total = 0.0
    for inputs, targets in batches:
        share = (targets != ignore_index).sum() / total_count
        loss = stages.loss(stages.forward(inputs), targets) * share
        stages.backward(loss)
        total += loss
    stages.clip(max_norm)
    stages.step()
    stages.schedule()
    return total
