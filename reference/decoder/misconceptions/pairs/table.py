"""All stages in parts, for the pairs of mistakes that can stand in one stage together."""

from grader.subject.composition import Composition
from reference.decoder.misconceptions.pairs import (
    attention_weights,
    decoder_layer,
    decoder_stack,
    embed,
    feed_forward,
    generate,
    layer_norm,
    next_token_distribution,
    output_logits,
    self_attention,
    sequence_log_probability,
    softmax,
    step_input,
)

# Not `select_token`: a handful of tokens is too little to tell two ideas from chance.
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
    "generate": generate.COMPOSITION,
}
