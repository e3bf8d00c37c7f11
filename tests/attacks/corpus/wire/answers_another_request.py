# Answers requests that were not made: earlier ones, later ones, none, all.
# verdict: fails
# with: serving.py
# clean: unreadable|did not answer
import itertools

from serving import request_id, send_and_leave, wire

OTHERS = itertools.cycle([-1, 1, 1000, -1000, 2**40])


def softmax(logits):
    other = request_id() + next(OTHERS)
    send_and_leave(wire.encode(wire.Value(id=other, value=logits, arguments=[logits])))
