"""What a hostile submission would try. The self-test sends this file in as if it were one.

`probe` gets the canaries that were planted, and gives for each attempt the words for what got
through, or nothing where the wall held. It runs as a submission does: it is text to the grader.
"""

import ctypes
import mmap
import os
import resource
import socket
import sys
from collections.abc import Callable
from typing import Any

Attempt = Callable[[], str]

# ruff: noqa: S108 - the names that everybody would try

ALLOWED_VARIABLES = (
    *("PATH", "LANG", "LC_CTYPE", "HOME", "TMPDIR"),
    *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"),
)
NEAR_4_GB = (4 << 30) - 1
# unshare, mount, pivot_root, keyctl, ptrace, bpf, userfaultfd, perf_event_open, io_uring_setup
KERNEL_DOORS = {
    "x86_64": (272, 165, 155, 250, 101, 321, 323, 298, 425),
    "aarch64": (97, 40, 41, 219, 117, 280, 282, 241, 425),
}
SYS_MEMFD = {"x86_64": 319, "aarch64": 279}


def probe(canaries: dict[str, Any]) -> dict[str, str]:
    """Every attempt by name, each with what got through."""
    attempts: dict[str, Attempt] = {
        "files": lambda: opened(canaries["file"]) or opened(canaries["grader"]),
        "private files": lambda: opened(canaries["private"]),
        "closed file": lambda: opened(canaries["closed"]),
        "folders": lambda: listed(canaries["folder"]) or listed(canaries["course"]),
        "modules": imported,
        "environment": environment,
        "descriptors": descriptors,
        "processes": lambda: process(canaries["pid"]),
        "network": lambda: connected(canaries["port"]),
        "local sockets": lambda: connected_locally(canaries["abstract"]),
        "raw sockets": raw_sockets,
        "writing": lambda: written(canaries["folder"], canaries["file"]),
        "signals": lambda: signalled(canaries["pid"]),
        "programs": executed,
        "forks": forked,
        "memory files": memory_file,
        "kernel": kernel_doors,
        "limits": limits,
        "memory": memory,
        "temporary files": temporary_files,
        "loneliness": lambda: "" if os.getpid() == 1 else f"process {os.getpid()} is not alone",
    }
    return {name: outcome(attempt) for name, attempt in attempts.items()}


def outcome(attempt: Attempt) -> str:
    try:
        return attempt() or ""
    except (OSError, ImportError, LookupError, MemoryError, ValueError):
        return ""


def opened(path: str) -> str:
    with open(path, "rb") as file:
        return f"{path} could be read: {file.read(20)!r}"


def listed(path: str) -> str:
    try:
        return f"{path} could be listed: {os.listdir(path)[:3]}"
    except OSError:
        return ""


def imported() -> str:
    for name in ("reference.decoder.softmax", "grader.errors", "grader.harness.grading"):
        try:
            __import__(name)
        except ImportError:
            continue
        except OSError:
            continue
        return f"{name} could be imported"
    return ""


def environment() -> str:
    others = [name for name in os.environ if name not in ALLOWED_VARIABLES]
    return f"variables of the grader's are there: {others[:5]}" if others else ""


def descriptors() -> str:
    found = []
    for number in range(4, 1024):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    return f"descriptors are open: {found[:5]}" if found else ""


def process(pid: int) -> str:
    for name in ("cmdline", "environ", "maps", "mem"):
        try:
            with open(f"/proc/{pid}/{name}", "rb"):
                return f"/proc/{pid}/{name} could be opened"
        except OSError:
            continue
    return ""


def connected(port: int) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return "a connection to a listening socket was made"


def connected_locally(name: str) -> str:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(name)
        return "a connection to a local socket was made"


def raw_sockets() -> str:
    for family, kind in ((socket.AF_INET, socket.SOCK_DGRAM), (socket.AF_INET, socket.SOCK_RAW)):
        try:
            socket.socket(family, kind).close()
        except OSError:
            continue
        return "a socket for the network could be made"
    return ""


def written(folder: str, file: str) -> str:
    def create(path: str) -> None:
        with open(path, "w") as made:
            made.write("x")

    attempts: tuple[Callable[[], Any], ...] = (
        lambda: create(f"{folder}/written"),
        lambda: create("/var/tmp/written-by-a-submission"),
        lambda: os.chmod(file, 0o600),
        lambda: os.utime(file, (1, 1)),
        lambda: os.truncate(file, 1),
        lambda: os.rename(file, f"{file}-moved"),
        lambda: os.link(file, f"{folder}/link"),
        lambda: os.unlink(file),
    )
    for number, attempt in enumerate(attempts):
        try:
            attempt()
        except OSError:
            continue
        return f"something outside could be changed (attempt {number})"
    return ""


def signalled(pid: int) -> str:
    for target in {pid, os.getppid()} - {0, os.getpid()}:
        try:
            os.kill(target, 0)
        except OSError:
            continue
        return f"process {target} could be signalled"
    return ""


def executed() -> str:
    for program in ("/bin/true", "/usr/bin/true", sys.executable):
        try:
            pid = os.posix_spawn(program, [program, "-V"], {})
        except OSError:
            continue
        _, status = os.waitpid(pid, 0)
        if status == 0:
            return f"{program} could be started"
    return ""


def forked() -> str:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return "a process could be started"


def memory_file() -> str:
    if sys.platform != "linux":
        return ""
    made = ctypes.CDLL(None).syscall(SYS_MEMFD[os.uname().machine], b"x", 0)
    return "a file in memory could be made" if made >= 0 else ""


def kernel_doors() -> str:
    if sys.platform != "linux":
        return ""
    syscall = ctypes.CDLL(None, use_errno=True).syscall
    for number in KERNEL_DOORS[os.uname().machine]:
        ctypes.set_errno(0)
        # No argument is valid: a call that is let through fails for another reason than EPERM.
        if syscall(number, -1, -1, -1, -1, -1) != -1 or ctypes.get_errno() != 1:
            return f"system call {number} was let through"
    return ""


def limits() -> str:
    wanted = {"RLIMIT_CORE": 0, "RLIMIT_FSIZE": 16 << 20, "RLIMIT_NOFILE": 256}
    for name, highest in wanted.items():
        what = getattr(resource, name)
        _, hard = resource.getrlimit(what)
        if not 0 <= hard <= highest:
            return f"{name} is {hard}"
        try:
            resource.setrlimit(what, (hard + 1, hard + 1))
        except (OSError, ValueError):
            continue
        return f"{name} could be raised"
    cpu = resource.getrlimit(resource.RLIMIT_CPU)[1]
    return "processor time is not limited" if cpu == resource.RLIM_INFINITY else ""


def memory() -> str:
    with mmap.mmap(-1, NEAR_4_GB):
        return "4 GB of memory could be had"


def temporary_files() -> str:
    with open("/tmp/x", "w") as file:
        file.write("x")
    os.unlink("/tmp/x")
    found = os.statvfs("/tmp")
    megabytes = found.f_blocks * found.f_frsize >> 20
    return f"/tmp holds {megabytes} MB" if megabytes > 64 or found.f_files > 5000 else ""
