# Stops itself: a stopped process neither answers nor ends by itself.
# verdict: fails
# clean: did not finish|raised
import os
import signal
import time


def softmax(logits):
    os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(30)
    return logits
