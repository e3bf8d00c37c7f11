# Asks for callables that were never offered, by names that reach for something else.
# verdict: fails
# with: serving.py
# clean: REFUSED 8|did not answer
from serving import ask

NAMES = ("", "__class__", "softmax.__globals__", "stages.embed", "os.system", "a" * 10**6)
NAMES += ("\x1b[2J\x1b[1A", "=1+1\n\u202e")


def softmax(logits):
    refused = 0
    for name in NAMES:
        try:
            ask(name, [logits])
        except Exception:
            refused += 1
    raise RuntimeError(f"REFUSED {refused}")
