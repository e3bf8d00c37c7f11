# Answers every call of every function with the same value of a kind that nobody expects.
# verdict: fails
# stage: every
# variants: none booleans integers ragged_lists nested_lists deep_lists text dicts huge_integers
# variants: infinities scalars empty_arrays wide_arrays long_lists long_integer_arrays many_axes
# variants: half_precision mixed_lists zero_axes
import numpy as np

VARIANT = "none"


def nested(depth):
    return [nested(depth - 1)] if depth else []


VALUES = {
    "none": None,
    "booleans": np.zeros((2, 3, 7, 7), bool),
    "integers": np.zeros((2, 3, 7, 7), int),
    "ragged_lists": [[1], [2, 3], []],
    "nested_lists": np.zeros((2, 3, 7, 7)).tolist(),
    "deep_lists": nested(200),
    "text": "\x1b[2J=1+1 \u202e" * 50,
    "dicts": {"a": {"b": np.zeros(3)}, "\x1b[2J": 1},
    "huge_integers": 2**63,
    "infinities": float("inf"),
    "scalars": np.float32(0.5),
    "empty_arrays": np.zeros((0, 7, 0, 24)),
    "wide_arrays": np.zeros(1_000_000),
    "long_lists": list(range(100_000)),
    "long_integer_arrays": np.arange(400_000),
    "many_axes": np.zeros((1,) * 32, np.float32),
    "half_precision": np.zeros((2, 3, 7, 7), np.float16),
    "mixed_lists": [np.zeros(3), None, "x", 1.5, [np.ones(2)]],
    "zero_axes": np.zeros((2, 3, 0, 7), np.float32),
}


def answer(*arguments):
    return VALUES[VARIANT]


step_input = embed = layer_norm = softmax = attention_weights = self_attention = answer
feed_forward = decoder_layer = decoder_stack = output_logits = next_token_distribution = answer
select_token = sequence_log_probability = generate = answer
