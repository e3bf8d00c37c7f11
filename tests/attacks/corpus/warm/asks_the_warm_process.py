# Sends the requests that the grader sends to the warm process, to every descriptor that takes them,
# with descriptors of its own.
# verdict: fails
# clean: unreadable|ended the whole process|SENT \[\]
import os
import socket

import msgspec

REQUESTS = (
    {"type": "fork", "cpu_seconds": 10**6, "memory_megabytes": 10**6},
    {"type": "end", "pid": 1},
    {"type": "end", "pid": os.getppid()},
)


def softmax(logits):
    sent = []
    for descriptor in range(4096):
        if descriptor in (1, 2):
            continue
        try:
            with socket.socket(fileno=os.dup(descriptor)) as connection:
                for request in REQUESTS:
                    data = msgspec.msgpack.encode(request)
                    socket.send_fds(connection, [data], [0, 1])
        except OSError:
            continue
        sent.append(descriptor)
    if sent:
        os._exit(0)
    raise RuntimeError("SENT []")
