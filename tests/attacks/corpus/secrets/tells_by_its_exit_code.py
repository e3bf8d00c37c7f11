# Ends its process with an exit code made of its input.
# verdict: fails
# hidden: ^softmax ended the whole process( \(exit code\))?\.?$
import os


def softmax(logits):
    os._exit(int(abs(logits.ravel()[0]) * 100) % 200 + 20)
