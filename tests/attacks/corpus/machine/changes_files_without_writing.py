# Changes mode, times, owner and attributes of files that it may not write to.
# verdict: fails
# needs: sealed
# clean: CHANGED \[\]
import os
import sys

import torch

PATHS = ()  # the driver writes the real ones here


def attempts(path):
    found = os.stat(path)
    yield "mode", lambda: os.chmod(path, found.st_mode & 0o7777)
    yield "times", lambda: os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    yield "owner", lambda: os.chown(path, found.st_uid, found.st_gid)
    yield "attribute", lambda: os.setxattr(path, "user.hostile-mark", b"x")
    yield "link", lambda: os.link(path, f"{path}-hostile-mark")


def softmax(logits):
    changed = []
    for path in (torch.__file__, sys.prefix, "/etc/hostname", *PATHS):
        try:
            tried = list(attempts(path))
        except OSError:
            continue
        for name, attempt in tried:
            try:
                attempt()
            except OSError:
                continue
            changed.append((name, path))
    raise RuntimeError(f"CHANGED {changed[:5]}")
