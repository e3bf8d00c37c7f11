# Sends the messages of the other direction, and those of another moment.
# verdict: fails
# with: serving.py
# clean: unreadable|did not answer
import itertools

from serving import request_id, send_and_leave, wire


def messages(number):
    yield wire.Load(id=number, main="submission", cells=[], modules={})
    yield wire.Call(id=number, function="softmax", arguments=[])
    yield wire.Answer(id=number, value=1)
    yield wire.Refusal(id=number)
    yield wire.Ready(id=number)
    yield wire.Loaded(id=number, framework="\x1b[2J" * 1000, notes=["x" * 10**6])


TURN = itertools.count()


def leave(*arguments):
    turn = next(TURN)
    known = list(messages(request_id()))
    send_and_leave(wire.encode(known[turn % len(known)]))


softmax = layer_norm = embed = feed_forward = leave
