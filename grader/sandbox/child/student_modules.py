"""The student's modules: loaded from text that came over the wall, never from a path."""

import builtins
import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import CodeType, ModuleType
from typing import Any

from grader.sandbox.child import harmless, notebook_shell
from grader.sandbox.child.errors_shown import own_lines
from grader.sandbox.child.imported_packages import foreign_packages, imported_modules
from grader.sandbox.child.load_notes import LoadNotes
from grader.sandbox.child.notebook_input import as_python
from grader.sandbox.child.own_metadata import give_own_metadata
from grader.sandbox.child.own_modules import OwnModules
from grader.sandbox.child.statements import Skip, StatementRunner, compiled

FRAMEWORKS = ("torch", "numpy")


class StudentModules:
    """One submission, read and run.

    Args:
        main: the name of its main module.
        cells: the parts of the main module in order, each with the name tracebacks show.
        modules: further sources by path.
        seconds: the time limit for reading it, to be told.
        skip: statements that ended an earlier process, and are not run again.
        begins: told file and line of each statement before it runs; None: they run at once.
    """

    def __init__(
        self,
        main: str,
        cells: Sequence[tuple[str, str]],
        modules: Mapping[str, str],
        *,
        seconds: float = 0,
        skip: Sequence[Skip] = (),
        begins: Callable[[str, int], None] | None = None,
    ) -> None:
        self._main = ModuleType(main)
        self._cells = cells
        self._sources = dict(modules)
        self.files = {name for name, _ in cells} | set(modules)
        if cells and cells[0][0].endswith(".py"):  # a notebook has no such name
            self._main.__file__ = cells[0][0]
        self._main.__builtins__ = builtins  # type: ignore[attr-defined]
        self.notes = LoadNotes(self.files, seconds)
        self._own = {main}
        self._statements = StatementRunner(self.notes, self._own, skip=skip, begins=begins)
        self._finder = OwnModules(self._sources, self._run_module)
        self._shell = notebook_shell.ZMQInteractiveShell(
            vars(self._main), self._sources, self.notes, self._run_part
        )
        self.ran: list[tuple[str, str]] = []  # the parts of the main module, as Python

    def load(self) -> None:
        """Run the modules: what fails is noted, and what is defined is there.

        Raises:
            SyntaxError, ValueError: the main module is one file, and no Python.
        """
        self._install()
        for name, text in self._cells:
            self._shell.begin(name, text)
            try:
                self._run_part(name, text)
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                if len(self._cells) == 1:
                    raise
                self.notes.unreadable(name, error)

    def _install(self) -> None:
        always = harmless.always()
        names = [name for name in harmless.PACKAGES if name not in always]
        contents = harmless.contents(self._shell, notebook_shell.display)
        here = harmless.HarmlessPackages(self.files, contents, always)
        sys.meta_path[:0] = [self._finder, here]
        sys.meta_path.append(harmless.HarmlessPackages(self.files, {}, names))
        sys.modules[self._main.__name__] = self._main
        notebook_shell.install(self._shell)
        give_own_metadata(self.files)

    def _run_part(self, name: str, text: str) -> None:
        source = python(name, text)
        self.ran.append((name, source))
        self._statements.run(name, source, module=self._main)

    def _run_module(self, path: str, text: str, module: ModuleType) -> None:
        """As the main module, but where `try` is there for what goes wrong in it."""
        self.files.add(path)
        self._own.add(module.__name__)
        source = python(path, text)
        importing = harmless.importing_frame(sys._getframe(1))
        if importing is not None and harmless.stands_in_try(importing):
            self._statements.run_strictly(path, source, module=module)
        else:
            self._statements.run(path, source, module=module)

    @property
    def sources(self) -> dict[str, str]:
        """The further modules by path, with those that the submission wrote."""
        return self._sources

    @property
    def framework(self) -> str:
        """`FRAMEWORK` where the submission sets it, else torch if any file of it imports torch."""
        chosen = getattr(self._main, "FRAMEWORK", None)
        if chosen in FRAMEWORKS:
            return str(chosen)
        names = (name for code in self._codes(used=False) for name in imported_modules(code))
        return "torch" if any(name.split(".")[0] == "torch" for name in names) else "numpy"

    @property
    def packages(self) -> list[tuple[str, bool]]:
        """The packages that it imports and that are not its own, and whether they are here."""
        own = {path.partition("/")[0].removesuffix(".py") for path in self._sources}
        return foreign_packages(
            self._codes(used=True), own={*own, *self._own}, stood_in=harmless.PACKAGES
        )

    def _codes(self, *, used: bool) -> Iterator[CodeType]:
        """The compiled files; with `used`, without those that nothing imported."""
        files = {getattr(module, "__file__", None) for module in self.modules()} if used else ()
        others = (one for one in self._sources.items() if not used or one[0] in files)
        for name, source in (*self.ran, *others):
            with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                yield compiled(name, source)

    def function(self, name: str) -> Callable[..., Any] | None:
        found = getattr(self._main, name, None)
        return found if callable(found) else None

    def functions(self, names: Sequence[str]) -> dict[str, Callable[..., Any]]:
        found = {name: self.function(name) for name in names}
        return {name: function for name, function in found.items() if function is not None}

    def modules(self) -> list[ModuleType]:
        """The main module and the further ones that it imported."""
        # They are found by name: a look at every module copies memory of the warm process.
        found = [sys.modules.get(name) for name in sorted(self._own)]
        others = [
            module
            for module in found
            if module is not None and getattr(module, "__file__", None) in self._sources
        ]
        return [self._main, *others]

    def raised(self, error: BaseException) -> bool:
        """Whether the student's own code raised it, and not a library."""
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        return trace is not None and trace.tb_frame.f_code.co_filename in self.files

    def where(self, error: BaseException) -> str:
        """The lines of the student's own code on the way to the error, and what it came of."""
        return own_lines(error, self.files)


def python(name: str, text: str) -> str:
    """The text of a file or cell as Python; what is none may be what only a notebook reads.

    Raises:
        SyntaxError, ValueError: it is neither.
    """
    try:
        compiled(name, text)
    except SyntaxError:
        source = as_python(text)
        compiled(name, source)
        return source
    return text
