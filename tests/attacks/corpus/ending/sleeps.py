# Sleeps for half a minute, which no limit of processor time sees.
# verdict: fails
# clean: did not finish
import time


def softmax(logits):
    time.sleep(30)
    return logits
