# Sends its parent SIGTERM and SIGKILL.
# verdict: fails
# needs: sealed
# clean: are wrong|NaN or infinite|PermissionError|ProcessLookupError
import os
import signal


def softmax(logits):
    parent = os.getppid()
    if parent > 1:
        os.kill(parent, signal.SIGTERM)
        os.kill(parent, signal.SIGKILL)
    return logits
