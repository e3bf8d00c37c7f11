# Asks without end and never reads an answer, so that both directions fill up.
# verdict: fails
# with: serving.py
# clean: did not finish|unreadable|went on|too many|goes on|did not answer
import itertools
import time

from serving import send, wire


def softmax(logits):
    end = time.monotonic() + 30
    for number in itertools.count(1):
        send(wire.encode(wire.Ask(id=number, name="softmax", arguments=[logits])))
        if time.monotonic() > end:
            return logits
