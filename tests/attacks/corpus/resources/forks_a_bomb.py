# Forks up to 120 children; each ends itself after 15 seconds.
# verdict: fails
# needs: sealed
# clean: PermissionError|BlockingIOError
import os
import time


def softmax(logits):
    for _ in range(120):
        if os.fork() == 0:
            time.sleep(15)
            os._exit(0)
    raise RuntimeError("forked 120 times")
