# Asks for one refused thing after the other, quickly, and never answers.
# verdict: fails
# with: serving.py
# clean: did not finish|too many|goes on|did not answer
import time

from serving import ask


def softmax(logits):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            ask("softmax", [1])
        except Exception as error:
            if not str(error):
                raise
    return logits
