"""The functions that students write, by name, each after those that it may use.

The generation loop is that of every decoder-only model: what its stages compute is no matter to it.
"""

from collections.abc import Callable
from typing import Any

from reference.decoder.generation import generate
from reference.llama.attention_sublayer import llama_attention
from reference.llama.decoder_layer import llama_layer
from reference.llama.decoder_stack import llama_stack
from reference.llama.gated_feed_forward import swiglu
from reference.llama.grouped_attention import grouped_attention
from reference.llama.model import llama_logits
from reference.llama.normalization import rms_norm
from reference.llama.rotation import rotate

FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        rms_norm,
        rotate,
        grouped_attention,
        llama_attention,
        swiglu,
        llama_layer,
        llama_stack,
        llama_logits,
        generate,
    )
}
