# Leaves files, links and memory segments in every place that a neighbour may look at.
# verdict: fails
# copies: 4
# needs: sealed
# clean: LEFT
import ctypes
import os

FOLDERS = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/run/lock", ".")
KEY = 0x4057113


def softmax(logits):
    left = []
    for folder in FOLDERS:
        try:
            with open(f"{folder}/hostile-mark-left-{os.getpid()}", "x") as file:
                file.write("for my neighbour")
            os.symlink("/etc/passwd", f"{folder}/hostile-mark-link-{os.getpid()}")
        except OSError:
            continue
        left.append(folder)
    libc = ctypes.CDLL(None, use_errno=True)
    left.append(f"segment {libc.shmget(KEY, 4096, 0o1666)}")
    left.append(f"queue {libc.msgget(KEY, 0o1666)}")
    raise RuntimeError(f"LEFT {left}")
