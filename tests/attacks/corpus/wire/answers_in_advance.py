# Answers the next hundred requests before they are made, whatever they may ask.
# verdict: fails
# stage: softmax layer_norm
# with: serving.py
# clean: wrong|NaN or infinite|unreadable|did not answer
from serving import request_id, send, wire


def softmax(logits):
    for ahead in range(1, 100):
        value = wire.Value(id=request_id() + ahead, value=logits, arguments=[logits])
        send(wire.encode(value))
    return logits


def layer_norm(x, gain, bias, eps):
    return x * 0
