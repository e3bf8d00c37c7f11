"""Runs a command to its end and tells which processes it left: `python reaper.py TOLD COMMAND...`

Whatever loses its parent below this process becomes its child, also in another session, so
that nothing which outlives the command can hide.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_GRACE_SECONDS = 3.0


def left_over() -> list[str]:
    """The children that are still there after a moment, by name; they are ended."""
    end = time.monotonic() + _GRACE_SECONDS
    while time.monotonic() < end:
        try:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.02)
        except ChildProcessError:
            return []
    names = []
    for pid in _children():
        names.append(Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip())
        os.kill(pid, signal.SIGKILL)
    return names


def _children() -> list[int]:
    tasks = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text(encoding="ascii")
    return [int(pid) for pid in tasks.split()]


def main(told: Path, command: list[str]) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    begin = time.monotonic()
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, check=False)
    seconds = time.monotonic() - begin
    record = {"exit": ended.returncode, "seconds": seconds, "left": left_over()}
    told.write_text(json.dumps(record), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
