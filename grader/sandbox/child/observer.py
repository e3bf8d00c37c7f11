"""Which watched calls the student's code made: where in its files, and inside which stage.

What it finds is evidence and no proof. It lives in the student's process, so code that attacks
Python itself can silence it.
"""

import functools
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import CodeType, FrameType, FunctionType, MethodType
from typing import Any

_MOST_CALLS = 1000  # between two replies; more of the same tells nothing new
_MOST_PLACES = 20
_FOLDER = str(Path(__file__).parent)
_TRANSPARENT = {__file__, str(Path(__file__).with_name("stand_in.py"))}
_IMPORT = "<frozen importlib._bootstrap>"
_MOST_WRAPPERS = 8  # around one function

Use = tuple[int, str, str, int, int]  # number of the name, stage, file, line, how often


class Observer:
    """Counts the calls of watched functions while the student's code runs.

    Args:
        watched: for each name the stages that it concerns; none stands for all.
        files: the student's files, as tracebacks name them.
    """

    def __init__(self, watched: Sequence[Sequence[str]], files: set[str]) -> None:
        self._watched = watched
        self._files = files
        self._functions: Mapping[str, Callable[..., Any]] = {}
        self._stages: dict[CodeType, str] = {}
        self._running: str | None = None  # the stage that is called; empty while files are read
        self._calls = 0
        self._counts: dict[tuple[int, str, str, int], int] = {}
        self._inside = threading.local()

    def know(self, stages: Mapping[str, Callable[..., Any]]) -> None:
        """The student's functions by stage, so that the innermost of them can be told."""
        self._functions = stages

    def run(self, stage: str, function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
        """Call the student's code; watched calls are counted until `take`."""
        self._running = stage
        return function(*arguments)

    def take(self) -> list[Use]:
        """The calls since the last time; what runs from now on is not counted."""
        taken = [(*place, times) for place, times in self._counts.items()]
        self._running = None
        self._calls = 0
        self._counts.clear()
        return taken

    def seen(self, number: int, original: Callable[..., Any]) -> Callable[..., Any]:
        """The function with its calls counted. Calls made inside one that counts do not."""

        @functools.wraps(original)
        def watched(*args: Any, **kwargs: Any) -> Any:
            if getattr(self._inside, "one", False) or not self._count(number, sys._getframe(1)):
                return original(*args, **kwargs)
            self._inside.one = True
            try:
                return original(*args, **kwargs)
            finally:
                self._inside.one = False

        return watched

    def _count(self, number: int, frame: FrameType) -> bool:
        if self._running is None or self._calls >= _MOST_CALLS:
            return False
        if (place := self._place(frame)) is None:
            return False
        file, line, inner = place
        stage = inner or self._running
        wanted = self._watched[number]
        if wanted and stage not in wanted:
            return False
        self._calls += 1
        key = (number, stage, file, line)
        if key in self._counts or len(self._counts) < _MOST_PLACES:
            self._counts[key] = self._counts.get(key, 0) + 1
        return True

    def _place(self, frame: FrameType | None) -> tuple[str, int, str] | None:
        """File, line and innermost stage; None if it is not the student's code that calls."""
        if self._functions:  # looked at only now: most submissions use no shortcut
            self._stages, self._functions = codes_of(self._functions), {}
        file, line, stage = "", 0, ""
        for code, at in _frames(frame):
            if code is Observer.run.__code__:
                break
            if not line and code.co_filename in self._files:
                file, line = code.co_filename, at
            if not line and _is_foreign(code):
                return None
            stage = stage or self._stages.get(code, "")
        return file, line, stage if self._running else ""


def _frames(frame: FrameType | None) -> Iterator[tuple[CodeType, int]]:
    while frame is not None:
        yield frame.f_code, frame.f_lineno or 0
        frame = frame.f_back


def _is_foreign(code: CodeType) -> bool:
    """Our own conversion of values, or a library that is being imported."""
    file = code.co_filename
    return file == _IMPORT or (file.startswith(_FOLDER) and file not in _TRANSPARENT)


def codes_of(functions: Mapping[str, Callable[..., Any]]) -> dict[CodeType, str]:
    """Which code belongs to which function. Code that several share, as decorators do, to none."""
    outer = [(name, _code(function)) for name, function in functions.items()]
    inner = [(name, code) for name, function in functions.items() for code in _enclosed(function)]
    taken = {code for _, code in outer}
    below = {code: name for code, name in _unshared(inner).items() if code not in taken}
    return below | _unshared(outer)


def _unshared(pairs: Iterable[tuple[str, CodeType | None]]) -> dict[CodeType, str]:
    owners: dict[CodeType, set[str]] = {}
    for name, code in pairs:
        if code is not None:
            owners.setdefault(code, set()).add(name)
    return {code: names.pop() for code, names in owners.items() if len(names) == 1}


def _code(function: Any) -> CodeType | None:
    """The code that runs first of the student's own, below partials and declared wrappers."""
    for _ in range(_MOST_WRAPPERS):
        if isinstance(function, functools.partial):
            function = function.func
        elif isinstance(function, MethodType):
            function = function.__func__
        elif isinstance(function, type):
            function = getattr(function, "forward", None)
        elif isinstance(function, FunctionType):
            inner = vars(function).get("__wrapped__")
            if inner is None:
                return function.__code__
            function = inner
        else:
            kind = type(function)
            function = getattr(kind, "forward", getattr(kind, "__call__", None))  # noqa: B004
    return None


def _enclosed(function: Any) -> Iterator[CodeType]:
    """The code of functions that a function closes over, as an undeclared wrapper does."""
    for cell in getattr(function, "__closure__", None) or ():
        try:
            held = cell.cell_contents
        except ValueError:  # not filled yet
            continue
        if isinstance(held, FunctionType):
            yield held.__code__
