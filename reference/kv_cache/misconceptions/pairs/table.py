"""Stages in parts, for the pairs of mistakes that can stand in one stage together."""

from grader.subject.composition import Composition
from reference.kv_cache.misconceptions.pairs import (
    cached_attention,
    cached_layer,
    decode,
    generate_cached,
    prefill,
)

COMPOSITIONS: dict[str, Composition] = {
    "cached_attention": cached_attention.COMPOSITION,
    "cached_layer": cached_layer.COMPOSITION,
    "prefill": prefill.COMPOSITION,
    "decode": decode.COMPOSITION,
    "generate_cached": generate_cached.COMPOSITION,
}
