"""What the kernel shows of a child from outside, where no student's code can lie about it."""

import os
from pathlib import Path

from grader.sandbox.child.kernel import IS_LINUX
from grader.sandbox.child.namespaces import KINDS
from grader.sandbox.levels import Plan

_WITH_FILTER = "2"  # of the three modes of seccomp


def missing(pid: int, plan: Plan, user: int) -> list[str]:
    """The layers of the plan that the process does not have, as far as they can be seen.

    Args:
        pid: as this process sees it, from the kernel, not from the child.
        user: the user id that it must have; 0 where it keeps ours.
    """
    if not IS_LINUX or not (plan.filter or plan.namespaces or user):
        return []
    try:
        state = _state(pid)
    except OSError as error:
        return [f"the state of the process cannot be seen ({error.strerror})"]
    wanted = {"Threads": "1"}
    if plan.filter or plan.landlock:
        wanted["NoNewPrivs"] = "1"
    if plan.filter:
        wanted |= {"Seccomp": _WITH_FILTER} | _one_filter_more()
    if user:
        wanted |= {"Uid": " ".join([str(user)] * 4), "Gid": " ".join([str(user)] * 4)}
        wanted |= {"Groups": ""}
    for name in ("CapInh", "CapPrm", "CapEff", "CapAmb", *(["CapBnd"] if plan.namespaces else [])):
        wanted[name] = "0" * 16
    wrong = [
        f"{name} is {state.get(name)!r} and not {value!r}"
        for name, value in wanted.items()
        if state.get(name) != value
    ]
    return wrong + (_shared_namespaces(pid) if plan.namespaces else [])


def _one_filter_more() -> dict[str, str]:
    """In a container we have filters already; the child has one on top of them."""
    count = _state("self").get("Seccomp_filters")  # not shown by old kernels
    return {} if count is None else {"Seccomp_filters": str(int(count) + 1)}


def _state(pid: int | str) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines()
    pairs = (line.partition(":") for line in lines)
    return {name: " ".join(value.split()) for name, _, value in pairs}


def _shared_namespaces(pid: int) -> list[str]:
    kinds = KINDS if os.geteuid() == 0 else (*KINDS, "user")
    shared = []
    for kind in kinds:
        try:
            same = os.readlink(f"/proc/{pid}/ns/{kind}") == os.readlink(f"/proc/self/ns/{kind}")
        except PermissionError:  # not ours to see: the probes have to do
            continue
        except OSError:
            return ["the process has ended"]
        if same:
            shared.append(f"its {kind} namespace is the grader's")
    return shared
