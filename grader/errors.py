"""What can go wrong, and whose fault it is.

    GraderError
    ├── SubmissionError      the student's files or code
    │   └── CallFailed       one call of a student's function gave no usable answer
    │       ├── NotImplementedYet
    │       ├── Crashed
    │       │   └── Killed
    │       ├── TimedOut
    │       ├── OutOfMemory
    │       └── BadValue
    ├── CourseError          the instructor's YAML, check or key
    └── GraderFault          ours: never a student's zero

The class carries the exit code; `str()` is the sentence that a person reads.
"""

import difflib
from collections.abc import Iterable
from typing import Any


class GraderError(Exception):
    """Anything that we can say in one sentence: what, where, what was got, what to do."""

    exit_code = 1

    def __init__(self, problem: str, *, at: str = "", fix: str = "") -> None:
        self.problem, self.at, self.fix = problem, at, fix
        where = f"{at}: " if at else ""
        todo = f"\n  {fix}" if fix else ""
        super().__init__(f"{where}{problem}{todo}")

    @property
    def sentences(self) -> str:
        """The problem and what to do, as sentences of a page; the place is not among them."""
        said = f"{self.problem[:1].upper()}{self.problem[1:]}"
        ended = said if said.endswith((".", "?", "!")) else f"{said}."
        return f"{ended} {self.fix}".strip()


class NoSuchPath(GraderError):
    """What was named is not there, so nothing was looked at: one exit code in all commands."""

    exit_code = 2


class SubmissionError(GraderError):
    """A submission cannot be read or run."""


class NoSuchSubmission(NoSuchPath, SubmissionError):
    """There is no submission, or no folder of them, at the path that was named."""


class CallFailed(SubmissionError):
    """A call of a student's function gave no usable answer.

    Args:
        problem: the sentence for the student.
        discreet: fixed words that a student may read of a hidden check: nothing that the student's
            code could have put into it, no number and no place. Without it such a check says only
            that it did not pass.
    """

    def __init__(self, problem: str, *, discreet: str = "") -> None:
        self.discreet = discreet
        self.uses: tuple[Any, ...] = ()  # of watched names, see `grader.sandbox.contract`
        super().__init__(problem)


class NotImplementedYet(CallFailed):
    """The function is missing, or raised NotImplementedError."""


class Crashed(CallFailed):
    """The student's code raised, or its process ended."""


class Killed(Crashed):
    """The process was killed by a signal that nobody can send back: perhaps not its own doing."""


class TimedOut(CallFailed):
    """A time limit was reached."""


class OutOfMemory(CallFailed):
    """The memory limit was reached."""


class BadValue(CallFailed):
    """The function returned something that is not an answer of the agreed kind."""


class CourseError(GraderError):
    """The course's own files are wrong: an assignment, a check, a question."""

    exit_code = 2


class GraderFault(GraderError):
    """Our own fault, or the machine's."""

    exit_code = 3


class NotSettledHere(Exception):
    """No error: what only the course's own grading can tell, since it needs the right functions."""


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """'Did you mean ...?', or the words there are when none is near."""
    names = sorted(known)
    # "order" is not near "generation-loop.order" for difflib, but a person sees it at once
    near = [name for name in names if name.endswith(f".{word}")]
    near += difflib.get_close_matches(str(word), names, n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"There is: {', '.join(names)}." if names else "There is none."
