"""Gradients by autograd, the optimizer of PyTorch, answers that require gradients."""

import torch
from torch.nn import functional


def batch_at(data, starts, context_length):
    windows = data.unfold(0, context_length + 1, 1)[starts]
    return windows[:, :-1], windows[:, 1:]


def shift_targets(token_ids):
    inputs, targets = token_ids.clone(), token_ids.clone()
    return inputs[:, :-1].contiguous(), targets[:, 1:].contiguous()


def mask_targets(targets, prompt_lengths, lengths, ignore_index):
    rows = []
    for row, prompt, length in zip(targets, prompt_lengths, lengths, strict=True):
        kept = [t if prompt <= k < length else ignore_index for k, t in enumerate(row.tolist(), 1)]
        rows.append(kept)
    return torch.tensor(rows)


def cross_entropy(logits, targets, ignore_index):
    total = functional.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), ignore_index=ignore_index, reduction="sum"
    )
    return total / max(1, int((targets != ignore_index).sum()))


def cross_entropy_gradient(logits, targets, ignore_index):
    leaf = logits.clone().requires_grad_()
    cross_entropy(leaf, targets, ignore_index).backward()
    return leaf.grad


def perplexity(logits, targets, ignore_index):
    leaf = logits.clone().requires_grad_()
    return torch.exp(cross_entropy(leaf, targets, ignore_index))


def accumulate(gradients, counts):
    total = torch.zeros_like(gradients[0])
    for gradient, count in zip(gradients, counts, strict=True):
        total.add_(gradient, alpha=count)
    return total.div_(max(1, sum(counts)))


def clip_by_global_norm(gradients, max_norm):
    leaves = []
    for gradient in gradients:
        leaf = torch.nn.Parameter(torch.zeros_like(gradient))
        leaf.grad = gradient.clone()
        leaves.append(leaf)
    torch.nn.utils.clip_grad_norm_(leaves, max_norm)
    return [leaf.grad for leaf in leaves]


def adamw_step(weight, gradient, m, v, step, rate, betas, eps, decay):
    leaf = torch.nn.Parameter(weight.clone())
    leaf.grad = gradient.clone()
    optimizer = torch.optim.AdamW(
        [leaf], lr=rate, betas=tuple(betas), eps=eps, weight_decay=decay, foreach=False
    )
    optimizer.state[leaf] = {
        "step": torch.tensor(float(step - 1)),
        "exp_avg": m.clone(),
        "exp_avg_sq": v.clone(),
    }
    optimizer.step()
    state = optimizer.state[leaf]
    return leaf, state["exp_avg"], state["exp_avg_sq"]


def learning_rate(step, max_rate, min_rate, warmup_steps, total_steps):
    if warmup_steps and step <= warmup_steps:
        return torch.tensor(max_rate * step / warmup_steps)
    part = (min(step, total_steps) - warmup_steps) / (total_steps - warmup_steps)
    turn = torch.cos(torch.tensor(part, dtype=torch.float64) * torch.pi)
    return min_rate + (max_rate - min_rate) / 2 * (1 + turn)


def train_step(batches, stages, max_norm, ignore_index):
    counts = torch.tensor([(targets != ignore_index).sum() for _, targets in batches])
    shares = counts / counts.sum()
    result = torch.zeros(())
    stages.zero()
    for (inputs, targets), share in zip(batches, shares, strict=True):
        loss = share * stages.loss(stages.forward(inputs), targets)
        stages.backward(loss)
        result = result + loss
    stages.clip(max_norm)
    stages.step()
    stages.schedule()
    return result
