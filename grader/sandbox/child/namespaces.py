"""A world of its own for the warm process: no other processes, no network, few and read-only files.

A process that is not root needs a user namespace, in which it may do the rest. Whether all of it
works is only known by doing all of it, so that `why_not` does it in a process that is then thrown
away: some systems let a user namespace be made and refuse everything inside.
"""

import os

from grader.sandbox.child import places
from grader.sandbox.child.kernel import (
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWUSER,
    CLONE_NEWUTS,
    IS_LINUX,
    MS_BIND,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_PRIVATE,
    MS_RDONLY,
    MS_REC,
    MS_REMOUNT,
    die_with_parent,
    mount,
    pivot_root_here,
    restrict_mount,
    setns,
    unshare,
)

KINDS = ("mnt", "pid", "net", "ipc", "uts")  # and user, where the grader is not root
TMP = "/tmp"  # noqa: S108 - in the new root, it belongs to one child
SCRATCH = "/scratch"  # rules for it hold for what is mounted below, too
TEMPORARY = SCRATCH + TMP
CLOSED = "/closed"  # readable but for Landlock, which is shown by that to be there
_BEHIND = "/behind"  # what lies below /tmp, such as a virtual environment, is linked from there
TEMPORARY_MEGABYTES = 64
TEMPORARY_FILES = 2048
_ROOT = TMP  # where the new root is put together: it exists everywhere


def why_not() -> str:
    """Why the namespaces cannot be had here; empty if they can."""
    if not IS_LINUX:
        return "only Linux has namespaces"
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        _try_all(writing)
    os.close(writing)
    with open(reading, encoding="utf-8") as pipe:
        reason = pipe.read()
    _, status = os.waitpid(pid, 0)
    return reason or ("" if status == 0 else f"the attempt ended with status {status}")


def _try_all(writing: int) -> None:
    try:
        enter()
        build_root()
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 - whatever it was, it is the answer
        os.write(writing, str(error).encode(errors="replace"))
    finally:
        os._exit(1)


def enter() -> None:
    """Before anything large is imported. The next fork is the first process of its own world."""
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        unshare(CLONE_NEWPID)
        return
    unshare(CLONE_NEWUSER | CLONE_NEWPID)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"0 {user} 1"),
        ("gid_map", f"0 {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def build_root() -> None:
    """Leave the machine's files and network: only what `places.needed` names stays, read-only."""
    sources = places.needed()
    secrets = places.below(places.secret(), sources)
    unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)
    mount("none", "/", flags=MS_REC | MS_PRIVATE)
    # Opened first: what lies below /tmp, such as a virtual environment, is hidden afterwards.
    opened = {path: os.open(path, os.O_PATH) for path in (*sources, *places.DEVICES)}
    mount("tmpfs", _ROOT, kind="tmpfs", flags=MS_NOSUID | MS_NODEV, options="size=1m,mode=755")
    for path, descriptor in opened.items():
        if os.path.islink(path) and os.path.realpath(path) in opened:
            os.symlink(os.path.realpath(path), _place(path))  # one way to each file: see the masks
        else:
            _show(path, descriptor)
        os.close(descriptor)
    for path in secrets:
        _mask(_place(path))
    with open(_ROOT + CLOSED, "x", encoding="ascii") as file:
        file.write("Only Landlock keeps this from being read.")
    os.makedirs(_ROOT + TEMPORARY)
    _link_what_is_behind(_ROOT)
    os.symlink(TEMPORARY, _ROOT + TMP)
    os.symlink(TEMPORARY, f"{_ROOT}/dev/shm")  # noqa: S108 - where semaphores are made
    os.chdir(_ROOT)
    pivot_root_here()
    mount("none", "/", flags=MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)


def private_temporary_files() -> None:
    """A small /tmp for this process alone, which is gone when it ends."""
    unshare(CLONE_NEWNS)
    options = f"size={TEMPORARY_MEGABYTES}m,nr_inodes={TEMPORARY_FILES},mode=1777"
    mount(
        "tmpfs",
        TEMPORARY,
        kind="tmpfs",
        flags=MS_NOSUID | MS_NODEV | MS_NOEXEC,
        options=options,
    )
    _link_what_is_behind()


class ProcessNamespaces:
    """Lets each child be the only process that it can see."""

    def __init__(self) -> None:
        self._own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)

    def fork(self) -> int:
        """Like `os.fork`; the child is the first process of a new process namespace."""
        unshare(CLONE_NEWPID)
        pid = 0
        try:
            pid = os.fork()
        finally:
            if pid:  # a second unshare is refused as long as children go elsewhere
                setns(self._own, CLONE_NEWPID)
        return pid


def start_first_process() -> int:
    """Fork into the process namespace: 0 in the new process, which ends with this one."""
    pid = os.fork()
    if pid == 0:
        die_with_parent()
    return pid


def _show(path: str, descriptor: int) -> None:
    """Make one file or folder visible below the new root, read-only."""
    target = _place(path)
    if os.path.isdir(f"/proc/self/fd/{descriptor}"):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "xb"):
            pass
    mount(f"/proc/self/fd/{descriptor}", target, flags=MS_BIND | MS_REC)
    # The attributes have the same numbers as the flags of mount for these three.
    restrict_mount(target, MS_RDONLY | MS_NOSUID | (0 if path in places.DEVICES else MS_NODEV))


def _place(path: str) -> str:
    """Where a file of the machine is put in the new root while that is put together."""
    return _ROOT + (_BEHIND if path.startswith(f"{TMP}/") else "") + path


def _link_what_is_behind(root: str = "") -> None:
    behind = f"{root}{_BEHIND}{TMP}"
    for name in os.listdir(behind) if os.path.isdir(behind) else []:
        os.symlink(f"{_BEHIND}{TMP}/{name}", f"{root}{TEMPORARY}/{name}")


def _mask(target: str) -> None:
    """Hide a secret that lies below something visible."""
    if os.path.isdir(target):
        flags = MS_RDONLY | MS_NOSUID | MS_NODEV
        mount("tmpfs", target, kind="tmpfs", flags=flags, options="size=4k,mode=555")
