# Sends half of a message and falls silent.
# verdict: fails
# with: serving.py
# clean: did not finish
import time

from serving import request_id, send, wire


def softmax(logits):
    message = wire.encode(wire.Value(id=request_id(), value=logits, arguments=[logits]))
    send(message[: len(message) // 2])
    time.sleep(30)
