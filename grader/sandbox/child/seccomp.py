"""The system-call filter: what a student's process may ask of the kernel at all.

The filters are lists of what is allowed. They are built beforehand (see `filters/build.py`) and
only loaded here, so that nothing but the kernel is needed at run time.
"""

import ctypes
import os
from pathlib import Path

from grader.sandbox.child.kernel import IS_LINUX, PR_SET_SECCOMP, prctl

WITH_FILES = "files"  # files can be opened; something else must say which
SEALED = "sealed"  # no file can be opened
FOLDER = Path(__file__).parent / "filters"
_MODE_FILTER = 2
_INSTRUCTION_BYTES = 8


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def read(name: str) -> bytes:
    """The filter of this machine's architecture, or nothing if there is none."""
    path = FOLDER / f"{os.uname().machine}-{name}.bpf"
    return path.read_bytes() if IS_LINUX and path.exists() else b""


def load(filter_bytes: bytes) -> None:
    """Put the filter on this process for ever. Needs no_new_privs.

    Raises:
        OSError: there is no filter for this machine, or the kernel does not take it.
    """
    if not filter_bytes:
        raise OSError(f"there is no system-call filter for {os.uname().machine}")
    program = _Program(len(filter_bytes) // _INSTRUCTION_BYTES, filter_bytes)
    prctl(PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(program))
