"""Single keys from a terminal, or single characters from a pipe."""

import codecs
import os
import sys
import termios
import tty
from collections import deque
from types import TracebackType
from typing import Any, Self

from grader.cli.keyboard import ask


class Keyboard:
    """Keys while it is open: they are not echoed, and none typed ahead is lost.

    `key` gives one key, an arrow as one text, Enter as a line feed. It raises EOFError at the end
    of the input and after Ctrl-D; Ctrl-C raises KeyboardInterrupt as everywhere.
    """

    def __init__(self) -> None:
        self._read: deque[str] = deque()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._settings: list[Any] | None = None

    def __enter__(self) -> Self:
        if sys.stdin.isatty():
            self._settings = termios.tcgetattr(sys.stdin)
            self._listen()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._settings is not None:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._settings)

    def key(self) -> str:
        while not self._read:
            self._read.extend(self._next())
        key = self._read.popleft()
        if key == "\x04":
            raise EOFError
        return key

    def line(self, prompt: str) -> str:
        """A whole line, with echo and the usual editing."""
        if self._settings is not None:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._settings)
        try:
            return ask(prompt)
        finally:
            if self._settings is not None:
                self._listen()

    def _listen(self) -> None:
        tty.setcbreak(sys.stdin, termios.TCSADRAIN)

    def _next(self) -> list[str]:
        if self._settings is None:
            character = sys.stdin.read(1)
            if not character:
                raise EOFError
            return [character]
        data = os.read(sys.stdin.fileno(), 1024)
        if not data:
            raise EOFError
        text = self._decoder.decode(data).replace("\r", "\n")
        return [text] if text.startswith("\x1b") else list(text)
