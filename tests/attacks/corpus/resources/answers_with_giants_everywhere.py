# Each function answers each call with as much as may cross: arrays, also as its arguments.
# verdict: fails
# stage: every
# variants: floats bytes pieces arguments
import numpy as np

VARIANT = "floats"
GIANTS = {
    "floats": np.zeros(8 << 20, np.float64),
    "bytes": np.zeros(64 << 20, np.int8).reshape(1 << 13, 1 << 13)[:, :1000],
    "pieces": [np.zeros(1 << 11, np.float64)] * 4000,
    "arguments": np.zeros(1, np.float64),
}


def answer(*arguments):
    if VARIANT == "arguments":
        for argument in arguments:
            if isinstance(argument, dict):
                argument["giant"] = np.zeros(7 << 20, np.float64)
            if isinstance(argument, list):
                argument.append(np.zeros(7 << 20, np.float64))
    return GIANTS[VARIANT]


step_input = embed = layer_norm = softmax = attention_weights = self_attention = answer
feed_forward = decoder_layer = decoder_stack = output_logits = next_token_distribution = answer
select_token = sequence_log_probability = generate = answer
