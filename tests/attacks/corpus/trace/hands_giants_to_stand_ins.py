# Has the grader compute attention over 2,000 positions through the stand-ins of inner stages,
# and keep many large results.
# verdict: fails
# stage: self_attention
# clean: TAKEN \[\]
import numpy as np


def softmax(logits):
    return logits


def attention_weights(queries, keys):
    return queries


def self_attention(x, weights, n_heads):
    taken = []
    heads = np.ones((1, 1, 2000, 8), np.float32)
    if attention_weights(heads, heads).shape[-1] == 2000:
        taken.append("attention_weights")
    rows = np.ones((1000, 1000), np.float32)
    for number in range(8):
        rows[0, 0] = number
        if abs(softmax(rows)[1].sum() - 1) < 1e-3:
            taken.append("softmax")
    raise RuntimeError(f"TAKEN {taken}")
