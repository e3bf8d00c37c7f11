# Looks in /proc for the command line, environment, maps, memory and descriptors of its parent.
# verdict: fails
# needs: sealed
# clean: PROC \[\]
import os


def readable(path):
    try:
        with open(path, "rb") as file:
            return bool(file.read(100))
    except OSError:
        return False


def softmax(logits):
    found = []
    for pid in {os.getppid(), 1} - {0, os.getpid()}:
        names = ("cmdline", "environ", "maps", "mem", "status", "cwd", "root/etc/passwd")
        found += [f"/proc/{pid}/{name}" for name in names if readable(f"/proc/{pid}/{name}")]
        try:
            found += os.listdir(f"/proc/{pid}/fd")
        except OSError:
            pass
    raise RuntimeError(f"PROC {found}")
