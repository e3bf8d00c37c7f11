# Leaves a process behind in a session of its own, which writes to /tmp after the verdict.
# verdict: fails
# needs: sealed
# clean: PermissionError|BlockingIOError
import os
import time


def softmax(logits):
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        os.closerange(3, 64)
        time.sleep(6)
        with open("/tmp/hostile-mark-daemon", "w") as file:
            file.write("still here")
        os._exit(0)
    raise RuntimeError("a daemon was started")
