# Opens files until it may open no more, and leaves them open.
# verdict: survives
# clean: OPENED \d{1,4}\b
import os


def softmax(logits):
    opened = 0
    try:
        for _ in range(20_000):
            os.open("/dev/null", os.O_RDONLY)
            opened += 1
    except OSError:
        pass
    raise RuntimeError(f"OPENED {opened}")
