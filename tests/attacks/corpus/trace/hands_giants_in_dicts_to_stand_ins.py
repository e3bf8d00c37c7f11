# Has the grader compute with giants through the stand-ins of inner stages: inside of dicts, or so
# that each argument is small and the result is not.
# verdict: fails
# stage: decoder_layer
# clean: TAKEN \[\]
import numpy as np


def layer_norm(x, gain, bias, eps):
    return x


def self_attention(x, weights, n_heads):
    return x


def feed_forward(x, weights):
    return x


def decoder_layer(x, weights, n_heads, eps):
    taken = []
    wide = {
        "inner": np.ones((1, 1 << 20), np.float32),
        "inner_bias": np.ones(1, np.float32),
        "outer": np.ones((1 << 20, 1), np.float32),
        "outer_bias": np.ones(1, np.float32),
    }
    if feed_forward(np.ones((512, 1), np.float32), wide)[0, 0] != 1:
        taken.append("a dict")
    long = layer_norm(
        np.ones((512, 512, 1), np.float32), np.ones((512,), np.float32), np.ones(512), 1e-5
    )
    if long.shape[-1] == 512:
        taken.append("a result")
    flat = np.ones((512, 512, 1), np.float32)
    small = {name: np.ones((1, 1), np.float32) for name in ("query", "key", "value", "output")}
    small |= {f"{name}_bias": np.ones(1, np.float32) for name in small}
    if self_attention(flat, small, 1)[0, 0, 0] != 1:
        taken.append("scores")
    raise RuntimeError(f"TAKEN {taken}")
