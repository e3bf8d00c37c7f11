# Right, but prints 16 MB in each call.
# verdict: passes
import sys

import numpy as np


def softmax(logits):
    for _ in range(256):
        sys.stdout.write("A" * 65535 + "\n")
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
