"""Resource limits: what one child may use of the machine."""

import os
import resource

from grader.sandbox.child.kernel import IS_LINUX

FILE_MEGABYTES = 16
DESCRIPTORS = 256
TASKS = 64
GRADING_BYTES = 4 << 30  # of data of one grading process; measured below 1.2 GB, 2026-11-28


def apply(*, cpu_seconds: int, address_space: int) -> None:
    """Lower the limits for ever.

    Args:
        cpu_seconds: processor time of all threads together.
        address_space: bytes, with what the packages take already; 0 leaves it as it is.
    """
    # At the first of the two the kernel only warns, and a first process is deaf to warnings.
    _lower(resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, FILE_MEGABYTES << 20)
    _lower(resource.RLIMIT_NOFILE, DESCRIPTORS)
    if address_space:
        _lower(resource.RLIMIT_AS, address_space)
    if IS_LINUX:
        _lower(resource.RLIMIT_MSGQUEUE, 0)
        _lower(resource.RLIMIT_MEMLOCK, 0)
        _lower(resource.RLIMIT_NPROC, _tasks_of_user() + TASKS)


def limit_own_memory() -> None:
    """Of a grading process, with what it has now; what it starts can lift the limit again.

    It is far above what grading takes. A fault of ours then ends one process of ours, and not
    what else the machine has at work.
    """
    if IS_LINUX:
        _, highest = resource.getrlimit(resource.RLIMIT_DATA)
        if highest == resource.RLIM_INFINITY or highest > GRADING_BYTES:
            resource.setrlimit(resource.RLIMIT_DATA, (GRADING_BYTES, highest))


def lift_own_memory() -> None:
    """The process for student code has limits of its own."""
    if IS_LINUX:
        _, highest = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (highest, highest))


def _lower(what: int, soft: int, hard: int | None = None) -> None:
    _, highest = resource.getrlimit(what)
    hard = soft if hard is None else hard
    if highest != resource.RLIM_INFINITY:
        soft, hard = min(soft, highest), min(hard, highest)
    resource.setrlimit(what, (soft, hard))


def _tasks_of_user() -> int:
    """Threads that this user has already: the kernel counts them against the limit, too.

    Where processes cannot be seen, the child is in a namespace or has a user id of its own, and
    its count begins at zero.
    """
    user = os.getuid()
    count = 0
    try:
        processes = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return 0
    for name in processes:
        try:
            if os.stat(f"/proc/{name}").st_uid == user:
                count += len(os.listdir(f"/proc/{name}/task"))
        except OSError:  # it has ended meanwhile
            continue
    return count
