# Knows where the checks, the course's secret, the results and its neighbours' files lie.
# verdict: fails
# needs: sealed
# clean: READ \[\]
import os

PATHS = ()  # the driver writes the real ones here


def seen(path):
    try:
        if os.path.isdir(path):
            return bool(os.listdir(path))
        with open(path, "rb") as file:
            return bool(file.read(1))
    except OSError:
        return False


def softmax(logits):
    raise RuntimeError(f"READ {[path for path in PATHS if seen(path)]}")
