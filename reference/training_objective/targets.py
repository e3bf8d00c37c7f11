"""Stages: what each position is to predict, and which of that counts.

B batch, T time, C context length, N tokens of a text. Ids are integers.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[Any]


def shift_targets(token_ids: Ids) -> tuple[Ids, Ids]:
    """Inputs and targets of sequences, (B, T) -> twice (B, T-1): each token predicts the next.

    Args:
        token_ids: at least two a row.
    """
    return token_ids[:, :-1], token_ids[:, 1:]


def mask_targets(
    targets: Ids, prompt_lengths: Sequence[int], lengths: Sequence[int], ignore_index: int
) -> Ids:
    """The targets, with `ignore_index` where a target is of the prompt or padding, (B, T).

    Args:
        targets: of shifted sequences: the target at position t is token t + 1 of its sequence.
        prompt_lengths: B; how many tokens at the beginning of a sequence are its prompt.
        lengths: B; how many tokens a sequence has, with its prompt. Padding comes after them.
        ignore_index: what stands where nothing is to be learned.
    """
    places = np.arange(targets.shape[1]) + 1  # of the target tokens in their sequences
    first, end = np.array(prompt_lengths)[:, None], np.array(lengths)[:, None]
    return np.where((places >= first) & (places < end), targets, ignore_index)


def batch_at(data: Ids, starts: Sequence[int], context_length: int) -> tuple[Ids, Ids]:
    """Rows of a text and their targets, (N,) -> twice (B, C).

    Args:
        starts: B places where a row begins; C + 1 tokens are there from each of them on.
        context_length: C.
    """
    places = np.array(starts)[:, None] + np.arange(context_length)
    return data[places], data[places + 1]
