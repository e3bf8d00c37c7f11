"""The workers of a run: who is there, who can grade, and who is left out and why."""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from grader.batch.executors.dask.addresses import is_safe
from grader.batch.executors.dask.connection import WorkerHost
from grader.batch.executors.dask.machine_facts import difference, differs
from grader.batch.executors.dask.wire import Greeting, WorkerHello
from grader.batch.executors.dask.work_list import Seat
from grader.errors import GraderError, GraderFault
from grader.text import counted

_NOBODY_SECONDS = 120.0  # without any worker: it was the last one, and nobody starts another
_LOADING_SECONDS = 300.0  # for torch, on a busy machine with a slow disk

Seen = Callable[[int, int], None]  # how many machines, and how many workers on them
Warned = Callable[[str], None]  # a sentence about one machine


@dataclass(slots=True, eq=False)
class CrewMember:
    """A worker process, from when it is greeted until it ends."""

    address: str
    token: str  # another process at the same address has another
    place: int  # on its machine
    seat: Seat
    is_first: bool  # it was there when the run began
    deadline: float  # by when it is to answer
    is_ready: bool = False
    is_left_out: bool = False

    @property
    def machine(self) -> str:
        return self.seat.machine


class Crew:
    """The workers of one run.

    Args:
        facts: what has to be equal on all machines, see `machine_facts`.
        seen: called when the number of those that can grade changes.
        warned: called with a sentence about a machine that is left out.
    """

    def __init__(self, facts: Mapping[str, str], *, seen: Seen, warned: Warned) -> None:
        self._facts = facts
        self._seen = seen
        self._warned = warned
        self._members: dict[str, CrewMember] = {}
        self._last_error: GraderError | None = None
        self._has_looked = False
        self._nobody_since = time.monotonic()

    @property
    def members(self) -> list[CrewMember]:
        return [*self._members.values()]

    @property
    def able(self) -> list[CrewMember]:
        """Those that can grade now."""
        return [one for one in self.members if one.is_ready and not one.is_left_out]

    def has(self, member: CrewMember) -> bool:
        """Whether it has not ended."""
        return self._members.get(member.address) is member

    def arrived(self, hosts: Mapping[str, WorkerHost]) -> list[tuple[CrewMember, Greeting]]:
        """Those that are there for the first time, and what to greet them with.

        Raises:
            GraderFault: one that was there when the run began cannot be taken.
        """
        is_first, self._has_looked = not self._has_looked, True
        new = [address for address in hosts if address not in self._members]
        greeted = []
        for address in new:
            machine = hosts[address].machine
            places = [one.place for one in self.members if one.machine == machine]
            place = next(n for n in range(len(places) + 1) if n not in places)
            token, deadline = secrets.token_hex(8), time.monotonic() + _LOADING_SECONDS
            member = CrewMember(address, token, place, Seat(machine), is_first, deadline)
            self._members[address] = member
            if why := _unfit(address, hosts[address]):
                self._refused(member, GraderFault(f"{_named(member)} {why[0]}", fix=why[1]))
                continue
            n_places = sum(host.machine == machine for host in hosts.values())
            greeted.append((member, Greeting(token=token, place=place, n_places=n_places)))
        return greeted

    def gone(self, hosts: Mapping[str, WorkerHost]) -> list[CrewMember]:
        """Those that are there no longer; `ended` takes them out."""
        return [one for one in self.members if one.address not in hosts]

    def ended(self, member: CrewMember) -> None:
        """It is no member any more; whoever comes to its address is another."""
        if self.has(member):
            del self._members[member.address]
            self._tell()

    def welcomed(self, member: CrewMember, hello: WorkerHello) -> None:
        """Take a worker by what it said of itself, or leave it out.

        Raises:
            GraderFault: it was there when the run began, and its machine is not like this one or
                does not reach the isolation level.
        """
        member.deadline = float("inf")
        here = self._facts
        if hello.fault is not None:  # it may not have come to know all of them
            here = {name: fact for name, fact in here.items() if name in hello.facts}
        if what := difference(_named(member), hello.facts, here):
            self._refused(member, differs(what))
        elif hello.fault is not None and hello.weak_level:
            self._refused(member, hello.fault.as_error(_named(member)))
        elif hello.fault is not None:
            self.leave_out(member, hello.fault.as_error(_named(member)))
        else:
            member.is_ready = True
            self._tell()

    def leave_out(self, member: CrewMember, error: GraderError) -> None:
        """Give nothing more to a worker, and say so."""
        member.is_left_out = True
        self._last_error = error
        self._warned(f"{error.args[0]}\n  It is left out; the others do its work.")
        self._tell()

    def assert_somebody(self) -> None:
        """Somebody can grade, or may come.

        Raises:
            GraderFault: nobody is left, and nobody came for a while.
            GraderError: all that are there were left out; why the last one was.
        """
        if any(not one.is_left_out for one in self.members):
            self._nobody_since = time.monotonic()
        elif self.members and self._last_error is not None:
            raise self._last_error
        elif time.monotonic() - self._nobody_since > _NOBODY_SECONDS:
            raise GraderFault(
                f"no worker has been there for {_NOBODY_SECONDS:.0f} s",
                fix="Start workers, and type the same command again: it does the rest.",
            )

    def _refused(self, member: CrewMember, error: GraderError) -> None:
        if member.is_first:
            raise error
        self.leave_out(member, error)

    def _tell(self) -> None:
        able = self.able
        self._seen(len({one.machine for one in able}), len(able))


def _named(member: CrewMember) -> str:
    return f"the machine {member.machine} ({member.address})"


def _unfit(address: str, host: WorkerHost) -> tuple[str, str] | None:
    """Why a worker cannot be taken, and what to do."""
    if not is_safe(address):
        return (
            "is reached without TLS, so others could read the hidden checks on the way",
            "Start scheduler and workers with TLS, see docs/scale.md.",
        )
    if host.n_threads != 1:
        return (
            f"has {counted(host.n_threads, 'thread')} a worker, and grading needs one",
            "Start its workers with `--nthreads 1`, and one worker a core.",
        )
    return None
