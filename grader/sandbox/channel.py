"""The grader's end of the wire: whole frames against an absolute deadline, output drained.

The other end is a student's process. It may send nothing, half a frame, one byte a second,
rubbish, or fill its output while we write; none of these may hold the grader up.
"""

import math
import os
import select
import socket
import struct
import sys
import time

from grader.sandbox.child import wire

_CREDENTIALS = struct.Struct("iii")  # process, user, group


class DeadlinePassed(Exception):
    """The child did not answer in time."""


class ChildGone(Exception):
    """The child closed its end."""


class Channel:
    """Frames to and from one child, and what it prints.

    Args:
        connection: our end of the socket pair.
        output: the reading end of the child's standard output and error.
        output_bytes: how much output is kept between two `take_output`; the rest is counted.
    """

    def __init__(self, connection: socket.socket, output: int, output_bytes: int) -> None:
        self._connection = connection
        self._descriptor = connection.fileno()
        self._output = output
        self._output_limit = output_bytes
        self._kept = bytearray()
        self._dropped = 0
        self._inbox = bytearray()
        self._peer = 0
        self.last_bytes = 0  # of memory that the last message takes at the most
        self._expect_credentials(True)
        connection.setblocking(False)
        os.set_blocking(output, False)
        self._is_open = True  # the child's output
        self._poll = select.poll()
        self._poll.register(output, select.POLLIN)
        self._poll.register(connection, select.POLLIN)

    def send(self, frame: bytes, deadline: float) -> None:
        """Send what `wire.encode` made; raises DeadlinePassed or ChildGone."""
        pending = memoryview(frame)
        while pending:
            try:
                pending = pending[self._connection.send(pending) :]
            except BlockingIOError:
                self._wait_for_room(deadline)
            except OSError as error:
                raise ChildGone from error

    def receive(self, deadline: float) -> wire.FromChild:
        """The next message.

        Raises:
            DeadlinePassed: the whole message was not there in time.
            ChildGone: the child closed its end.
            WireError: the bytes are not a message.
        """
        begin = wire.HEADER.size
        self._fill(begin, deadline)
        header = bytes(self._inbox[:begin])
        structure, arrays = wire.lengths(header, max_structure=wire.MAX_ANSWER_BYTES)
        middle, end = begin + structure, begin + structure + arrays
        self._fill(end, deadline)
        parts = bytes(self._inbox[begin:middle]), bytes(self._inbox[middle:end])
        del self._inbox[:end]
        self.last_bytes = wire.BYTES_OF_OBJECTS * structure + arrays
        return wire.decode_from_child(*parts)

    @property
    def peer(self) -> int:
        """Which process sent the first bytes, by the kernel's word; 0 where it does not say."""
        return self._peer

    def take_output(self) -> str:
        """What was printed since the last time; undecodable bytes are shown escaped."""
        self._drain()
        text = self._kept.decode("utf-8", errors="backslashreplace")
        if self._dropped:
            text += f"\n... {self._dropped:,} more bytes were printed and are not shown"
        self._kept.clear()
        self._dropped = 0
        return text

    def close(self) -> None:
        self._connection.close()
        os.close(self._output)

    def _fill(self, count: int, deadline: float) -> None:
        """Have as many bytes in the inbox."""
        while len(self._inbox) < count:
            self._wait(deadline)
            try:
                part = self._read()
            except OSError as error:
                raise ChildGone from error
            if not part:
                raise ChildGone
            self._inbox += part

    def _read(self) -> bytes:
        if self._peer or sys.platform != "linux":
            return self._connection.recv(wire.READ_BYTES)
        room = socket.CMSG_SPACE(_CREDENTIALS.size)
        part, ancillary, _, _ = self._connection.recvmsg(wire.READ_BYTES, room)
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_CREDENTIALS:
                self._peer = _CREDENTIALS.unpack(data[: _CREDENTIALS.size])[0]
        self._expect_credentials(False)
        return part

    def _expect_credentials(self, wanted: bool) -> None:
        """Have the kernel say who sends; set before the other end can send anything."""
        if sys.platform == "linux":
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, wanted)

    def _wait(self, deadline: float) -> None:
        """Until the connection is ready or the deadline is past, draining output meanwhile."""
        while (left := deadline - time.monotonic()) > 0:
            ready = self._poll.poll(math.ceil(1000 * left))
            if len(ready) == 1 and ready[0][0] == self._descriptor:  # nothing is printed mostly
                return
            descriptors = [descriptor for descriptor, _ in ready]
            if self._output in descriptors:
                self._drain()
            if self._descriptor in descriptors:
                return
        raise DeadlinePassed

    def _wait_for_room(self, deadline: float) -> None:
        """The same for writing, which the buffers of a socket make rare."""
        self._poll.modify(self._connection, select.POLLOUT)
        try:
            self._wait(deadline)
        finally:
            self._poll.modify(self._connection, select.POLLIN)

    def _drain(self) -> None:
        """Take what is there now, one pipe buffer at the most, so that a flood cannot hold us."""
        for _ in range(16):
            try:
                part = os.read(self._output, 1 << 16)
            except BlockingIOError:
                return
            if not part:
                self._forget_output()
                return
            room = self._output_limit - len(self._kept)
            self._kept += part[:room]
            self._dropped += max(0, len(part) - room)

    def _forget_output(self) -> None:
        """The child closed its output: an end that is always ready would spin the wait."""
        if self._is_open:
            self._is_open = False
            self._poll.unregister(self._output)
