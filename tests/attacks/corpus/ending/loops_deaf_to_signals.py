# Loops for half a minute with every signal ignored that can be.
# verdict: fails
# clean: did not finish|used up
import signal
import time


def softmax(logits):
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    end = time.monotonic() + 30
    while time.monotonic() < end:
        pass
    return logits
