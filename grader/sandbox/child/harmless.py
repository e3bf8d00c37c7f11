"""Packages that plot, show progress or speak to Colab, where they are not: they do nothing.

A plot or a bar is nothing that a check looks at, so a missing one must not cost a point. Where the
student's code itself asks whether such a package is there, by `try` or `find_spec`, it is not.
"""

import ast
import importlib.abc
import importlib.machinery
import linecache
import opcode
import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from types import FrameType, ModuleType
from typing import Any

from grader.sandbox.child.definitions import is_guarded

PACKAGES = (
    *("matplotlib", "mpl_toolkits", "pylab", "seaborn", "plotly"),
    *("tqdm", "IPython", "ipywidgets", "google.colab", "grader.notebook"),
)
# The student's code runs as in IPython, whether it is installed or not; and a notebook that checks
# itself by `grader.notebook` does not do so while it is checked.
ALWAYS = ("IPython", "grader.notebook")
# The grader draws with these, so they are here whatever the course promises.
_DRAWING = ("matplotlib", "mpl_toolkits", "pylab")
_IMPORTING = "<frozen importlib._bootstrap"
_FOLDER = os.path.dirname(__file__)
_IMPORTS = "importlib/__init__.py"
_LOOKING = ("importlib/util.py", "pkgutil.py")
_UNPACKING = {opcode.opmap[name] for name in ("UNPACK_SEQUENCE", "UNPACK_EX")}


class Harmless:
    """Something that may be called, entered, indexed and computed with, and does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self

    def __getitem__(self, key: Any) -> Any:
        return self

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def __setattr__(self, name: str, value: Any) -> None:
        pass

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: Any) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        """As many as are unpacked (`figure, axes = ...`), and none to loop over."""
        frame = sys._getframe(1)
        code, at = frame.f_code.co_code, frame.f_lasti
        count = code[at + 1] if code[at] in _UNPACKING else 0
        return iter([self] * count)

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return True

    def __contains__(self, item: Any) -> bool:
        return False

    def __float__(self) -> float:
        return 0.0

    def __int__(self) -> int:
        return 0

    def __index__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return ""

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return ()

    def _operated(self, *others: Any) -> Any:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _operated
    __truediv__ = __rtruediv__ = __neg__ = __matmul__ = _operated


HARMLESS = Harmless()


class Bar:
    """A progress bar without a bar: it gives what it is made of."""

    def __init__(self, iterable: Any = None, *args: Any, total: Any = None, **kwargs: Any) -> None:
        self.iterable, self.total, self.n = iterable, total, 0

    def __iter__(self) -> Iterator[Any]:
        return iter(() if self.iterable is None else self.iterable)

    def __len__(self) -> int:
        return len(self.iterable) if self.iterable is not None else int(self.total or 0)

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *error: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return HARMLESS.__getattr__(name)

    @staticmethod
    def write(text: Any, **kwargs: Any) -> None:
        print(text)


def _range_bar(*bounds: int, **kwargs: Any) -> Bar:
    return Bar(range(*bounds), **kwargs)


class _HarmlessModule(ModuleType):
    def __init__(self, name: str, contents: Mapping[str, Any]) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self.__all__: list[str] = []
        vars(self).update(contents)

    def __getattr__(self, name: str) -> Any:
        return HARMLESS.__getattr__(name)


class HarmlessPackages(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds them for import statements of the student's files.

    Args:
        files: the names of these files.
        contents: what some of the modules hold.
        names: the packages.
    """

    def __init__(
        self,
        files: Collection[str],
        contents: Mapping[str, Mapping[str, Any]],
        names: Collection[str],
    ) -> None:
        self._files = files
        self._contents = contents
        self._names = names

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if not self._is_one(name) or not self._stands_in(name, sys._getframe(1)):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: Any) -> ModuleType:
        own = self._contents.get(spec.name, {})
        if spec.name.partition(".")[0] == "tqdm":
            own = {"tqdm": Bar, "trange": _range_bar, "tqdm_notebook": Bar}
        return _HarmlessModule(spec.name, own)

    def exec_module(self, module: ModuleType) -> None:
        pass

    def _is_one(self, name: str) -> bool:
        return any(
            name == one or name.startswith(f"{one}.") or one.startswith(f"{name}.")
            for one in self._names
        )

    def _stands_in(self, name: str, frame: FrameType) -> bool:
        if isinstance(sys.modules.get(name.rpartition(".")[0]), _HarmlessModule):
            return True
        importing = importing_frame(frame)
        if importing is None or importing.f_code.co_filename not in self._files:
            return False  # it only looks whether it is there, or is another package's affair
        top = name.partition(".")[0]
        known = any(one.partition(".")[0] == top for one in (*ALWAYS, *_DRAWING))
        return known or not stands_in_try(importing)


def always() -> tuple[str, ...]:
    """What is stood in for though it is here; a package that the course promises is imported."""
    return (*ALWAYS, *(name for name in _DRAWING if "matplotlib" not in sys.modules))


def contents(shell: Any, display: Callable[..., None]) -> dict[str, dict[str, Any]]:
    """What IPython's modules hold by name, and what Colab's answers are."""
    shown = {"display": display, "clear_output": HARMLESS}
    here = {"get_ipython": lambda: shell, "display": HARMLESS}
    return {"IPython": here, "IPython.display": shown, "IPython.core.display": shown}


def importing_frame(frame: FrameType | None) -> FrameType | None:
    """What imports: None if it only looks whether there is such a module."""
    while frame is not None:
        file = frame.f_code.co_filename
        if file.endswith(_LOOKING):
            return None
        if not file.startswith((_IMPORTING, _FOLDER)) and not file.endswith(_IMPORTS):
            return frame
        frame = frame.f_back
    return None


def stands_in_try(frame: FrameType) -> bool:
    """Whether the line that runs has an `except` that is there for what goes wrong in it."""
    held = linecache.cache.get(frame.f_code.co_filename, (0, None, [], ""))
    try:
        return is_guarded(ast.parse("".join(held[2])), frame.f_lineno)  # type: ignore[misc]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
