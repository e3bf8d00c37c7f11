"""What people get wrong about rotary positions."""

import torch
from torch import Tensor

from grader.subject.misconception import equivalent, misconception
from reference.llama.misconceptions.rotation_parts import wrong
from reference.llama.rotation import rotate, turns


@misconception(
    replaces=rotate,
    says="An entry is paired with its neighbour: 0 with 1, 2 with 3, and so on.",
    hint=(
        "Rotate (1, 0, 0, 0) at position 1. Which two entries change, and which does the "
        "handout pair?"
    ),
    questions=["llama-family.rotate-entry", "llama-family.pairing-is-a-convention"],
    differs_only="with a head wider than 2",
)
def neighbours_paired(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("neighbours_paired", x, positions, base)


@misconception(
    replaces=rotate,
    says="Neighbours are paired, and what comes of them is written into the two halves.",
    hint="Rotate at position 0. Does anything move, and should it?",
    questions=["llama-family.rotate-entry", "llama-family.pairing-is-a-convention"],
    differs_only="with a head wider than 2",
)
def pairs_written_in_halves(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("pairs_written_in_halves", x, positions, base)


@misconception(
    replaces=rotate,
    says="The pairs turn the other way round: the minus stands in the second half.",
    hint="Turn the pair (1, 0) by 90 degrees counterclockwise. Is the second entry 1 or -1?",
    questions=["llama-family.rotate-entry"],
    differs_only="away from position 0",
)
def turned_backwards(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("turned_backwards", x, positions, base)


@misconception(
    replaces=rotate,
    says="Sine and cosine have changed places.",
    hint="What should the rotation do at position 0, and what does yours?",
    questions=["llama-family.rotate-entry"],
)
def sine_for_cosine(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("sine_for_cosine", x, positions, base)


@misconception(
    replaces=rotate,
    says="Both halves are sums; no sign is needed.",
    hint="Is the length of a pair the same before and after?",
    questions=["llama-family.length-of-a-rotated-vector"],
    differs_only="away from position 0",
)
def minus_missing(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("minus_missing", x, positions, base)


@misconception(
    replaces=rotate,
    says="Each entry is multiplied by its cosine, and nothing else is needed.",
    hint="Is the length of a pair the same before and after?",
    questions=["llama-family.length-of-a-rotated-vector"],
    differs_only="away from position 0",
)
def cosine_alone(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("cosine_alone", x, positions, base)


@misconception(
    replaces=rotate,
    says="The first half is rotated, and the second half stays as it was.",
    hint="Is the length of a pair the same before and after?",
    questions=["llama-family.length-of-a-rotated-vector"],
    differs_only="away from position 0",
)
def second_half_as_it_was(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("second_half_as_it_was", x, positions, base)


@misconception(
    replaces=rotate,
    says="The first half is overwritten before the second one is computed from it.",
    hint="Which values do you multiply by the sine in your second line: old ones or new ones?",
    questions=["llama-family.length-of-a-rotated-vector"],
    differs_only="away from position 0",
)
def first_half_overwritten(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("first_half_overwritten", x, positions, base)


@misconception(
    replaces=rotate,
    says="Sines and cosines of the position are added to the vector.",
    hint="Rotate a vector of zeros. What should come out?",
    questions=["llama-family.length-of-a-rotated-vector", "llama-family.where-positions-enter"],
)
def waves_added(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("waves_added", x, positions, base)


@misconception(
    replaces=rotate,
    says="I count the positions myself, 0, 1, 2, ..., whichever positions are given.",
    hint="Hand in one token at position 3. Does it turn at all?",
    questions=["llama-family.positions-with-a-gap"],
    differs_only="where the positions are not 0, 1, 2, ...",
)
def positions_ignored(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("positions_ignored", x, positions, base)


@misconception(
    replaces=rotate,
    says="Positions count from 1, so I add 1 to each.",
    hint="What should the rotation do at position 0, and what does yours?",
    questions=["llama-family.shifted-positions"],
)
def positions_start_at_one(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("positions_start_at_one", x, positions, base)


@misconception(
    replaces=rotate,
    says="Positions count from the first token of the row, so I subtract that one's.",
    hint="Hand in one token at position 3. Does it turn at all?",
    questions=["llama-family.positions-with-a-gap", "llama-family.shifted-positions"],
    differs_only="where the first position is not 0",
)
def positions_from_first(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("positions_from_first", x, positions, base)


@misconception(
    replaces=rotate,
    says="The last token has the first of the given positions.",
    hint="Print the position with which you turn the first token. Is it the first of the row?",
    questions=["llama-family.positions-with-a-gap"],
    differs_only="with more than one token",
)
def positions_reversed(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("positions_reversed", x, positions, base)


@misconception(
    replaces=rotate,
    says="The positions of the first row serve the whole batch.",
    hint="Give two rows the same vectors at different positions. Do the results differ?",
    questions=["llama-family.rows-and-heads"],
    differs_only="where rows have different positions",
)
def one_row_for_all(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("one_row_for_all", x, positions, base)


@misconception(
    replaces=rotate,
    says="All tokens turn by the position of the last one.",
    hint="Give two tokens the same vector. Do their results differ?",
    questions=["llama-family.positions-with-a-gap"],
    differs_only="with more than one token",
)
def last_position_for_all(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("last_position_for_all", x, positions, base)


@misconception(
    replaces=rotate,
    says="The angles (B, T, D/2) can be multiplied with (B, n, T, D) as they are.",
    hint=(
        "Write both shapes below each other, ends aligned. Which axis meets the batch of the "
        "angles?"
    ),
    questions=["llama-family.rows-and-heads"],
    differs_only="with as many rows as heads",
)
def rows_taken_for_heads(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("rows_taken_for_heads", x, positions, base)


@misconception(
    replaces=rotate,
    says="The position of a vector is the number of its head.",
    hint="Which axis of (B, n, T, D) counts the tokens?",
    questions=["llama-family.rows-and-heads"],
)
def heads_as_positions(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("heads_as_positions", x, positions, base)


@misconception(
    replaces=rotate,
    says="The position of a vector is the number of its row in the batch.",
    hint="Which axis of (B, n, T, D) counts the tokens?",
    questions=["llama-family.rows-and-heads"],
)
def rows_as_positions(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("rows_as_positions", x, positions, base)


@misconception(
    replaces=rotate,
    says="The exponent of pair i is -i/D.",
    hint="With D = 4, by which angle does the second pair turn at position 1?",
    questions=["llama-family.angle-of-a-pair"],
    differs_only="with a head wider than 2",
)
def exponent_not_doubled(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("exponent_not_doubled", x, positions, base)


@misconception(
    replaces=rotate,
    says="The exponent of pair i is -4i/D, as when even numbers are doubled once more.",
    hint="With D = 4, by which angle does the second pair turn at position 1?",
    questions=["llama-family.angle-of-a-pair"],
    differs_only="with a head wider than 2",
)
def exponent_doubled_twice(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("exponent_doubled_twice", x, positions, base)


@misconception(
    replaces=rotate,
    says="The first pair already has the exponent -2/D.",
    hint="At position 1, by which angle does the first pair turn?",
    questions=["llama-family.angle-of-a-pair"],
)
def exponent_from_one(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("exponent_from_one", x, positions, base)


@misconception(
    replaces=rotate,
    says="The exponent has no minus: later pairs turn faster.",
    hint="Which pair turns slowest: the first or the last?",
    questions=["llama-family.angle-of-a-pair"],
    differs_only="with a head wider than 2",
)
def exponent_positive(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("exponent_positive", x, positions, base)


@misconception(
    replaces=rotate,
    says="The exponent is divided by the width of all heads together.",
    hint="Rotate one head alone and among others. Should it turn by other angles?",
    questions=["llama-family.angle-of-a-pair"],
    differs_only="with more than one head",
)
def exponent_by_all_heads(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("exponent_by_all_heads", x, positions, base)


@misconception(
    replaces=rotate,
    says="All pairs turn by the same angle, the position.",
    hint="With D = 4, by which angle does the second pair turn at position 1?",
    questions=["llama-family.angle-of-a-pair"],
    differs_only="with a head wider than 2",
)
def one_speed(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("one_speed", x, positions, base)


@misconception(
    replaces=rotate,
    says="The base is 10 000, whichever base is given.",
    hint="Call your function with a base of 100 and of 10 000. Do the results differ?",
    questions=["llama-family.angle-of-a-pair"],
    differs_only="where another base is given",
)
def base_fixed(x: Tensor, positions: Tensor, base: float) -> Tensor:
    return wrong("base_fixed", x, positions, base)


@misconception(
    replaces=rotate,
    says="I rotate in place and change the caller's array.",
    hint="Print the input before and after the call. Are they the same?",
    questions=["llama-family.what-is-rotated"],
    differs_only="in the input after the call",
)
def changes_its_input(x: Tensor, positions: Tensor, base: float) -> Tensor:
    result = rotate(x, positions, base)
    x.copy_(result)
    return result


@equivalent(replaces=rotate, says="Pairs are complex numbers, multiplied by numbers of length 1.")
def complex_numbers(x: Tensor, positions: Tensor, base: float) -> Tensor:
    pairs = torch.complex(*x.double().chunk(2, dim=-1))  # (B, n, T, D/2)
    angles = turns(positions, pairs.shape[-1], base)[:, None]
    turned = pairs * torch.polar(torch.ones_like(angles), angles)
    return torch.cat([turned.real, turned.imag], dim=-1).to(x.dtype)


@equivalent(replaces=rotate, says="The halves change places and one its sign, as in `rotate_half`.")
def rotate_half(x: Tensor, positions: Tensor, base: float) -> Tensor:
    angles = turns(positions, x.shape[-1] // 2, base)[:, None].repeat(1, 1, 1, 2).to(x.dtype)
    first, second = x.chunk(2, dim=-1)
    return x * angles.cos() + torch.cat([-second, first], dim=-1) * angles.sin()


@equivalent(replaces=rotate, says="Sines and cosines come out of a table with a row a position.")
def from_a_table(x: Tensor, positions: Tensor, base: float) -> Tensor:
    table = turns(torch.arange(int(positions.max()) + 1), x.shape[-1] // 2, base).to(x.dtype)
    cos, sin = table.cos()[positions][:, None], table.sin()[positions][:, None]
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cos - second * sin, first * sin + second * cos], dim=-1)


@equivalent(replaces=rotate, says="Each token has a matrix of rotation.")
def by_matrices(x: Tensor, positions: Tensor, base: float) -> Tensor:
    angles = turns(positions, x.shape[-1] // 2, base).to(x.dtype)
    cos, sin = torch.diag_embed(angles.cos()), torch.diag_embed(angles.sin())
    above, below = torch.cat([cos, -sin], dim=-1), torch.cat([sin, cos], dim=-1)
    matrices = torch.cat([above, below], dim=-2)  # (B, T, D, D)
    return torch.einsum("btij,bntj->bnti", matrices, x)


@equivalent(replaces=rotate, says="The angles are computed in float32.")
def angles_in_single_precision(x: Tensor, positions: Tensor, base: float) -> Tensor:
    half = x.shape[-1] // 2
    speeds = 1.0 / base ** (torch.arange(half, dtype=torch.float32) / half)
    angles = (positions[:, None, :, None].float() * speeds).to(x.dtype)
    first, second = x.chunk(2, dim=-1)
    cos, sin = angles.cos(), angles.sin()
    return torch.cat([first * cos - second * sin, first * sin + second * cos], dim=-1)
