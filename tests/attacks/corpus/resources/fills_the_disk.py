# Writes up to 64 MB in each folder that it may write to, and removes it again.
# verdict: fails
# needs: sealed
# clean: DISK \d{1,2} MB
import os

FOLDERS = ("/tmp", ".", "/var/tmp", "/dev/shm", "/run", "/", os.path.expanduser("~"))


def fill(folder):
    path = os.path.join(folder, f"hostile-mark-{os.getpid()}")
    written = 0
    try:
        with open(path, "xb") as file:
            for _ in range(64):
                written += file.write(bytes(1 << 20))
    except OSError:
        pass
    finally:
        if os.path.exists(path):
            os.unlink(path)
    return written


def softmax(logits):
    raise RuntimeError(f"DISK {max(map(fill, FOLDERS)) >> 20} MB")
