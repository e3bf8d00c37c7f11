"""Text that IPython understands, as Python with the same lines.

What is a magic, a shell line or the continuation of another line is decided by IPython's own
transformation. It is one module of IPython: the rest, a terminal and an editor, is not imported.
"""

import functools
import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any

_PACKAGES = ("IPython", "IPython.core", "IPython.utils")
_MODULE = "IPython.core.inputtransformer2"


def as_python(source: str) -> str:
    """The source as IPython would run it: magics are calls of `get_ipython()`.

    Raises:
        SyntaxError, RuntimeError: IPython cannot read it either.
    """
    lines = source.split("\n")
    blank = next((number for number, line in enumerate(lines) if line.strip()), 0)
    made: str = _manager().transform_cell("\n".join(lines[blank:]))
    return "\n" * blank + made


@functools.cache
def _manager() -> Any:
    manager = _transformers().TransformerManager()
    kinds = manager.token_transformers
    manager.token_transformers = [_keeping_lines(kind) for kind in kinds]
    return manager


def _keeping_lines(kind: Any) -> Any:
    """The transformation, with empty lines for those that it joins, so that numbers stay right."""

    def transform(self: Any, lines: list[str]) -> list[str]:
        made: list[str] = kind.transform(self, lines)
        after = self.start_line + 1
        return [*made[:after], *["\n"] * (len(lines) - len(made)), *made[after:]]

    return type(kind.__name__, (kind,), {"transform": transform})


def _transformers() -> ModuleType:
    """IPython's module. For a submission, IPython itself is what `notebook_shell` stands in for."""
    there = {name: module for name, module in sys.modules.items() if _is_ipython(name)}
    try:
        for name in there:
            del sys.modules[name]
        spec = importlib.util.find_spec("IPython")
        if spec is None or not spec.submodule_search_locations:
            raise ImportError("IPython is not installed", name="IPython")
        folder = spec.submodule_search_locations[0]
        for name in _PACKAGES:
            package = sys.modules[name] = ModuleType(name)
            package.__path__ = ["/".join([folder, *name.split(".")[1:]])]
        return importlib.import_module(_MODULE)
    finally:
        for name in [name for name in sys.modules if _is_ipython(name)]:
            del sys.modules[name]
        sys.modules.update(there)


def _is_ipython(name: str) -> bool:
    return name.partition(".")[0] == "IPython"
