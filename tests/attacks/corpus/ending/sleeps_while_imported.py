# Never gets to the end of its import.
# verdict: fails
# clean: did not finish
import time

time.sleep(30)


def softmax(logits):
    return logits
