"""Lines from the keyboard, or from a pipe, with a time limit where the system has alarms."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click

_LONGEST_SECONDS = 24 * 3600.0
_SHORTEST_SECONDS = 0.01  # zero would switch the alarm off


def ask(prompt: str, seconds: float | None = None) -> str:
    """A line, in characters that every store can keep.

    Raises:
        TimeoutError: no line was entered in this time.
    """
    if sys.stdin.isatty() and sys.stdout.isatty():
        with suppress(ImportError):
            import readline  # noqa: F401 - lets the arrow keys work in `input`
    while True:
        try:
            with _alarm(seconds):
                line = input(prompt)
        except UnicodeDecodeError:
            click.echo("That line is not UTF-8 text. Type it again.")
        else:
            return line.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


@contextmanager
def _alarm(seconds: float | None) -> Iterator[None]:
    """Raise TimeoutError inside after some seconds."""
    if seconds is None or seconds > _LONGEST_SECONDS or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(_signal: int, _frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, _SHORTEST_SECONDS))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
