"""The steps by which a fresh child gives up its rights, in the only order that works.

Each step is one function. Nothing may be imported, looked up or opened afterwards that the
child's own code needs: the file system may be closed by then.
"""

import os
import signal
from dataclasses import dataclass

from grader.sandbox.child import landlock, limits, namespaces, places, seccomp
from grader.sandbox.child.kernel import (
    IS_LINUX,
    NO_DESCRIPTOR,
    PR_SET_NO_NEW_PRIVS,
    die_with_parent,
    drop_capabilities,
    drop_capability_bounds,
    prctl,
)
from grader.sandbox.child.requests import Fork

CONNECTION = 3  # the child's only descriptor beside its standard streams


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the warm process has made ready for all its children."""

    rules: int  # Landlock's, for a child in namespaces; NO_DESCRIPTOR without
    readable: tuple[str, ...]
    filters: dict[str, bytes]


def prepare(*, in_namespaces: bool) -> Prepared:
    """Done once, before the first fork: leave the machine's files, and keep what children need."""
    filters = {name: seccomp.read(name) for name in (seccomp.WITH_FILES, seccomp.SEALED)}
    needed = places.needed()
    readable = places.without(needed, places.below(places.secret(), needed))
    rules = NO_DESCRIPTOR
    places.forget_checkouts()
    if in_namespaces:
        namespaces.build_root()
        # The root holds nothing else, but for the file that shows whether the rules are there.
        readable = [f"/{name}" for name in os.listdir("/") if f"/{name}" != namespaces.CLOSED]
        if landlock.version() >= landlock.MIN_VERSION:
            rules = landlock.ruleset(
                readable=readable, writable=[namespaces.SCRATCH, *places.DEVICES]
            )
    if IS_LINUX:
        drop_capability_bounds()
    return Prepared(rules, tuple(readable), filters)


def confine(fork: Fork, prepared: Prepared, address_space: int) -> None:
    """Raises `OSError` if a step that was asked for fails: such a child must not go on."""
    die_with_parent()
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # as Python has it
    _give_temporary_files(fork)
    rules = _rules(fork, prepared) if fork.landlock else NO_DESCRIPTOR  # while we may look
    _become(fork.user)
    if IS_LINUX:
        drop_capabilities()
    if fork.limits:
        limits.apply(
            cpu_seconds=fork.cpu_seconds,
            address_space=address_space + (fork.memory_megabytes << 20) if address_space else 0,
        )
    if fork.filter or fork.landlock:
        prctl(PR_SET_NO_NEW_PRIVS, 1)
    if fork.landlock:
        landlock.restrict(rules)
    os.closerange(CONNECTION + 1, 1 << 16)
    if fork.filter:
        seccomp.load(prepared.filters[fork.filter])


def _give_temporary_files(fork: Fork) -> None:
    """A folder to work in, where the child may have files at all."""
    folder = fork.temporary
    if fork.namespaces:
        namespaces.private_temporary_files()
        folder = namespaces.TMP
    os.environ["HOME"] = os.environ["TMPDIR"] = folder or "/"
    os.chdir(folder or "/")


def _become(user: int) -> None:
    """A user that owns nothing; the kernel then forgets whom this process was to die with."""
    if user:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        die_with_parent()


def _rules(fork: Fork, prepared: Prepared) -> int:
    if landlock.version() < landlock.MIN_VERSION:
        raise OSError(f"this kernel has no Landlock of version {landlock.MIN_VERSION} or later")
    if fork.namespaces:
        return prepared.rules
    writable = [*places.DEVICES, *([fork.temporary] if fork.temporary else [])]
    return landlock.ruleset(readable=prepared.readable, writable=writable)
