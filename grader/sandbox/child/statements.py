"""A source run statement by statement, as a notebook runs cell by cell.

All of it runs at once as long as nothing fails, so that a file without fault costs nothing more.
What fails is told, and of what follows those statements are run that only define something.
"""

import __future__

import ast
import asyncio
import functools
import inspect
import itertools
import linecache
from collections.abc import Callable, Collection, Sequence
from types import CodeType, ModuleType
from typing import Any

from grader.sandbox.child.definitions import at, bound_names, only_defines, rest_of_block
from grader.sandbox.child.load_notes import LoadNotes

Skip = tuple[str, int, str]  # file, line, and what the statement there did to an earlier process

_FUTURE = functools.reduce(
    int.__or__,
    (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names),
)
_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


def compiled(name: str, source: str) -> CodeType:
    """The code of a file, or of a notebook's cell, in which `await` may stand at the top."""
    return _compiled(name, source, 0 if name.endswith(".py") else _AWAIT)


@functools.cache
def _compiled(name: str, source: str, flags: int) -> CodeType:
    code: CodeType = compile(source, name, "exec", flags, dont_inherit=True)
    return code


def show_lines(name: str, source: str) -> None:
    """Tracebacks and `inspect` find the lines of a source that lies in no file."""
    lines = [f"{line}\n" for line in source.split("\n")]
    linecache.cache[name] = (len(source), None, lines, name)


class StatementRunner:
    """Runs sources in modules.

    Args:
        notes: where failures are told.
        own: the names of the student's modules.
        skip: statements that ended an earlier process, and are not run again.
        begins: told file and line of each statement before it runs; None: they run at once.
    """

    def __init__(
        self,
        notes: LoadNotes,
        own: set[str],
        *,
        skip: Collection[Skip] = (),
        begins: Callable[[str, int], None] | None = None,
    ) -> None:
        self._notes = notes
        self._own = own
        self._skip = skip
        self._begins = begins

    def run(self, name: str, source: str, *, module: ModuleType) -> None:
        """Run a source to its end, whatever fails in it.

        Raises:
            SyntaxError, ValueError: it is no Python.
        """
        show_lines(name, source)
        code = compiled(name, source)
        if self._begins is not None or any(file == name for file, _, _ in self._skip):
            self._run_each(name, ast.parse(source, name).body, code, module, failed=False)
            return
        try:
            _execute(code, module)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the student's
            self._go_on(name, source, code, module, error)

    def run_strictly(self, name: str, source: str, *, module: ModuleType) -> None:
        """Run a source as Python does: what it raises comes out."""
        show_lines(name, source)
        _execute(compiled(name, source), module)

    def _go_on(
        self, name: str, source: str, code: CodeType, module: ModuleType, error: BaseException
    ) -> None:
        body = ast.parse(source, name).body
        place = _place(error, code)
        number = at(body, place)
        if number < 0:  # not from a line of it, such as running out of stack at its start
            self._notes.failed(name, place[0], why=error, lost=(), cut=False)
            return
        failed = body[number]
        rest = [*rest_of_block(failed, place), *body[number + 1 :]]
        left = self._left(rest, module)
        lost = bound_names([failed, *left])
        self._notes.failed(name, failed.lineno, why=error, lost=lost, cut=bool(left))
        error.__traceback__ = None  # its frames hold what they held
        self._run_each(name, rest, code, module, failed=True)

    def _run_each(
        self,
        name: str,
        body: Sequence[ast.stmt],
        code: CodeType,
        module: ModuleType,
        *,
        failed: bool,
    ) -> None:
        for number, node in enumerate(body):
            if failed and not only_defines(node, variables=vars(module), own=self._own):
                continue
            why: BaseException | str | None = self._why_skipped(name, node)
            if why is None:
                why = self._run_one(name, node, code, module)
            if why is not None:
                left = self._left(body[number + 1 :], module)
                cut = bool(left) and not failed
                self._notes.failed(
                    name, node.lineno, why=why, lost=bound_names([node, *left]), cut=cut
                )
                failed = True

    def _run_one(
        self, name: str, node: ast.stmt, code: CodeType, module: ModuleType
    ) -> BaseException | None:
        if self._begins is not None:
            self._begins(name, node.lineno)
        tree = ast.Module(body=[node], type_ignores=[])
        flags = (code.co_flags & _FUTURE) | (0 if name.endswith(".py") else _AWAIT)
        try:
            _execute(compile(tree, name, "exec", flags, dont_inherit=True), module)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the student's
            return error
        return None

    def _left(self, rest: Sequence[ast.stmt], module: ModuleType) -> list[ast.stmt]:
        return [
            node for node in rest if not only_defines(node, variables=vars(module), own=self._own)
        ]

    def _why_skipped(self, name: str, node: ast.stmt) -> str | None:
        last = node.end_lineno or node.lineno
        for file, line, why in self._skip:
            if file == name and node.lineno <= line <= last:
                return why
        return None


def _execute(code: CodeType, module: ModuleType) -> None:
    if code.co_flags & inspect.CO_COROUTINE:
        running: Any = eval(code, vars(module))  # noqa: S307 - its purpose
        asyncio.run(running)
    else:
        exec(code, vars(module))  # noqa: S102 - its purpose


def _place(error: BaseException, code: CodeType) -> tuple[int, int]:
    """Line and column in the code from which an error came out of it; zeros if it did not."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code is not code:
        trace = trace.tb_next
    if trace is None:
        return 0, 0
    position = next(itertools.islice(code.co_positions(), trace.tb_lasti // 2, None), None)
    line, _, column, _ = position or (None, None, None, None)
    return line or trace.tb_lineno, column or 0
