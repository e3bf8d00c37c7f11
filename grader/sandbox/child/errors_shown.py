"""An exception of the student's code in words: its type and text, its last own line, its reason."""

import traceback
from collections.abc import Collection

from grader.sandbox.child.refusals import refusal


def describe(error: BaseException) -> str:
    """The exception's type and text, even where its own `__str__` raises."""
    try:
        text = str(error.msg if isinstance(error, SyntaxError) else error)
    except BaseException:  # noqa: BLE001 - a student's __str__ may raise anything
        text = "(its text cannot be shown)"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def last_own_line(error: BaseException, files: Collection[str]) -> str:
    """The last line of the student's own code on the way to the error."""
    if isinstance(error, SyntaxError) and error.filename in files:
        return f" at {error.filename} line {error.lineno}: {(error.text or '').strip()}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename in files]
    if not own:
        return ""
    inside = "" if own[-1].name == "<module>" else f", in {own[-1].name}"
    return f" at {own[-1].filename} line {own[-1].lineno}{inside}: {own[-1].line}"


def refused(error: BaseException) -> str:
    """In brackets, what of the sandbox stood in the way, or nothing."""
    try:
        words = refusal(error)
    except BaseException:  # noqa: BLE001 - an exception of the student's that misbehaves
        return ""
    return f" ({words})" if words else ""
