"""What a submission finds of its process: that of `python submission.py`, and nothing of ours."""

import sys
from types import ModuleType

SCRIPT = "submission.py"
_OURS = ("grader", "reference")


def show_only_the_submission() -> None:
    """Done in the warm process, when nothing more of ours has to be imported: children inherit it.

    A module of the student's may be called as ours is, and a parser of arguments must not find
    those that the warm process was started with.
    """
    for name in [name for name in sys.modules if name.partition(".")[0] in _OURS]:
        del sys.modules[name]
    sys.modules["__main__"] = ModuleType("__main__")
    sys.argv[:] = [SCRIPT]
    sys.orig_argv[:] = [sys.executable, SCRIPT]
    for name in ("stdin", "stdout", "stderr"):
        setattr(sys, f"__{name}__", getattr(sys, name))
