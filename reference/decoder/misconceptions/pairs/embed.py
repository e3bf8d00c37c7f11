"""The embedding in parts: the ids, the token vectors, the positions, and how they meet.

B batch, T time, C context length, V vocabulary, d width.
"""

import math

import torch
from torch import Tensor

from grader.subject.composition import Composition, Parts, as_is
from reference.decoder.misconceptions.embedding import positions_sinusoidal


def in_parts(
    part: Parts, token_ids: Tensor, token_embedding: Tensor, position_embedding: Tensor
) -> Tensor:
    table = part["scale"](token_embedding)
    tokens = part["pad"](table[part["ids"](token_ids) % len(table)], token_ids)
    positions = part["positions"](token_ids, part["times"](position_embedding))
    result: Tensor = part["meet"](tokens, positions)
    return result


def _counted(token_ids: Tensor, position_embedding: Tensor) -> Tensor:
    return position_embedding[torch.arange(token_ids.shape[-1])]


def _sinusoidal(token_ids: Tensor, position_embedding: Tensor) -> Tensor:
    no_tokens = torch.zeros_like(position_embedding[:1])
    return positions_sinusoidal(torch.zeros_like(token_ids), no_tokens, position_embedding)


def _side_by_side(tokens: Tensor, positions: Tensor) -> Tensor:
    return torch.cat([tokens, positions.expand_as(tokens)], dim=-1)


COMPOSITION = Composition(
    in_parts,
    right={
        "ids": as_is,
        "scale": as_is,
        "pad": as_is,
        "positions": _counted,
        "times": as_is,
        "meet": torch.add,
    },
    wrong={
        "id_off_by_one": {"ids": lambda ids: ids + 1},
        "ids_start_at_one": {"ids": lambda ids: ids - 1},
        "pad_is_zero": {"pad": lambda tokens, ids: tokens * (ids != 0).unsqueeze(-1)},
        "scaled_by_root_d": {"scale": lambda table: table * math.sqrt(table.shape[-1])},
        "no_positions": {"meet": as_is, "positions": _counted, "times": as_is},
        "positions_all_zero": {"positions": lambda ids, table: table[0]},
        "positions_from_batch": {
            "positions": lambda ids, table: table[torch.arange(len(ids))].unsqueeze(1)
        },
        "positions_start_at_one": {
            "positions": lambda ids, table: table[torch.arange(ids.shape[-1]) + 1]
        },
        "last_positions": {"positions": lambda ids, table: table[-ids.shape[-1] :]},
        "positions_reversed": {"positions": lambda ids, table: _counted(ids, table).flip(0)},
        "positions_twice": {"times": lambda table: 2 * table},
        "multiplies_positions": {"meet": torch.mul},
        "positions_concatenated": {"meet": _side_by_side},
        "positions_sinusoidal": {"positions": _sinusoidal, "times": as_is},
    },
)
