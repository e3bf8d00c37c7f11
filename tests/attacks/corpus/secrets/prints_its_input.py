# Right, but prints its input in each call, by every way of printing.
# verdict: passes
import os
import sys

import numpy as np


def softmax(logits):
    print("INPUT", logits.tolist())
    print("INPUT", logits.tolist(), file=sys.stderr, flush=True)
    os.write(1, repr(logits.tolist()).encode())
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
