"""The stages in parts, for the pairs of mistakes that can stand in one stage together."""

from grader.subject.composition import Composition
from reference.decoder.misconceptions.pairs import generate
from reference.llama.misconceptions import (
    gated_parts,
    grouped_parts,
    norm_parts,
    rotation_parts,
)

COMPOSITIONS: dict[str, Composition] = {
    stage: Composition(parts.in_parts, parts.RIGHT, parts.WRONG)
    for stage, parts in (
        ("rms_norm", norm_parts),
        ("rotate", rotation_parts),
        ("grouped_attention", grouped_parts),
        ("swiglu", gated_parts),
    )
} | {"generate": generate.COMPOSITION}
