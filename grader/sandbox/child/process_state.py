"""What a submission finds of its process: that of `python submission.py`, and nothing of ours."""

import signal
import sys
from collections.abc import Iterable
from types import ModuleType

SCRIPT = "submission.py"
_OURS = ("grader", "reference")


def ours() -> list[str]:
    """The names of our modules, found before the fork: to look through all costs a child 2 ms."""
    return [name for name in sys.modules if name.partition(".")[0] in _OURS]


def show_only_the_submission(our_modules: Iterable[str]) -> None:
    """Done in a fresh child, when nothing more of ours has to be imported.

    A module of the student's may be called as ours is, and a parser of arguments must not find
    those that the warm process was started with.
    """
    for name in our_modules:
        sys.modules.pop(name, None)
    sys.modules["__main__"] = ModuleType("__main__")
    sys.argv[:] = [SCRIPT]
    sys.orig_argv[:] = [sys.executable, SCRIPT]
    for name in ("stdin", "stdout", "stderr"):
        setattr(sys, f"__{name}__", getattr(sys, name))
    signal.signal(signal.SIGINT, signal.default_int_handler)
