# Ends its process with exit code 0 while it is imported, as if all were well; what it defines below
# is graded all the same.
# verdict: fails
# clean: are wrong|NaN or infinite
import os

os._exit(0)


def softmax(logits):
    return logits
