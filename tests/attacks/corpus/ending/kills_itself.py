# Sends itself SIGKILL, in a namespace where it is process 1 by other means too.
# verdict: fails
# clean: ended the whole process \(SIG(KILL|ABRT|SEGV)
import os
import signal


def softmax(logits):
    try:
        os.kill(os.getpid(), signal.SIGKILL)
        signal.raise_signal(signal.SIGKILL)
    finally:
        os.abort()
