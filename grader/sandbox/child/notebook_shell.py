"""What a notebook finds without an import: `get_ipython()` and its magics, and `display()`.

Magics that hold Python of the notebook run it, `%%writefile` makes a module, and all others are
left out and told. Nothing here reaches further than the student's own code does.
"""

import builtins
import contextlib
import io
import os
import posixpath
import re
from collections.abc import Callable, MutableMapping
from types import SimpleNamespace
from typing import Any

from grader.sandbox.child.harmless import HARMLESS, Harmless
from grader.sandbox.child.load_notes import LoadNotes
from grader.sandbox.child.notebook_input import as_python

_RUNS_ITS_TEXT = {"time", "timeit", "prun", "memit", "mprun", "lprun", "capture"}
_ASKS_FOR_HELP = {"pinfo", "pinfo2", "psearch", "psource", "pdoc"}
_OPTIONS = re.compile(r"\s*(?:-[nrp]\s*\d+\s+|-\w+\s+)*")
_SHOWN = 60  # characters of what is left out

RunText = Callable[[str, str], None]  # name and source of more text of the main module


class ZMQInteractiveShell:  # code asks for the name of its class to know where it runs
    """The object that `get_ipython()` gives.

    Args:
        variables: those of the main module.
        modules: the further modules by path; `%%writefile` adds to them.
        notes: where is told what is left out.
        run_text: runs text as a part of the main module.
    """

    def __init__(
        self,
        variables: dict[str, Any],
        modules: MutableMapping[str, str],
        notes: LoadNotes,
        run_text: RunText,
    ) -> None:
        self.user_ns = self.user_global_ns = variables
        self.config: dict[str, Any] = {}
        self._modules = modules
        self._notes = notes
        self._run_text = run_text
        self._part = self._text = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(HARMLESS, name)

    def begin(self, part: str, text: str) -> None:
        """Another part of the notebook runs: its name and its text before it was made Python."""
        self._part, self._text = part, text

    def run_line_magic(self, name: str, line: str = "", *_: Any, **__: Any) -> Any:
        if name in _RUNS_ITS_TEXT:
            text = as_python(line[_OPTIONS.match(line).end() :])  # type: ignore[union-attr]
            exec(compile(text, f"%{name}", "exec"), self.user_ns)  # noqa: S102 - its purpose
        elif name == "run" and (path := _path(line.split(" ")[-1])) in self._modules:
            self._run_text(path, self._modules[path])
        elif name not in _ASKS_FOR_HELP:
            self._leave_out(f"%{name} {line}")
        return HARMLESS

    def run_cell_magic(self, name: str, line: str, cell: str, *_: Any) -> Any:
        if name in ("writefile", "file"):
            self._write(line, cell)
        elif name not in _RUNS_ITS_TEXT:
            self._leave_out(f"%%{name} {line}".rstrip() + ", with its whole cell")
        elif name == "capture":
            self._capture(line, cell)
        else:
            self._run_body(cell)
        return HARMLESS

    def magic(self, line: str) -> Any:
        name, _, rest = line.lstrip("%").partition(" ")
        return self.run_line_magic(name, rest)

    def run_cell(self, source: str, *_: Any, **__: Any) -> Any:
        exec(compile(as_python(source), "run_cell", "exec"), self.user_ns)  # noqa: S102
        return HARMLESS

    def system(self, command: str) -> None:
        self._leave_out(f"!{command}")

    def getoutput(self, command: str, *_: Any, **__: Any) -> list[str]:
        self._leave_out(f"!{command}")
        return []

    def _leave_out(self, what: str) -> None:
        first, *more = what.strip().split("\n")
        shown = first[:_SHOWN] + ("..." if more or len(first) > _SHOWN else "")
        self._notes.left_out(f"{shown} ({self._part})")

    def _run_body(self, body: str) -> None:
        """On the lines where the body stands in its cell."""
        above = len(self._text.rstrip("\n").split("\n")) - len(body.rstrip("\n").split("\n"))
        self._run_text(self._part, "\n" * above + body)

    def _capture(self, line: str, body: str) -> None:
        out, error = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
            self._run_body(body)
        for name in [word for word in line.split() if not word.startswith("-")][:1]:
            self.user_ns[name] = SimpleNamespace(
                stdout=out.getvalue(), stderr=error.getvalue(), outputs=[], show=HARMLESS
            )

    def _write(self, line: str, text: str) -> None:
        words = [word for word in line.split() if word not in ("-a", "--append")]
        path = _path(words[-1] if words else "")
        appends = len(words) < len(line.split())
        if path.endswith(".py"):
            self._modules[path] = (self._modules.get(path, "") if appends else "") + text
        with contextlib.suppress(OSError):  # the module is there without the file
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
            with open(path, "a" if appends else "w", encoding="utf-8") as file:
                file.write(text)


def _path(word: str) -> str:
    """A path below the submission's folder; of one that leads elsewhere its last part is kept."""
    path = posixpath.normpath(word.strip("\"'"))
    return posixpath.basename(path) if path.startswith(("/", "..", "~", "$")) else path


def display(*values: Any, **_: Any) -> None:
    """Shows as a terminal does; what would be a picture is nothing."""
    for value in values:
        if not isinstance(value, Harmless):
            print(value)


def install(shell: ZMQInteractiveShell) -> None:
    """The names are there in every module, as IPython has them."""
    vars(builtins).update(get_ipython=lambda: shell, display=display)
