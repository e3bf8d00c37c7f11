"""Where a suite imports a module of the submission, it gets one that looks behind the wall."""

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Collection
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.suites.student_objects import Connection, StudentModule, StudentObject


class AnyModule(importlib.abc.MetaPathFinder):
    """Finds whatever the files of a suite import and nobody else finds: it is the student's.

    Args:
        found: makes the modules.
        folder: of the suite; what others import is not found.
    """

    def __init__(self, found: "SubmittedModules", folder: Path) -> None:
        self._found = found
        self._folder = folder

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        frame = sys._getframe(1)
        while frame.f_back is not None and "importlib" in frame.f_code.co_filename:
            frame = frame.f_back
        if not Path(frame.f_code.co_filename).is_relative_to(self._folder):
            return None
        return self._found.spec_of(name)


class SubmittedModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules of a submission.

    Args:
        names: the modules and packages that come from it.
    """

    def __init__(self, connection: Connection, names: Collection[str]) -> None:
        self._connection = connection
        self._names = frozenset(names)
        self._objects: dict[str, StudentObject] = {}

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        parts = name.split(".")
        above = (".".join(parts[:n]) for n in range(1, len(parts) + 1))
        return None if self._names.isdisjoint(above) else self.spec_of(name)

    def spec_of(self, name: str) -> importlib.machinery.ModuleSpec | None:
        """The module as the submission has it; None if it has none of this name."""
        found = self._connection.ask("import", name=name)
        if found is None:
            return None
        object.__setattr__(found, "_origin", (name, ""))
        self._objects[name] = found
        return importlib.machinery.ModuleSpec(name, self, origin="the submission", is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return StudentModule(spec.name, self._look_up)

    def exec_module(self, module: ModuleType) -> None:
        """It is run where it is."""

    def _look_up(self, module: str, name: str) -> Any:
        if name == "__all__":
            return self._connection.ask("starred", of=self._objects[module])
        found = getattr(self._objects[module], name)
        if isinstance(found, StudentObject):
            object.__setattr__(found, "_origin", (module, name))
        return found
