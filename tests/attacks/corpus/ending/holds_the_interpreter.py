# Sits in one C call that never gives the interpreter lock back (about a minute of backtracking).
# verdict: fails
# clean: did not finish|used up
import re


def softmax(logits):
    re.match(r"(a+)+$", "a" * 30 + "b")
    return logits
