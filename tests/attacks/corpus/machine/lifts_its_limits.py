# Tries to lift its own limits, to become root and to get ahead of others.
# verdict: fails
# needs: sealed
# clean: LIFTED \[\]
import os
import resource

UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


def lift(name):
    resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), UNLIMITED)


def slow_the_parent():
    if os.getppid() == 0:
        raise OSError
    os.setpriority(os.PRIO_PROCESS, os.getppid(), 1)


ATTEMPTS = {
    "AS": lambda: lift("AS"),
    "CPU": lambda: lift("CPU"),
    "FSIZE": lambda: lift("FSIZE"),
    "NOFILE": lambda: lift("NOFILE"),
    "CORE": lambda: lift("CORE"),
    "uid": lambda: os.setuid(0),
    "gid": lambda: os.setgid(0),
    "groups": lambda: os.setgroups([0]),
    "nice": lambda: os.nice(-1),
    "real time": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
    "slower parent": slow_the_parent,
}


def softmax(logits):
    lifted = []
    for name, attempt in ATTEMPTS.items():
        try:
            attempt()
        except (OSError, ValueError):
            continue
        lifted.append(name)
    raise RuntimeError(f"LIFTED {lifted}")
