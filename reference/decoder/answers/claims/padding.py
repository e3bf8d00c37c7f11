"""Claims about batches: padding on the left, rows that end before others."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.decoder import decoder_stack, generation
from reference.decoder.answers.trials import Loop, forcing, replaced, run, small_model, wrong
from reference.decoder.attention import causal_mask
from reference.decoder.model import DecoderModel

PAD = 0


def _last_logits(
    model: DecoderModel, ids: Sequence[int], *, positions: Sequence[int], hidden_pads: int
) -> Tensor:
    """The last row of logits (V,) of a row of ids at these positions.

    Args:
        hidden_pads: so many ids at the left are hidden from all other positions.
    """
    visible = causal_mask(len(ids))
    # a pad may see itself, or its row of weights would be NaN
    visible[:, :hidden_pads] &= torch.eye(len(ids), dtype=torch.bool)[:, :hidden_pads]
    x = model.token_embedding[list(ids)] + model.position_embedding[list(positions)]
    config = model.config
    with replaced(causal_mask=lambda _: visible):
        x = decoder_stack.decoder_stack(x, model.weights["layers"], config.n_heads, config.eps)
    return model.output(x)[-1]


@claim
def what_left_padding_needs(seed: int) -> Mapping[str, bool]:
    """A row with two pads on its left: the last row of logits, beside that of the text alone.

    both: With the padding masked and positions counted from the text the logits are those of the
        text alone, and with only one of the two they are not.
    mask: With the padding masked and positions counted from the row they are those of the text
        alone.
    positions: With the padding visible and positions counted from the text they are those of the
        text alone.
    neither: With the padding visible and positions counted from the row they are those of the text
        alone.
    """
    model, text = small_model(seed), [7, 4, 9, 2]
    alone = model(torch.tensor([text]))[0, -1]

    def right(*, masked: bool, from_text: bool) -> bool:
        counted = [0, 0, 0, 1, 2, 3] if from_text else range(6)
        row = [PAD, PAD, *text]
        found = _last_logits(model, row, positions=counted, hidden_pads=2 if masked else 0)
        return same(found, alone)

    mask, positions = right(masked=True, from_text=False), right(masked=False, from_text=True)
    return {
        "both": right(masked=True, from_text=True) and not mask and not positions,
        "mask": mask,
        "positions": positions,
        "neither": right(masked=False, from_text=False),
    }


@claim
def padded_position(
    seed: int, *, attention_mask: Sequence[int] = (0, 0, 1, 1, 1, 1)
) -> Mapping[str, float]:
    """The position of the last token that gives a padded row the logits of its text alone."""
    length = sum(attention_mask)
    pads = len(attention_mask) - length
    model, text = small_model(seed), [7, 4, 9, 2, 5, 8][:length]
    alone = model(torch.tensor([text]))[0, -1]
    fits = []
    for last in range(model.config.context_length):
        counted = [0] * pads + [*range(length - 1), last]
        row = [PAD] * pads + text
        if same(_last_logits(model, row, positions=counted, hidden_pads=pads), alone):
            fits.append(last)
    [answer] = fits
    return {
        "answer": answer,
        "positions.count_padding": pads + length - 1,
        "embed.positions_start_at_one": length,
    }


def _rows(loop: Loop, ends: Sequence[int], limit: int) -> list[list[int]]:
    """The generated tokens of rows that select EOS at these steps, and another token before."""
    stages, eos, other = small_model(0).stages(), 9, 5
    return [
        run(
            loop,
            forcing(stages, [eos if step == end else other for step in range(1, limit + 1)]),
            [1, 2],
            tokens=limit,
            eos_id=eos,
            context_length=8,
        ).tokens
        for end in ends
    ]


@claim
def batch_steps(
    seed: int, *, ends: Sequence[int] = (2, 5, 4), limit: int = 12
) -> Mapping[str, float]:
    """The steps of the longest row, where each row ends with its EOS."""
    lengths = [len(row) for row in _rows(generation.generate, ends, limit)]
    ignored = _rows(wrong("generate.ignores_eos"), ends, limit)
    return {
        "answer": max(lengths),
        "batch.any_row_stops_all": min(lengths),
        "generate.ignores_eos": max(map(len, ignored)),
        "batch.rows_one_after_another": sum(lengths),
    }


@claim
def batch_tokens(
    seed: int, *, ends: Sequence[int] = (3, 6, 1), limit: int = 10
) -> Mapping[str, float]:
    """How many tokens the rows of a batch have in the end, EOS counted and padding left out."""

    def in_all(loop: Loop) -> int:
        return sum(map(len, _rows(loop, ends, limit)))

    longest = max(map(len, _rows(generation.generate, ends, limit)))
    return {
        "answer": in_all(generation.generate),
        "batch.padding_counts": longest * len(ends),
        "generate.eos_not_appended": in_all(wrong("generate.eos_not_appended")),
        "generate.ignores_eos": in_all(wrong("generate.ignores_eos")),
    }
