# A thread prints the input some time after the answer, when another check may be running.
# verdict: fails
import threading
import time

import numpy as np


def later(text):
    for _ in range(100):
        time.sleep(0.02)
        print("LATE", text, flush=True)


def softmax(logits):
    threading.Thread(target=later, args=(logits.tolist(),), daemon=True).start()
    return np.zeros_like(logits)


def attention_weights(queries, keys):
    time.sleep(0.1)
    return queries
