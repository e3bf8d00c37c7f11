# Writes to files that live in memory only and count for no limit of address space, at most 2 GB.
# verdict: fails
# needs: sealed
# clean: MEMORY FILES \d{1,2} MB
import os


def softmax(logits):
    written = 0
    for number in range(128):
        try:
            descriptor = os.memfd_create(f"hostile-mark-{number}")
            written += os.write(descriptor, bytes(16 << 20))
        except OSError:
            break
    raise RuntimeError(f"MEMORY FILES {written >> 20} MB")
