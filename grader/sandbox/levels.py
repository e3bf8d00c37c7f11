"""The isolation levels, and the plans by which a child can reach them.

A level is a promise. A plan is a way to keep it, and counts only where the self-test in `proof`
has shown that it does.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from grader.sandbox.child import seccomp
from grader.sandbox.privileges import may_change_user


class Level(StrEnum):
    """From the strongest to the weakest."""

    FULL = "full"
    CONFINED = "confined"
    SEALED = "sealed"
    PARTIAL = "partial"
    NONE = "none"

    @property
    def promise(self) -> str:
        return _PROMISES[self]

    def reaches(self, wanted: "Level") -> bool:
        order = list(Level)
        return order.index(self) <= order.index(wanted)


_PROMISES = {
    Level.FULL: "student code sees no file of yours, no network and no other process, changes "
    "nothing outside, and leaves nothing behind",
    Level.CONFINED: "student code opens no file of yours and no network, and changes nothing "
    "outside; it can find out which files exist, and its temporary files are not bounded",
    Level.SEALED: "as confined, and student code can open no file at all, so that modules which "
    "are not loaded yet cannot be imported",
    Level.PARTIAL: "student code is kept within limits of time and memory; it can read files that "
    "everybody can read, and use the network",
    Level.NONE: "student code runs in a process of its own, and nothing more: run only code "
    "that you trust, and keep hidden checks off this machine",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """The layers that a child gets. Capabilities are dropped and memory is closed in every plan."""

    level: Level
    namespaces: bool = False
    landlock: bool = False
    filter: str = ""  # of system calls: see `child.seccomp`
    own_user: bool = False  # where this process may give it one
    limits: bool = False
    files: bool = True  # whether it gets a folder for temporary files

    @property
    def changes_user(self) -> bool:
        return self.own_user and may_change_user()

    @property
    def layers(self) -> tuple[str, ...]:
        """What a report says of it."""
        named = (
            (True, "separate process"),
            (True, "clean environment"),
            (self.namespaces, "namespaces"),
            (self.namespaces, "read-only root without your files"),
            (self.namespaces, "bounded temporary files"),
            (self.changes_user, "user of its own"),
            (os.geteuid() == 0 or self.namespaces, "no capabilities"),
            (self.limits, "resource limits"),
            (bool(self.filter) or self.landlock, "no new privileges"),
            (self.landlock, "Landlock"),
            (self.filter == seccomp.WITH_FILES, "list of allowed system calls"),
            (self.filter == seccomp.SEALED, "list of allowed system calls, none that opens files"),
        )
        return tuple(name for there, name in named if there)


FULL = Plan(
    Level.FULL,
    namespaces=True,
    landlock=True,
    filter=seccomp.WITH_FILES,
    own_user=True,
    limits=True,
)
# On a kernel without Landlock the namespaces hide the files.
HIDDEN = Plan(
    Level.CONFINED, namespaces=True, filter=seccomp.WITH_FILES, own_user=True, limits=True
)
CONFINED = Plan(
    Level.CONFINED, landlock=True, filter=seccomp.WITH_FILES, own_user=True, limits=True
)
SEALED = Plan(Level.SEALED, filter=seccomp.SEALED, own_user=True, limits=True, files=False)
PARTIAL = Plan(Level.PARTIAL, own_user=True, limits=True)
# Root that may not change its user, as in some containers: its files are not protected.
PARTIAL_SAME_USER = Plan(Level.NONE, limits=True)
NONE = Plan(Level.NONE)

PLANS: Sequence[Plan] = (FULL, HIDDEN, CONFINED, SEALED, PARTIAL, PARTIAL_SAME_USER, NONE)
