# Announces a structure of 4 GB, or arrays of an exabyte, and sends two bytes of it.
# verdict: fails
# stage: softmax layer_norm
# with: serving.py
# clean: sent something unreadable instead
from serving import send_and_leave, wire


def softmax(logits):
    send_and_leave(wire.HEADER.pack(wire.MAGIC, 2, 2**60) + b"{}")


def layer_norm(x, gain, bias, eps):
    send_and_leave(wire.HEADER.pack(wire.MAGIC, 2**32 - 1, 0) + b"{}")
