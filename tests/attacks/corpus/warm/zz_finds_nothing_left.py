# Not an attack: comes after those that leave files behind, and fails if it finds any.
# verdict: passes
# copies: 4
# needs: sealed
import ctypes
import os

import torch

FOLDERS = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/run/lock", ".")
KEY = 0x4057113


def softmax(logits):
    found = []
    for folder in FOLDERS:
        try:
            found += [name for name in os.listdir(folder) if "hostile" in name]
        except OSError:
            continue
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.shmget(KEY, 0, 0) >= 0 or libc.msgget(KEY, 0) >= 0:
        found.append("shared memory or a queue")
    if found:
        raise RuntimeError(f"FOUND {found}")
    return torch.softmax(logits, dim=-1)
