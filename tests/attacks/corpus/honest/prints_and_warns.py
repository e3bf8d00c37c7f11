# Not an attack: print debugging, progress, logging and warnings.
# verdict: passes
import logging
import sys
import warnings

import numpy as np

logging.basicConfig(level=logging.DEBUG)


def softmax(logits):
    print("logits", logits.shape, logits)
    print("...", end="\r", file=sys.stderr)
    logging.debug("shape %s", logits.shape)
    warnings.warn("my own warning", DeprecationWarning, stacklevel=2)
    np.float32(1) / np.float32(0)
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
