"""The child's end of the wire: whole frames, blocking."""

import socket
import threading
import time

from grader.sandbox.child import wire

_HELD_SECONDS = 0.002
_HELD_BYTES = 1 << 16


class Pipe:
    """Sends and receives messages over a connected socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._held = bytearray()
        self._held_since = 0.0
        self._sending = threading.RLock()  # a student's threads send questions of their own
        self._lock = threading.RLock()
        self._last_id = 0
        self._inbox = bytearray()

    def send(self, message: wire.Message) -> None:
        """Send a message, after those that are held."""
        frame = wire.encode(message)
        with self._sending:
            held, self._held = self._held, bytearray()
            self._connection.sendall(held + frame if held else frame)

    def hold(self, message: wire.Message) -> None:
        """Send a message soon: waking the grader for each takes longer than a short call."""
        frame = wire.encode(message)
        now = time.monotonic()
        with self._sending:
            if not self._held:
                self._held_since = now
            self._held += frame
            if len(self._held) > _HELD_BYTES or now - self._held_since > _HELD_SECONDS:
                self.release()

    def release(self) -> None:
        """Send what is held."""
        with self._sending:
            frames, self._held = self._held, bytearray()
            self._connection.sendall(frames)

    def receive(self) -> wire.ToChild:
        """Raises `EOFError` when the grader has gone."""
        begin = wire.HEADER.size
        self._fill(begin)
        structure, arrays = wire.lengths(bytes(self._inbox[:begin]))
        middle, end = begin + structure, begin + structure + arrays
        self._fill(end)
        parts = bytes(self._inbox[begin:middle]), bytes(self._inbox[middle:end])
        del self._inbox[:end]
        return wire.decode_to_child(*parts)

    def ask(self, name: str, arguments: list[object]) -> wire.ToChild:
        """Call something of the grader's; student threads take turns."""
        with self._lock:
            self._last_id += 1
            self.send(wire.Ask(id=self._last_id, name=name, arguments=arguments))
            return self.receive()

    def _fill(self, count: int) -> None:
        """Have as many bytes in the inbox."""
        while len(self._inbox) < count:
            part = self._connection.recv(wire.READ_BYTES)
            if not part:
                raise EOFError
            self._inbox += part
