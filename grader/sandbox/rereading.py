"""A submission is read again without the statement that ended the process that read it.

A file may end its process on its last line (`os._exit`), or compute where no signal stops it. What
it defines counts all the same. A child that ends so is followed by one that tells of each statement
before it runs, and then by one that leaves out the statement at fault.
"""

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from grader.errors import CallFailed, Crashed, Killed, OutOfMemory, TimedOut
from grader.sandbox.child_session import ChildSession
from grader.sandbox.contract import Code, Limits
from grader.sandbox.overtime import Place, Skip

_MOST_CHILDREN = 6  # for one submission; a person's file ends its process once or twice
_LEAST_SECONDS = 2.0


class Rereading:
    """Opens submissions, and remembers of the last one which statements are left out."""

    def __init__(self) -> None:
        self._code: Code | None = None
        self._skip: tuple[Skip, ...] = ()

    def open(
        self, start: Callable[[], ChildSession], code: Code, *, limits: Limits
    ) -> ChildSession:
        """A child that has read the submission.

        Args:
            start: makes a child that has read nothing yet.
            code: the submission.
            limits: its load time is what all attempts may use together.

        Raises:
            CallFailed: the submission cannot be read.
        """
        skip = self._skip if code is self._code else ()
        one_by_one = False
        left = limits.load_seconds
        for number in itertools.count(1):
            begin = time.monotonic()
            session = start()
            try:
                session.load(
                    code, replace(limits, load_seconds=left), one_by_one=one_by_one, skip=skip
                )
            except CallFailed as failure:
                session.close()
                more = _left_out(failure, session.reading, skip, left)
                if number == _MOST_CHILDREN or not _ended(failure) or (not more and one_by_one):
                    raise
                skip, one_by_one = (*skip, *more), not more
                left = max(_LEAST_SECONDS, left - (time.monotonic() - begin))
            except BaseException:
                session.close()
                raise
            else:
                why = f"was stopped after {limits.load_seconds:g} s"
                self._code, self._skip = code, (*skip, *_because(session.stopped, why))
                break
        return session


def _ended(failure: CallFailed) -> bool:
    """Whether the process has ended, by itself or by its time, and not by someone else."""
    raised = not str(failure).startswith("Your submission raised")
    return isinstance(failure, Crashed | TimedOut) and raised and not isinstance(failure, Killed)


def _left_out(
    failure: CallFailed, reading: Place | None, skip: Sequence[Skip], seconds: float
) -> tuple[Skip, ...]:
    if reading is None or reading in [(file, line) for file, line, _ in skip]:
        return ()
    if isinstance(failure, OutOfMemory | TimedOut):
        return _because([reading], f"did not finish within {seconds:g} s")
    return _because([reading], failure.problem.removeprefix("Your submission ").rstrip("."))


def _because(places: Sequence[Place], why: str) -> tuple[Skip, ...]:
    return tuple((file, line, why) for file, line in places)
