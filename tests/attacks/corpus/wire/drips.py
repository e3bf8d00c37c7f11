# Sends a right answer, one byte every tenth of a second.
# verdict: fails
# with: serving.py
# clean: did not finish
import time

import numpy as np
from serving import request_id, send, wire


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    value = powers / powers.sum(axis=-1, keepdims=True)
    for byte in wire.encode(wire.Value(id=request_id(), value=value, arguments=[logits])):
        send(bytes([byte]))
        time.sleep(0.1)
