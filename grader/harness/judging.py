"""What a check raised becomes a verdict, the sentence for the student, and a note for staff."""

import re
import traceback
from pathlib import Path

import pytest

from grader.errors import (
    BadValue,
    CallFailed,
    Crashed,
    GraderFault,
    Killed,
    NotImplementedYet,
    NotSettledHere,
    OutOfMemory,
    TimedOut,
)
from grader.harness.comparison import Mismatch
from grader.harness.markers import Check
from grader.harness.pytest_inside import is_pytests_file
from grader.records import CheckResult, Verdict

_VERDICTS: dict[type[CallFailed], Verdict] = {
    NotImplementedYet: Verdict.NOT_IMPLEMENTED,
    Crashed: Verdict.CRASHED,
    Killed: Verdict.CRASHED,
    TimedOut: Verdict.TIMED_OUT,
    OutOfMemory: Verdict.OUT_OF_MEMORY,
    BadValue: Verdict.FAILED,
}
_HIDDEN_FAILED = "This hidden check did not pass."
_OUR_FAULT = "This check could not be run. It is not your fault, and it does not count against you."
_MESSAGE_CHARACTERS = 4_500  # the sandbox keeps about 4,200 of what a submission raised
_NOTE_CHARACTERS = 20_000
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


class Blocked(Exception):
    """A check that this one needs did not pass."""


def judged(
    check: Check, error: BaseException | None, *, strain: float | None, folder: Path
) -> CheckResult:
    """The result of a check that raised this, or nothing.

    Args:
        strain: how near its answers came to being wrong.
        folder: of the assignment; an assert in it is a verdict, one of ours is our fault.

    Raises:
        GraderFault: it is the one that the check raised.
    """
    verdict, message, staff_note = _verdict(check, error, folder)
    return CheckResult(
        check=check.id,
        stage=check.stage,
        claim=check.claim,
        verdict=verdict,
        points=check.points if verdict == Verdict.PASSED else 0,
        max_points=check.points,
        hidden=check.hidden,
        message=_cut(message, _MESSAGE_CHARACTERS),
        staff_note=_cut(_without_addresses(staff_note), _NOTE_CHARACTERS),
        brief="" if check.hidden else getattr(error, "discreet", ""),
        strain=strain,
    )


def _verdict(check: Check, error: BaseException | None, folder: Path) -> tuple[Verdict, str, str]:
    """The verdict, the sentence for the student, and the note for staff."""
    match error:
        case None:
            return Verdict.PASSED, "", ""
        case CallFailed():
            verdict = _VERDICTS[type(error)]
        case Mismatch():
            verdict = Verdict.FAILED
        case AssertionError() | pytest.fail.Exception() if _raised_in(folder, error):
            verdict = Verdict.FAILED
        case GraderFault():
            raise error
        case Blocked() | NotSettledHere():
            return Verdict.BLOCKED, str(error), ""
        case _:
            note = "".join(traceback.format_exception(error))
            return Verdict.UNGRADED, _OUR_FAULT, f"{_at_fault(check, error, folder)}{note}"
    if check.hidden:
        return verdict, getattr(error, "discreet", "") or _HIDDEN_FAILED, str(error)
    return verdict, _sentence(error), ""


def _at_fault(check: Check, error: BaseException, folder: Path) -> str:
    """The sentence for the author of a check that has a fault, and an empty line; or nothing."""
    text = f"{type(error).__name__}: {error}".removesuffix(": ")
    frames = [frame for frame in traceback.extract_tb(error.__traceback__)]
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(folder)]
    file, line, _ = check.item.location
    if own:
        file, line = Path(own[-1].filename).relative_to(folder).as_posix(), own[-1].lineno
    elif isinstance(error, pytest.FixtureLookupError):
        line, text = (line or 0) + 1, f"there is no fixture {error.argname!r}"
    else:
        return ""
    said = " ".join(text.split())
    return f"{file}:{line}: {said}\n\n"


def _raised_in(folder: Path, error: BaseException) -> bool:
    """Whether the instructor's own code says so: an assert of ours is our fault."""
    frames = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    others = [file for file in frames if not is_pytests_file(file)]
    return Path(others[-1]).is_relative_to(folder)


def _sentence(error: BaseException) -> str:
    """A check's own sentence; what pytest adds to it only repeats the expression."""
    if isinstance(error, CallFailed):  # as it is: it may also be a note of the whole report
        return str(error)
    own, _, _ = str(error).partition("\nassert ")
    return _without_addresses(own)


def _without_addresses(text: str) -> str:
    """The text without addresses of objects: they differ from run to run."""
    return _ADDRESS.sub("", text)


def _cut(text: str, limit: int) -> str:
    left = len(text) - limit
    return f"{text[:limit]}... ({left:,} more characters)" if left > 0 else text
