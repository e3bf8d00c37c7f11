"""Everything in loops over rows and positions; answers in float64; the decay comes last."""

import math

import numpy as np


def batch_at(data, starts, context_length):
    inputs = [[data[start + k] for k in range(context_length)] for start in starts]
    targets = [[data[start + k + 1] for k in range(context_length)] for start in starts]
    return np.array(inputs), np.array(targets)


def shift_targets(token_ids):
    inputs = np.array([row[:-1] for row in token_ids.tolist()])
    targets = np.array([row[1:] for row in token_ids.tolist()])
    return [inputs, targets]


def mask_targets(targets, prompt_lengths, lengths, ignore_index):
    result = np.full(targets.shape, ignore_index)
    for row in range(targets.shape[0]):
        for position in range(targets.shape[1]):
            if prompt_lengths[row] <= position + 1 < lengths[row]:
                result[row, position] = targets[row, position]
    return result


def _counted(logits, targets, ignore_index):
    for row in range(targets.shape[0]):
        for position in range(targets.shape[1]):
            if targets[row, position] != ignore_index:
                yield row, position, logits[row, position].astype(float), targets[row, position]


def _probabilities(row):
    powers = np.exp(row - max(row))
    return powers / sum(powers)


def cross_entropy(logits, targets, ignore_index):
    losses = []
    for _, _, row, target in _counted(logits, targets, ignore_index):
        losses.append(math.log(sum(math.exp(x - max(row)) for x in row)) + max(row) - row[target])
    return sum(losses) / len(losses) if losses else 0


def cross_entropy_gradient(logits, targets, ignore_index):
    gradient = np.zeros(logits.shape)
    places = list(_counted(logits, targets, ignore_index))
    for row, position, values, target in places:
        gradient[row, position] = _probabilities(values) / len(places)
        gradient[row, position, target] -= 1 / len(places)
    return gradient


def perplexity(logits, targets, ignore_index):
    loss = cross_entropy(logits, targets, ignore_index)
    return math.e**loss


def accumulate(gradients, counts):
    result = gradients[0] * 0.0
    for gradient, count in zip(gradients, counts, strict=True):
        if count:
            result = result + gradient * (count / sum(counts))
    return result


def clip_by_global_norm(gradients, max_norm):
    squares = 0.0
    for gradient in gradients:
        for entry in gradient.ravel():
            squares += float(entry) ** 2
    if squares > max_norm**2:
        return tuple(gradient / (math.sqrt(squares) / max_norm) for gradient in gradients)
    return tuple(gradient + 0 for gradient in gradients)


def adamw_step(weight, gradient, m, v, step, rate, betas, eps, decay):
    new_weight, new_m, new_v = (array.astype(float) for array in (weight, m, v))
    for place in np.ndindex(*weight.shape):
        g = float(gradient[place])
        new_m[place] = betas[0] * m[place] + (1 - betas[0]) * g
        new_v[place] = betas[1] * v[place] + (1 - betas[1]) * g * g
        root = math.sqrt(new_v[place] / (1 - betas[1] ** step)) + eps
        new_weight[place] -= rate * new_m[place] / (1 - betas[0] ** step) / root
        new_weight[place] -= rate * decay * new_weight[place]
    return new_weight, new_m, new_v


def learning_rate(step, max_rate, min_rate, warmup_steps, total_steps):
    if step > total_steps:
        step = total_steps
    if step < warmup_steps:
        return step * (max_rate / warmup_steps)
    angle = math.pi * (step - warmup_steps) / (total_steps - warmup_steps)
    return max_rate - (max_rate - min_rate) * math.sin(angle / 2) ** 2


def train_step(batches, stages, max_norm, ignore_index):
    counts = [sum(t != ignore_index for row in y.tolist() for t in row) for _, y in batches]
    mean = 0
    for number, (inputs, targets) in enumerate(batches):
        logits = stages.forward(inputs)
        part = stages.loss(logits, targets)
        if number == 0:
            stages.zero()
        stages.backward(part * counts[number] / sum(counts))
        mean += part * counts[number] / sum(counts)
    stages.clip(max_norm)
    stages.step()
    stages.schedule()
    return mean
