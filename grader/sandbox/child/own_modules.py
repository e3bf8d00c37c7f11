"""The submission's further modules: imported from memory, never from a path."""

import importlib.abc
import importlib.machinery
import importlib.metadata
import sys
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

RunModule = Callable[[str, str, ModuleType], None]


class OwnModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports them.

    Args:
        sources: by path; more may come.
        run: runs the source of a path in a module.
    """

    def __init__(self, sources: Mapping[str, str], run: RunModule) -> None:
        self._sources = sources
        self._run = run

    def names(self) -> set[str]:
        """Of the modules that are imported."""
        found = dict(sys.modules)
        return {name for name, m in found.items() if getattr(m, "__loader__", None) is self}

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
            self._run(file, self._sources[file], module)

    def find_distributions(self, context: Any = None) -> Iterator[importlib.metadata.Distribution]:
        """Code that asks for the version of its own package, which nobody installed, gets one."""
        name = str(getattr(context, "name", None) or "").replace("-", "_")
        if any(path.partition("/")[0] == name for path in self._sources if "/" in path):
            yield _OwnDistribution(name)

    def _path(self, name: str) -> str | None:
        base = name.replace(".", "/")
        return next((p for p in (f"{base}/__init__.py", f"{base}.py") if p in self._sources), None)


class _OwnDistribution(importlib.metadata.Distribution):
    def __init__(self, name: str) -> None:
        self._name = name

    def read_text(self, filename: str) -> str | None:
        return f"Name: {self._name}\nVersion: 0\n" if filename == "METADATA" else None

    def locate_file(self, path: Any) -> Any:
        raise FileNotFoundError(path)
