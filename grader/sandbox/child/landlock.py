"""Landlock: the kernel's own list of the files that a process may still open.

It needs no privilege. Network and signals are in it too, as far as the kernel knows them; the
system-call filter refuses both again.
"""

import ctypes
import os
import stat
from collections.abc import Iterable

from grader.sandbox.child.kernel import IS_LINUX, syscall

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_PATH_BENEATH = 1
MIN_VERSION = 3  # before, a file that may be read could be truncated

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_MAKE_SYM, _REFER, _TRUNCATE = 1 << 12, 1 << 13, 1 << 14
_IOCTL_DEVICE = 1 << 15

_READ = _READ_FILE | _READ_DIR
_WRITE = (_READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_SYM) | (
    _REFER | _TRUNCATE
)
_ON_A_FILE = _WRITE_FILE | _READ_FILE | _TRUNCATE

_NET_BIND, _NET_CONNECT = 1, 2
_SCOPE_ABSTRACT_SOCKETS, _SCOPE_SIGNALS = 1, 2


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scopes", ctypes.c_uint64),
    )


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("descriptor", ctypes.c_int32))


def version() -> int:
    """Landlock's version in this kernel, 0 where there is none."""
    if not IS_LINUX:
        return 0
    try:
        return syscall(_CREATE_RULESET, 0, 0, _ASK_VERSION)
    except OSError:
        return 0


def ruleset(*, readable: Iterable[str], writable: Iterable[str]) -> int:
    """A descriptor for rules that open these paths and everything below them, and nothing else."""
    known = version()
    handled = _Ruleset(_file_rights(known))
    if known >= 4:
        handled.network = _NET_BIND | _NET_CONNECT
    if known >= 6:
        handled.scopes = _SCOPE_ABSTRACT_SOCKETS | _SCOPE_SIGNALS
    size = 24 if known >= 6 else 16 if known >= 4 else 8
    rules = syscall(_CREATE_RULESET, handled, size, 0)
    for path in readable:
        _allow(rules, path, _READ)
    for path in writable:
        _allow(rules, path, _WRITE)
    return rules


def restrict(rules: int) -> None:
    """From now on, and for ever, only what the rules allow. Needs no_new_privs."""
    syscall(_RESTRICT_SELF, rules, 0)


def _file_rights(known: int) -> int:
    """Every right that this kernel can take away: what no rule names is refused."""
    newest = _IOCTL_DEVICE if known >= 5 else _TRUNCATE if known >= 3 else _REFER
    if known < 2:
        newest = _MAKE_SYM
    return (newest << 1) - 1


def _allow(rules: int, path: str, rights: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _ON_A_FILE  # the kernel refuses rights on directories for a file
        rule = _PathRule(rights & _file_rights(version()), descriptor)
        syscall(_ADD_RULE, rules, _PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)
