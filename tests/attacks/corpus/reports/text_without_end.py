# Raises an exception whose text is still being made when the time is up.
# verdict: fails
# clean: did not finish
import time


class Endless(Exception):
    def __str__(self):
        time.sleep(30)
        return "late"


def softmax(logits):
    raise Endless
