"""What the grader and the warm process say to each other: trusted on both sides.

Each message is its length and its MessagePack. A `Fork` carries two descriptors: the child's
connection and its output.
"""

import socket
import struct

import msgspec

_LENGTH = struct.Struct("<I")
_MAX_BYTES = 1 << 16


class Fork(msgspec.Struct, tag="fork", kw_only=True):
    """Make a child, confined in this way."""

    cpu_seconds: int
    memory_megabytes: int
    namespaces: bool
    landlock: bool
    filter: str  # of system calls: see `seccomp`; empty for none
    limits: bool
    user: int  # the child's own user id; 0 keeps the warm process's
    temporary: str  # its folder for temporary files; empty if the namespaces give it one


class End(msgspec.Struct, tag="end"):
    """Kill a child. With `wait`, the answer comes when it and all it started are gone."""

    pid: int
    wait: bool


class Interrupt(msgspec.Struct, tag="interrupt"):
    """Stop what a child runs; with `tell`, have it print the lines that it is in."""

    pid: int
    tell: bool


class Hello(msgspec.Struct, tag="hello"):
    """The warm process is ready. `why_not` says why it has no namespaces, if it has none."""

    namespaces: bool
    why_not: str


class Forked(msgspec.Struct, tag="forked"):
    """`pid` as the warm process sees it: a name for `End`."""

    pid: int


class Ended(msgspec.Struct, tag="ended"):
    """The wait status of a child (see `os.waitstatus_to_exitcode`); 0 if it was not waited for.

    Also the answer to `Interrupt`.
    """

    status: int


class Failed(msgspec.Struct, tag="failed"):
    """The request could not be met."""

    why: str


ToWarm = Fork | End | Interrupt
FromWarm = Hello | Forked | Ended | Failed


def send(control: socket.socket, message: ToWarm | FromWarm, descriptors: list[int]) -> None:
    data = msgspec.msgpack.encode(message)
    socket.send_fds(control, [_LENGTH.pack(len(data)) + data], descriptors)


def receive_request(control: socket.socket) -> tuple[ToWarm, list[int]]:
    """The next request and its descriptors. Raises `EOFError` when the grader has gone."""
    data, descriptors, _, _ = socket.recv_fds(control, _MAX_BYTES, 2)
    if not data:
        raise EOFError
    return msgspec.msgpack.decode(data[_LENGTH.size :], type=ToWarm), descriptors


def receive_reply(control: socket.socket) -> FromWarm:
    """The next reply. Raises `EOFError` when the warm process has gone."""
    (length,) = _LENGTH.unpack(_exactly(control, _LENGTH.size))
    data = _exactly(control, min(length, _MAX_BYTES))
    reply: FromWarm = msgspec.msgpack.decode(data, type=FromWarm)
    return reply


def _exactly(control: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = control.recv(count - len(data))
        if not part:
            raise EOFError
        data += part
    return data
