"""What is said of a call that gave no answer: to the student, and the same for a hidden check."""

import signal

from grader.errors import (
    BadValue,
    CallFailed,
    Crashed,
    Killed,
    NotImplementedYet,
    OutOfMemory,
    TimedOut,
)
from grader.sandbox.child import wire
from grader.text import clean

NOTE = 300  # characters of what a child says beside an exception
_TEXT = 2000  # characters of an exception that a report keeps
_WANTED = "a tensor, an array, a number or a list is expected"
_WANTED_KEYS = "the keys of a dict must be texts"


def no_value(function: str, reply: wire.Raised) -> CallFailed:
    """A call of a function that gave none."""
    match reply.kind:
        case "missing":
            return _missing(function, reply)
        case "unsendable":
            wanted = _WANTED_KEYS if reply.text.startswith("a dict with a key") else _WANTED
            return BadValue(
                f"{function} returned {clean(reply.text, NOTE)}; {wanted}.",
                discreet=f"{function} returned a value of another kind; {_WANTED}.",
            )
    return raised(function, reply)


def raised(function: str, reply: wire.Raised) -> CallFailed:
    """The student's code raised, here or while it was read."""
    where = clean(reply.where, _TEXT)
    if reply.kind == "memory":
        sentence = f"{function} asked for more memory than is allowed"
        return OutOfMemory(sentence + (where or "."), discreet=f"{sentence}.")
    if reply.kind == "stopped":
        sentence = f"{function} did not finish in time{where or '.'}"
        return TimedOut(sentence, discreet=_late(function))
    said = f"{clean(reply.exception, 100)}: {clean(reply.text, _TEXT)}".removesuffix(": ")
    return Crashed(f"{function} raised {said}{where}", discreet=f"{function} raised an error.")


def _missing(function: str, reply: wire.Raised) -> CallFailed:
    if reply.exception:
        sentence = f"{function} is not implemented yet."
        return NotImplementedYet(sentence, discreet=sentence)
    undefined = f"{function} is not defined."
    said = f"{undefined} {clean(reply.text, NOTE)}" if reply.text else undefined
    return NotImplementedYet(said, discreet=undefined)


def late(function: str, seconds: float, where: str) -> CallFailed:
    """Its time was up. How much there was may tell how long hidden calls took."""
    sentence = f"{function} did not finish within {seconds:g} s{where}."
    return TimedOut(sentence, discreet=_late(function))


def unreadable(function: str) -> CallFailed:
    """What came stays unsaid: it could hold anything, also what a hidden check showed it."""
    return _same(
        "The process that runs your code sent something unreadable instead of the answer "
        f"of {function}."
    )


def unanswered(function: str) -> CallFailed:
    """It sent something else than an answer."""
    return _same(f"The process that runs your code did not answer the call of {function}.")


def too_much_source() -> CallFailed:
    return _same(
        f"Your submission has more than {wire.MAX_STRUCTURE_BYTES >> 20} MB of source text."
    )


def _same(sentence: str) -> CallFailed:
    return BadValue(sentence, discreet=sentence)


def _late(function: str) -> str:
    return f"{function} did not finish in time."


def ended(function: str, code: int) -> CallFailed:
    """The child's process ended in the middle of a call."""
    discreet = f"{function} ended the whole process."
    if code == -signal.SIGXCPU:
        return TimedOut(
            f"{function} used up the processor time of the submission.", discreet=discreet
        )
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        kind = Killed if code == -signal.SIGKILL else Crashed
        return kind(f"{function} ended the whole process ({name}).", discreet=discreet)
    return Crashed(f"{function} ended the whole process (exit code {code}).", discreet=discreet)
