# Gives two answers to each request: a wrong one, then one that is right.
# verdict: fails
# with: serving.py
# clean: wrong|unreadable|did not answer
import numpy as np
from serving import request_id, send, wire


def softmax(logits):
    send(wire.encode(wire.Value(id=request_id(), value=logits, arguments=[logits])))
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
