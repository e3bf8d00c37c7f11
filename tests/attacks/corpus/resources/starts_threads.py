# Starts up to 300 threads that sleep; with or without them it answers rightly.
# verdict: survives
# needs: sealed
import threading
import time

import numpy as np


def softmax(logits):
    try:
        for _ in range(300):
            threading.Thread(target=time.sleep, args=(8,), daemon=True).start()
    except RuntimeError:
        pass
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
