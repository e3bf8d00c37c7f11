"""An exception of the student's code in words: type and text, its own lines, causes, its reason."""

import traceback
from collections.abc import Collection, Iterator, Sequence

from grader.sandbox.child.refusals import refusal

_LINE = 120  # characters of a line of code that are shown
_INNER, _OUTER = 6, 3  # callers that are shown of many
_MOST_CAUSES = 4


def describe(error: BaseException) -> str:
    """The exception's type and text, even where its own `__str__` raises."""
    try:
        text = str(error.msg if isinstance(error, SyntaxError) else error)
    except BaseException:  # noqa: BLE001 - a student's __str__ may raise anything
        text = "(its text cannot be shown)"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def place(file: str, line: int | None) -> str:
    """A line as editors and terminals follow it; a notebook's cell has no such address."""
    return f"{file}:{line}" if file.endswith(".py") else f"{file} line {line}"


def last_own_line(error: BaseException, files: Collection[str]) -> str:
    """The last line of the student's own code on the way to the error."""
    return next(iter(_own_lines(error, files)), "")


def own_lines(error: BaseException, files: Collection[str]) -> str:
    """Every line of the student's own code on the way to the error, the last first, and causes."""
    return called_from(_own_lines(error, files)) + causes(error, files, before="\n  ")


def called_from(lines: Sequence[str]) -> str:
    """Lines of code, each called from the next, in as many lines of text."""
    inner, *callers = [*lines] or [""]
    if len(callers) > _INNER + _OUTER + 1:
        left = len(callers) - _INNER - _OUTER
        callers[_INNER:-_OUTER] = [f" by {left} more calls"]
    return "".join([inner, *(f"\n  called{line}" for line in callers)])


def causes(error: BaseException, files: Collection[str], *, before: str) -> str:
    """The exceptions that an exception came of, each with its last own line.

    One that says the same again is left out: code that is no Python is looked at twice by us.
    """
    told = {describe(error) + last_own_line(error, files)}
    shown = ""
    for word, one in _causes(error):
        said = describe(one) + last_own_line(one, files)
        shown += "" if said in told else f"{before}{word} {said}"
        told.add(said)
    return shown


def refused(error: BaseException) -> str:
    """In brackets, what of the sandbox stood in the way, or nothing."""
    try:
        words = refusal(error)
    except BaseException:  # noqa: BLE001 - an exception of the student's that misbehaves
        return ""
    return f" ({words})" if words else ""


def _own_lines(error: BaseException, files: Collection[str]) -> list[str]:
    """The innermost first."""
    if isinstance(error, SyntaxError) and error.filename and error.filename in files:
        return [f" at {place(error.filename, error.lineno)}: {(error.text or '').strip()}"]
    frames = traceback.extract_tb(error.__traceback__)
    return [
        f" at {place(frame.filename, frame.lineno)}{inside(frame.name)}: {_code(frame)}"
        for frame in frames[::-1]
        if frame.filename in files
    ]


def _code(frame: traceback.FrameSummary) -> str:
    return (frame.line or "")[:_LINE]


def inside(function: str) -> str:
    """In which function a line stands; nothing at the top of a file."""
    return "" if function == "<module>" else f", in {function}"


def _causes(error: BaseException) -> Iterator[tuple[str, BaseException]]:
    seen = {id(error)}
    for _ in range(_MOST_CAUSES):
        cause, context = error.__cause__, error.__context__
        following = cause or (None if error.__suppress_context__ else context)
        if following is None or id(following) in seen:
            return
        seen.add(id(following))
        yield "caused by" if cause else "while handling", following
        error = following
