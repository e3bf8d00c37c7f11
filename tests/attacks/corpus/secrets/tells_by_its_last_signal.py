# Ends its process by a signal that is chosen by its input.
# verdict: fails
# hidden: ^softmax (ended the whole process|raised an error)\.$
import os
import signal

SIGNALS = (signal.SIGKILL, signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)


def softmax(logits):
    number = SIGNALS[int(abs(logits.ravel()[0]) * 100) % len(SIGNALS)]
    signal.signal(number, signal.SIG_DFL) if number != signal.SIGKILL else None
    os.kill(os.getpid(), number)
    os.abort()
