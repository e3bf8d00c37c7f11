"""Calls into the Linux kernel for which Python has no function.

On other systems this can be imported, and none of them is made.
"""

import ctypes
import functools
import os
import signal
import sys
from typing import Any

IS_LINUX = sys.platform == "linux"
NO_DESCRIPTOR = -1

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 0x20, 0x1000, 0x4000, 0x40000
MNT_DETACH = 2

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4

_SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_SYS_MOUNT_SETATTR = 442  # the numbers above 423 are the same on every architecture
_AT_EMPTY_PATH, _AT_RECURSIVE = 0x1000, 0x8000
_CAPABILITY_VERSION_3 = 0x20080522


def prctl(option: int, *values: int) -> int:
    padded = (*values, 0, 0, 0, 0)[:4]
    return _call("prctl", option, *padded)


def syscall(number: int, *arguments: int | bytes | ctypes.Array[Any] | ctypes.Structure) -> int:
    return _call("syscall", number, *arguments)


def unshare(flags: int) -> None:
    _call("unshare", flags)


def setns(descriptor: int, kind: int) -> None:
    _call("setns", descriptor, kind)


def mount(source: str, target: str, *, kind: str = "", flags: int = 0, options: str = "") -> None:
    _call("mount", os.fsencode(source), os.fsencode(target), kind.encode(), flags, options.encode())


def restrict_mount(target: str, attributes: int) -> None:
    """Add attributes (read-only, no devices, ...) to a mount and to all below it."""
    # struct mount_attr: attr_set, attr_clr, propagation, userns_fd
    wanted = (ctypes.c_uint64 * 4)(attributes, 0, 0, 0)
    at_cwd = -100
    size = ctypes.sizeof(wanted)
    syscall(_SYS_MOUNT_SETATTR, at_cwd, os.fsencode(target), _AT_RECURSIVE, wanted, size)


def pivot_root_here() -> None:
    """The working directory, a mount, becomes the root; the old root is no longer reachable."""
    syscall(_SYS_PIVOT_ROOT[os.uname().machine], b".", b".")
    _call("umount2", b".", MNT_DETACH)
    os.chdir("/")


def die_with_parent() -> None:
    """The kernel ends this process when its parent ends."""
    if IS_LINUX:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def close_memory() -> None:
    """Other processes of the same user can then neither read nor trace this one."""
    if IS_LINUX:
        prctl(PR_SET_DUMPABLE, 0)


def adopt_orphans() -> None:
    """Descendants whose parent ends become children of this process, which can then end them."""
    if IS_LINUX:
        prctl(PR_SET_CHILD_SUBREAPER, 1)


def drop_capability_bounds() -> None:
    """No program started later could regain a capability. Without the right to do so: nothing."""
    try:
        for capability in range(64):
            prctl(PR_CAPBSET_DROP, capability)
    except OSError:  # EINVAL behind the last one; EPERM where we have no capabilities anyway
        return


def drop_capabilities() -> None:
    prctl(PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _call("capset", header, nothing)


@functools.cache
def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: int | bytes | ctypes.Array[Any] | ctypes.Structure) -> int:
    """Call a libc function; `OSError` with its errno if it fails."""
    result: int = getattr(_libc(), name)(*(_word(argument) for argument in arguments))
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def _word(argument: int | bytes | ctypes.Array[Any] | ctypes.Structure) -> Any:
    if isinstance(argument, int):
        return ctypes.c_long(argument)  # a whole register: variable arguments are read as such
    return ctypes.byref(argument) if isinstance(argument, ctypes.Structure) else argument
