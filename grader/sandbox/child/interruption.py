"""Time that is up: the grader's signal stops the student's code where it is, or has it say where.

Nothing runs while all is well: no timer, no thread. The first signal raises in the code that runs.
Code that cannot be reached so, since it holds the interpreter or catches everything, is shown by
the second, which needs no interpreter and prints the lines that are being run.
"""

import faulthandler
import signal
import sys

STOP = signal.SIGRTMIN + 7 if sys.platform == "linux" else signal.SIGUSR1
TELL = signal.SIGRTMIN + 8 if sys.platform == "linux" else signal.SIGUSR2
_OUTPUT = 2  # the descriptor, which is another one in each child


class TimeIsUp(BaseException):
    """Raised in the student's code; no `except Exception` of its keeps it from ending."""


class _State:
    interruptible = False


def prepare() -> None:
    """Done in the warm process: children inherit it."""
    signal.signal(STOP, _stop)
    faulthandler.register(TELL, file=_OUTPUT, all_threads=False)


class interruptible:
    """The student's code runs in here. Outside, an answer is on its way, and nothing is stopped.

    No generator, which takes four times as long: it is entered for each call.
    """

    def __enter__(self) -> None:
        _State.interruptible = True

    def __exit__(self, *failure: object) -> None:
        _State.interruptible = False


def _stop(number: int, frame: object) -> None:
    if _State.interruptible:
        raise TimeIsUp
