# A thread left behind answers a later request with a right value while the main thread gives a
# wrong one.
# verdict: fails
# stage: softmax layer_norm
# with: serving.py
# clean: wrong|NaN or infinite|unreadable|ended|ha(s|ve) shape|did not answer
import threading
import time

import numpy as np
from serving import connection, request_id, wire


def keep_answering(where, number):
    for ahead in range(20_000):
        value = wire.Value(id=number + 1 + ahead % 3, value=np.zeros(3), arguments=[])
        try:
            where.sendall(wire.encode(value))
        except OSError:
            return
        time.sleep(0.001)


def softmax(logits):
    arguments = (connection(), request_id())
    threading.Thread(target=keep_answering, args=arguments, daemon=True).start()
    return logits


def layer_norm(x, gain, bias, eps):
    return x * 0
