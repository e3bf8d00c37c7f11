"""The child's end of the wire: whole frames, blocking."""

import socket
import threading

from grader.sandbox.child import wire


class Pipe:
    """Sends and receives messages over a connected socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = threading.RLock()
        self._last_id = 0
        self._inbox = bytearray()

    def send(self, message: wire.Message) -> None:
        self._connection.sendall(wire.encode(message))

    def receive(self) -> wire.ToChild:
        """Raises `EOFError` when the grader has gone."""
        structure, arrays = wire.lengths(self._exactly(wire.HEADER.size))
        return wire.decode_to_child(self._exactly(structure), self._exactly(arrays))

    def ask(self, name: str, arguments: list[object]) -> wire.ToChild:
        """Call something of the grader's; student threads take turns."""
        with self._lock:
            self._last_id += 1
            self.send(wire.Ask(id=self._last_id, name=name, arguments=arguments))
            return self.receive()

    def _exactly(self, count: int) -> bytes:
        while len(self._inbox) < count:
            part = self._connection.recv(1 << 18)
            if not part:
                raise EOFError
            self._inbox += part
        taken = bytes(self._inbox[:count])
        del self._inbox[:count]
        return taken
