# Writes new files beside everything that matters, and removes them again.
# verdict: fails
# needs: sealed
# clean: WROTE \[\]
import os
import sys

import torch

PATHS = ()  # the driver writes the real ones here
FOLDERS = ("/", "/etc", "/usr/lib", "/var/tmp", "/home", "/root", "/run", "/opt", sys.prefix)


def writable(folder):
    path = os.path.join(folder, "hostile-mark-write")
    try:
        with open(path, "x") as file:
            file.write("x")
    except OSError:
        return False
    os.unlink(path)
    return True


def softmax(logits):
    folders = {*FOLDERS, os.path.dirname(torch.__file__), *map(os.path.dirname, PATHS)}
    raise RuntimeError(f"WROTE {sorted(filter(writable, folders - {'/tmp', ''}))}")
