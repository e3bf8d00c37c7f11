"""A model that is a table: the newest token alone decides the next-token distribution.

Its paths can be followed with a finger, and the loops of the reference run on it as they are.
"""

import random
from collections.abc import Sequence

import torch
from torch import Tensor

from reference.decoder import selection, softmax
from reference.decoder.generation import Stages

Table = Sequence[Sequence[float]]  # row t: the probabilities after token t


def table_stages(table: Table) -> Stages:
    """What `generate` needs to follow a table greedily."""
    logits = torch.tensor(table, dtype=torch.float64).log()  # (V, V)
    return Stages(
        embed=lambda ids: torch.tensor(ids)[:, None],  # (T, 1)
        layers=(),
        output=lambda hidden: logits[hidden[:, 0]],  # (T, V)
        softmax=softmax.softmax,
        select=selection.select_token,
    )


def random_table(seed: int, size: int = 4) -> list[list[float]]:
    """Positive probabilities whose rows sum to one."""
    draw = torch.Generator().manual_seed(seed)
    logits = 2 * torch.randn(size, size, generator=draw, dtype=torch.float64)
    rows: list[list[float]] = softmax.softmax(logits).tolist()
    return rows


def numbers(seed: int, count: int) -> list[float]:
    """So many numbers in [0, 1), as a generator with this seed gives them."""
    draw = random.Random(seed)  # noqa: S311
    return [draw.random() for _ in range(count)]


def ids_as_text(ids: Sequence[int] | Tensor) -> str:
    """`3 1 4`."""
    return " ".join(str(int(each)) for each in ids)
