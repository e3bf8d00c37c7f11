"""The functions that students write, by name, each after those that it may use."""

from collections.abc import Callable
from typing import Any

from reference.kv_cache.attention import cached_attention
from reference.kv_cache.batches import batch_prefill, truncate
from reference.kv_cache.generation import generate_cached
from reference.kv_cache.layers import cached_layer, cached_stack
from reference.kv_cache.passes import decode, prefill
from reference.kv_cache.positions import position_ids, visible

FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        visible,
        position_ids,
        cached_attention,
        cached_layer,
        cached_stack,
        prefill,
        decode,
        generate_cached,
        truncate,
        batch_prefill,
    )
}
