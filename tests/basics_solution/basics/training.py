import numpy as np
import torch


class Momentum(torch.optim.Optimizer):
    def __init__(self, params, lr, momentum):
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                velocity = state.get("velocity")
                velocity = p.grad.clone() if velocity is None else velocity * group["momentum"] + p.grad
                state["velocity"] = velocity
                p -= group["lr"] * velocity


def clip(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = torch.sqrt(sum((g**2).sum() for g in grads))
    if total > max_norm:
        for g in grads:
            g *= max_norm / (total + 1e-6)


def save(model, optimizer, step, out):
    torch.save(
        {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, out
    )


def load(src, model, optimizer):
    found = torch.load(src)
    model.load_state_dict(found["model"])
    optimizer.load_state_dict(found["optimizer"])
    return found["step"]


def batches(data, size, seed):
    order = np.random.default_rng(seed).permutation(len(data))
    for start in range(0, len(data), size):
        yield torch.from_numpy(data[order[start : start + size]].astype(np.int64))
