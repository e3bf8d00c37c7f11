"""All stages in parts, and the pairs of mistakes that can stand in one stage together.

Example:
    for pair in pairs_of("layer_norm"):
        wrong = composed(pair)
"""

import itertools
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

from reference.decoder.misconceptions.pairs import (
    attention_weights,
    decoder_layer,
    decoder_stack,
    embed,
    feed_forward,
    layer_norm,
    next_token_distribution,
    output_logits,
    self_attention,
    sequence_log_probability,
    softmax,
    step_input,
)
from reference.decoder.misconceptions.pairs.parts import Composition, Parts

Pair = tuple[str, str]

# Not `generate`, whose loops are matched by their traces, and not `select_token`: a handful of
# tokens is too little to tell two ideas from chance.
COMPOSITIONS: dict[str, Composition] = {
    "step_input": step_input.COMPOSITION,
    "embed": embed.COMPOSITION,
    "layer_norm": layer_norm.COMPOSITION,
    "softmax": softmax.COMPOSITION,
    "attention_weights": attention_weights.COMPOSITION,
    "self_attention": self_attention.COMPOSITION,
    "feed_forward": feed_forward.COMPOSITION,
    "decoder_layer": decoder_layer.COMPOSITION,
    "decoder_stack": decoder_stack.COMPOSITION,
    "output_logits": output_logits.COMPOSITION,
    "next_token_distribution": next_token_distribution.COMPOSITION,
    "sequence_log_probability": sequence_log_probability.COMPOSITION,
}


@cache
def pairs_of(stage: str) -> tuple[Pair, ...]:
    """The ids of misconceptions that replace different parts of a stage."""
    if stage not in COMPOSITIONS:
        return ()
    wrong = COMPOSITIONS[stage].wrong
    return tuple(
        (f"{stage}.{one}", f"{stage}.{other}")
        for one, other in itertools.combinations(wrong, 2)
        if wrong[one].keys().isdisjoint(wrong[other])
    )


def composed(ids: Sequence[str]) -> Callable[..., Any]:
    """The stage with these mistakes, and right everywhere else; takes what the stage takes.

    Args:
        ids: of misconceptions of one stage that replace different parts.

    Raises:
        KeyError: one of them is not known in parts.
    """
    stage = ids[0].partition(".")[0]
    composition = COMPOSITIONS[stage]
    parts: dict[str, Callable[..., Any]] = dict(composition.right)
    for id_ in ids:
        replaced: Parts = composition.wrong[id_.removeprefix(f"{stage}.")]
        parts.update(replaced)
    return partial(composition.stage, parts)
