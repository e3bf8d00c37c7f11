# Sends a right answer, one byte every tenth of a second.
# verdict: fails
# with: serving.py
# clean: did not finish
import time

import numpy as np

from grader.sandbox.child import wire
from serving import request_id, send


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    value = powers / powers.sum(axis=-1, keepdims=True)
    for byte in wire.encode(wire.Value(id=request_id(), value=value, arguments=[logits])):
        send(bytes([byte]))
        time.sleep(0.1)
