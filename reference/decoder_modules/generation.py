"""Stage: generation as a method of the model.

B batch, T time, V vocabulary.
"""

from typing import Any, Protocol

import torch
from torch import Tensor


class SelectStage(Protocol):
    """What a generation is given: `select` belongs to somebody else."""

    def select(self, logits: Tensor) -> Tensor:
        """Logits (B, V) -> the chosen ids (B,)."""


def generate(model: Any, token_ids: Tensor, stages: SelectStage, max_new_tokens: int) -> Tensor:
    """Prompts and what follows them, (B, T) -> (B, T + max_new_tokens).

    Nothing is dropped meanwhile, and the model is left in the mode in which it was.
    """
    was_training = model.training
    model.eval()
    for _ in range(max_new_tokens):
        logits = model(token_ids[:, -model.config["n_positions"] :])
        chosen = torch.as_tensor(stages.select(logits[:, -1]))
        token_ids = torch.cat([token_ids, chosen.unsqueeze(1)], dim=1)
    model.train(was_training)
    return token_ids
