"""Whether this process may give a child a user of its own: root with the rights that takes."""

import functools
import os
from pathlib import Path

FIRST_USER, USERS = 61184, 4096  # a range that systems leave free for such uses
_CHOWN, _KILL, _SETGID, _SETUID = 0, 5, 6, 7  # numbers of capabilities
_NEEDED = 1 << _CHOWN | 1 << _KILL | 1 << _SETGID | 1 << _SETUID


@functools.cache
def may_change_user() -> bool:
    """False for plain users, and for root in a container that takes these rights away."""
    if os.geteuid() != 0:
        return False
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8", errors="replace")
        mapped = Path("/proc/self/uid_map").read_text(encoding="ascii")
    except OSError:  # no Linux
        return False
    effective = int(status.partition("CapEff:")[2].split()[0], 16)
    return effective & _NEEDED == _NEEDED and _all_mapped(mapped)


def _all_mapped(uid_map: str) -> bool:
    """Whether the users exist in this user namespace: lines of first, first outside, count."""
    ranges = [[int(word) for word in line.split()] for line in uid_map.splitlines()]
    return any(
        first <= FIRST_USER and first + count >= FIRST_USER + USERS for first, _, count in ranges
    )
