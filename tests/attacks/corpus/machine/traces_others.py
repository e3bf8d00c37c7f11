# Tries to trace its parent, to read its memory and to take its descriptors.
# verdict: fails
# needs: sealed
# clean: TRACED \[\]
import ctypes
import os

SEIZE, DETACH = 0x4206, 17
PIDFD_GETFD, PROCESS_VM_READV = 438, 310


def softmax(logits):
    libc = ctypes.CDLL(None, use_errno=True)
    done = []
    for pid in {os.getppid(), 1, os.getpid() - 1} - {0, os.getpid()}:
        if libc.ptrace(SEIZE, pid, None, None) == 0:
            done.append(("ptrace", pid))
            libc.ptrace(DETACH, pid, None, None)
        piece = ctypes.create_string_buffer(16)
        here = (ctypes.c_void_p * 2)(ctypes.addressof(piece), 16)
        if libc.syscall(PROCESS_VM_READV, pid, here, 1, here, 1, 0) > 0:
            done.append(("memory", pid))
        try:
            pidfd = os.pidfd_open(pid)
        except OSError:
            continue
        if libc.syscall(PIDFD_GETFD, pidfd, 0, 0) >= 0:
            done.append(("descriptor", pid))
    raise RuntimeError(f"TRACED {done}")
