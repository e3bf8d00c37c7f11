"""The student's modules: loaded from text that came over the wall, never from a path."""

import builtins
import functools
import importlib.abc
import importlib.machinery
import linecache
import opcode
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import CodeType, ModuleType
from typing import Any

FRAMEWORKS = ("torch", "numpy")
_IMPORT, _EXTENDED = opcode.opmap["IMPORT_NAME"], opcode.opmap["EXTENDED_ARG"]


class _ModuleFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the submission's further modules from memory."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._sources = sources

    def _path(self, name: str) -> str | None:
        base = name.replace(".", "/")
        return next((p for p in (f"{base}/__init__.py", f"{base}.py") if p in self._sources), None)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        file = self._path(name)
        if file is None:
            if not any(other.startswith(name.replace(".", "/") + "/") for other in self._sources):
                return None
            # A folder without __init__.py is a package too, as it would be on disk.
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        spec = importlib.machinery.ModuleSpec(
            name, self, origin=file, is_package=file.endswith("__init__.py")
        )
        spec.has_location = False
        return spec

    def create_module(self, spec: Any) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        file = self._path(module.__name__)
        if file is not None:
            module.__file__ = file
            run(file, self._sources[file], module)


class StudentModules:
    """One submission, read and run.

    Args:
        main: the name of its main module.
        cells: the parts of the main module in order, each with the name tracebacks show.
        modules: further sources by path.
    """

    def __init__(
        self, main: str, cells: Sequence[tuple[str, str]], modules: Mapping[str, str]
    ) -> None:
        self._main = ModuleType(main)
        self._cells = cells
        self._sources = modules
        self.files = {name for name, _ in cells} | set(modules)
        self._main.__file__ = cells[0][0] if cells else main
        self._main.__builtins__ = builtins  # type: ignore[attr-defined]
        self.notes: list[str] = []

    def load(self) -> None:
        """Run the modules. With several cells, one that raises is noted and the next one runs."""
        sys.meta_path.insert(0, _ModuleFinder(self._sources))
        sys.modules[self._main.__name__] = self._main
        for name, source in self._cells:
            try:
                run(name, source, self._main)
            except BaseException as error:
                if len(self._cells) == 1 or isinstance(error, MemoryError):
                    raise
                self.notes.append(f"{name} raised {describe(error)}{self.where(error)}")

    @property
    def framework(self) -> str:
        """`FRAMEWORK` where the submission sets it, else torch if any file of it imports torch."""
        chosen = getattr(self._main, "FRAMEWORK", None)
        if chosen in FRAMEWORKS:
            return str(chosen)
        sources = (*self._cells, *self._sources.items())
        return "torch" if any(_imports_torch(*source) for source in sources) else "numpy"

    def function(self, name: str) -> Callable[..., Any] | None:
        found = getattr(self._main, name, None)
        return found if callable(found) else None

    def functions(self, names: Sequence[str]) -> dict[str, Callable[..., Any]]:
        found = {name: self.function(name) for name in names}
        return {name: function for name, function in found.items() if function is not None}

    def modules(self) -> list[ModuleType]:
        """The main module and the further ones that it imported."""
        others = [
            module
            for module in list(sys.modules.values())
            if getattr(module, "__file__", None) in self._sources
        ]
        return [self._main, *others]

    def where(self, error: BaseException) -> str:
        """The last line of the student's own code on the way to the error."""
        if isinstance(error, SyntaxError) and error.filename in self.files:
            return f" at {error.filename} line {error.lineno}: {(error.text or '').strip()}"
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if frame.filename in self.files]
        if not own:
            return ""
        inside = "" if own[-1].name == "<module>" else f", in {own[-1].name}"
        return f" at {own[-1].filename} line {own[-1].lineno}{inside}: {own[-1].line}"


def run(name: str, source: str, module: ModuleType) -> None:
    """Execute source as part of a module; tracebacks show its lines."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    exec(_compiled(name, source), module.__dict__)  # noqa: S102 - its purpose


@functools.cache
def _compiled(name: str, source: str) -> CodeType:
    return compile(source, name, "exec", dont_inherit=True)


def describe(error: BaseException) -> str:
    """The exception's type and text, even where its own `__str__` raises."""
    try:
        text = str(error.msg if isinstance(error, SyntaxError) else error)
    except BaseException:  # noqa: BLE001 - a student's __str__ may raise anything
        text = "(its text cannot be shown)"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _imports_torch(name: str, source: str) -> bool:
    """Read off the compiled code, which is there already; a syntax tree would take 3 ms more."""
    try:
        return any(module.split(".")[0] == "torch" for module in _imported(_compiled(name, source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _imported(code: CodeType) -> Iterator[str]:
    """The names of all modules that code imports, also inside its functions."""
    extended = 0
    for operation, low in zip(code.co_code[::2], code.co_code[1::2], strict=True):
        argument = extended << 8 | low
        extended = argument if operation == _EXTENDED else 0
        if operation == _IMPORT:
            yield code.co_names[argument]
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _imported(constant)
