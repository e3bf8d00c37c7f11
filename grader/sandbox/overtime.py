"""What is done when a child's time is up: it is stopped, and says where it was.

What it says is its own word, and stands in sentences for the student alone.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from grader.errors import GraderFault
from grader.sandbox.channel import Channel, ChildGone, DeadlinePassed
from grader.sandbox.child import wire
from grader.sandbox.child.errors_shown import called_from, inside, place

OVERTIME_SECONDS = 4.0  # in which what only defines is run after the load time is up
_EVERY = 1.0  # second of it another statement may be stopped
_ANSWER_SECONDS = 0.5
_DUMP_SECONDS = 0.1
# As `faulthandler` prints it: the innermost line first.
_FRAME = re.compile(r'^  File "(.{1,500})", line (\d{1,9}) in (.{1,200})$', re.MULTILINE)
_DUMP = re.compile(r"^(?:Current thread|Thread|Stack) .*\(most recent call first\):$", re.MULTILINE)

Place = tuple[str, int]  # file and line
Skip = tuple[str, int, str]  # the same, and what the statement there does
Interrupt = Callable[[bool], None]  # stops what the child runs; with True, has it print its lines


def never_interrupted(tell: bool) -> None:
    """For a child that no signal can be sent to."""


class Overtime:
    """Receives until a deadline, and some seconds more while the child is stopped again and again.

    Each time the statement that runs then ends, and the child can go on with the next one.
    """

    def __init__(
        self, channel: Channel, interrupt: Interrupt, deadline: float, seconds: float
    ) -> None:
        self._channel = channel
        self._interrupt = interrupt
        self._next = deadline
        self._end = deadline + seconds

    def receive(self) -> wire.FromChild:
        """The next message. Raises DeadlinePassed at the end of the overtime."""
        while True:
            try:
                return self._channel.receive(self._next)
            except DeadlinePassed:
                if self._next >= self._end:
                    raise
                self._interrupt(False)
                self._next = min(self._next + _EVERY, self._end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """Where a child was when its time was up."""

    where: str = ""  # words for the innermost line of the student's own; empty if it is not known
    statement: Place | None = None  # the innermost line at the top of one of the student's files
    printed: str = ""  # what the child had printed before it was asked


def stop(channel: Channel, interrupt: Interrupt, *, sources: Mapping[str, str]) -> Stopped:
    """Stop what a child runs, and find out where it was.

    Args:
        channel: to the child, which is ended by the caller.
        interrupt: reaches it by a signal.
        sources: the student's files.
    """
    try:
        interrupt(False)
        reply = channel.receive(time.monotonic() + _ANSWER_SECONDS)
        if isinstance(reply, wire.Raised) and reply.kind == "stopped":
            return Stopped(where=reply.where)
        return Stopped()
    except (ChildGone, wire.WireError):
        return Stopped()
    except GraderFault:  # the warm process has gone, which the end of the child will tell
        return Stopped()
    except DeadlinePassed:
        return _told_by_signal(channel, interrupt, sources)


def _told_by_signal(channel: Channel, interrupt: Interrupt, sources: Mapping[str, str]) -> Stopped:
    printed = channel.take_output()
    try:
        interrupt(True)
    except GraderFault:
        return Stopped(printed=printed)
    time.sleep(_DUMP_SECONDS)
    dump = channel.take_output()
    begin = _DUMP.search(dump)
    if begin is None:
        return Stopped(printed=printed + dump)
    own = [f for f in _FRAME.findall(dump, begin.end()) if f[0] in sources]
    printed += dump[: begin.start()]
    if not own:
        return Stopped(printed=printed)
    tops = [(file, int(line)) for file, line, function in own if function == "<module>"]
    where = called_from(
        [
            f" at {place(file, int(line))}{inside(function)}: {_line(sources[file], int(line))}"
            for file, line, function in own
        ]
    )
    return Stopped(where=where, statement=tops[0] if tops else None, printed=printed)


def _line(source: str, number: int) -> str:
    lines = source.split("\n")
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""
