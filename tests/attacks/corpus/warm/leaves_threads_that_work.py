# Answers wrongly and leaves threads that go on computing while the next calls are made.
# verdict: fails
import threading

import numpy as np


def work():
    a = np.ones((400, 400))
    while True:
        a = a @ a / 400


def softmax(logits):
    for _ in range(4):
        threading.Thread(target=work, daemon=True).start()
    return logits
