"""The functions that students write, by name, each after those that it may use."""

from collections.abc import Callable
from typing import Any

from reference.decoder.attention import attention_weights, self_attention
from reference.decoder.decoder_layer import decoder_layer
from reference.decoder.decoder_stack import decoder_stack
from reference.decoder.distribution import next_token_distribution
from reference.decoder.embedding import embed
from reference.decoder.feed_forward import feed_forward
from reference.decoder.generation import generate
from reference.decoder.likelihood import sequence_log_probability
from reference.decoder.normalization import layer_norm
from reference.decoder.output import output_logits
from reference.decoder.selection import select_token
from reference.decoder.softmax import softmax
from reference.decoder.step_input import step_input

FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        step_input,
        embed,
        layer_norm,
        softmax,
        attention_weights,
        self_attention,
        feed_forward,
        decoder_layer,
        decoder_stack,
        output_logits,
        next_token_distribution,
        select_token,
        sequence_log_probability,
        generate,
    )
}
