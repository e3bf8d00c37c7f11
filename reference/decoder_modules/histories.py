"""A module and what was done to it: each step is a place in it, arguments, and what is wanted."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import nn

Config = dict[str, Any]  # GPT-2's names: n_embd, n_head, n_layer, n_positions, vocab_size, ...
Steps = Sequence[Sequence[Any]]


def of_history(module: nn.Module, steps: Steps | None) -> Any:
    """The answer to the last step, after all the others; the module itself without any.

    A module computes in the precision of what it is handed.
    """
    if steps is None:
        return module
    found, answer = module.to(_precision(steps)), None
    for path, arguments, wanted in steps:
        answer = _done(found, path, arguments=arguments, wanted=wanted)
    return answer


def _done(module: nn.Module, path: str, *, arguments: Sequence[Any], wanted: str) -> Any:
    found: Any = module
    for name in path.split(".") if path else ():
        found = found[int(name)] if name.isdigit() else getattr(found, name)
    if wanted == "value":
        return found
    answer = found(*arguments)
    answer = dict(answer) if isinstance(answer, Iterator) else answer
    if wanted == "shapes":
        return {name: list(tensor.shape) for name, tensor in answer.items()}
    return answer


def _precision(steps: Steps) -> torch.dtype:
    waiting: list[Any] = [arguments for _, arguments, _ in steps]
    while waiting:
        value = waiting.pop()
        if isinstance(value, torch.Tensor) and value.is_floating_point():
            return value.dtype
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list | tuple):
            waiting += value
    return torch.float32
