"""Single keys from a terminal, or single characters from a pipe."""

import sys
from collections import deque
from contextlib import suppress

import click


class Keys:
    """The next key, each time it is called. Enter is a line feed; an arrow is one key.

    Raises EOFError at the end of the input or after Ctrl-D, and KeyboardInterrupt after Ctrl-C.
    """

    def __init__(self) -> None:
        self._read: deque[str] = deque()

    def __call__(self) -> str:
        while not self._read:
            self._read.extend(_keys())
        return self._read.popleft()


def typed_line(prompt: str) -> str:
    """A line from the keyboard, or from a pipe; may raise EOFError or KeyboardInterrupt."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        with suppress(ImportError):
            import readline  # noqa: F401 - lets the arrow keys work in `input`
    return input(prompt).encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def _keys() -> list[str]:
    if not sys.stdin.isatty():
        character = sys.stdin.read(1)
        if not character:
            raise EOFError
        return [character]
    # quick typing comes as one text; the sequence of an arrow or function key comes alone
    text = click.getchar()
    return [text] if text.startswith("\x1b") else list(text.replace("\r", "\n"))
