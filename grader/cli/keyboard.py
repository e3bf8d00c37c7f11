"""Lines from the keyboard, or from a pipe, with a time limit where the system has alarms."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

import click

_LONGEST_SECONDS = 24 * 3600.0
_SHORTEST_SECONDS = 0.01  # zero would switch the alarm off
_EDITORS = ("sensible-editor", "nano", "vim", "vi")  # where no variable names one


def ask(prompt: str, seconds: float | None = None) -> str:
    """A line, in characters that every store can keep; what is pasted may be several lines.

    Raises:
        TimeoutError: no line was entered in this time.
        KeyboardInterrupt: its argument is what was typed of the line, where that is known.
    """
    readline = _readline()
    while True:
        try:
            with _alarm(seconds):
                return _storable(input(prompt))
        except UnicodeDecodeError:
            click.echo("That line is not UTF-8 text. Type it again.")
        except KeyboardInterrupt as stop:
            begun = readline.get_line_buffer() if readline else ""
            raise KeyboardInterrupt(_storable(begun)) from stop


def edit(text: str, seconds: float | None = None) -> str | None:
    """The text as it is when the editor ends, or as last saved when the time is up.

    None if there is no editor here, or it failed.
    """
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    editor = editor or next((name for name in _EDITORS if shutil.which(name)), None)
    if editor is None:
        return None
    with tempfile.TemporaryDirectory(prefix="answer-") as folder:
        file = Path(folder) / "answer.txt"
        file.write_text(text, encoding="utf-8")
        try:
            with _alarm(seconds):
                # the taker's own choice
                subprocess.run([*shlex.split(editor), str(file)], check=True)  # noqa: S603
        except TimeoutError:
            pass
        except (OSError, ValueError, subprocess.CalledProcessError):
            return None
        return _storable(file.read_text(encoding="utf-8", errors="replace"))


def _readline() -> ModuleType | None:
    """What lets the arrow keys work in `input`, and takes what is pasted as one answer."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    with suppress(ImportError):
        import readline

        readline.parse_and_bind("set enable-bracketed-paste on")
        return readline
    return None


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


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
