# Ends its process in each call, and hopes to find what it left when it is started again.
# verdict: fails
# needs: sealed
# clean: ended the whole process \(exit code 0\)|PermissionError
import os

PATH = "/tmp/hostile-mark-state"
STARTS = 0
try:
    with open(PATH) as file:
        STARTS = len(file.read())
except OSError:
    pass


def softmax(logits):
    if STARTS:
        raise RuntimeError(f"STATE {STARTS}")
    with open(PATH, "a") as file:
        file.write("x")
    os._exit(0)
