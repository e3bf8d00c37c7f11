"""Submissions made of the reference's own source, with one function or two of it exchanged.

What the wall lets through is text, so the modules themselves are handed in: those that the
stages and the wrong function need. A wrong function takes the place of the right one in all of
them, as it would in a student's code, but not in the catalogue, whose other functions use the
right one.
"""

import ast
import functools
import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import reference
from grader.records import Submission
from reference.decoder.contract import FUNCTIONS

_FOLDER = Path(str(reference.__file__)).parent
_BEGINNING = 'FRAMEWORK = "torch"'
_EXCHANGE = """
import sys

for module in list(sys.modules.values()):
    name = getattr(module, "__name__", "")
    if name.startswith("reference.") and not name.startswith("reference.decoder.misconceptions"):
        for stage in {stages}:
            if hasattr(module, stage):
                setattr(module, stage, globals()[stage])
"""


def with_functions(
    name: str, functions: Sequence[tuple[str, Callable[..., Any]]], extra: str = ""
) -> Submission:
    """A submission that is right but for these functions.

    Args:
        name: what it is called.
        functions: the stage that each takes the place of, and a function of the catalogue.
        extra: source that comes last.
    """
    lines = [_BEGINNING, *_imports()]
    for stage, function in functions:
        lines.append(f"from {function.__module__} import {function.__name__} as {stage}")
    if functions:
        lines.append(_EXCHANGE.format(stages=[stage for stage, _ in functions]))
    main = "\n".join([*lines, extra])
    needed = {function.__module__ for _, function in functions}
    return Submission(
        name=name,
        cells=(("submission.py", main),),
        modules=_modules(frozenset(needed)),
        digest=hashlib.sha256(main.encode()).hexdigest(),
    )


def _imports() -> list[str]:
    return [f"from {function.__module__} import {name}" for name, function in FUNCTIONS.items()]


@functools.cache
def _modules(needed: frozenset[str]) -> dict[str, str]:
    """The sources of these modules and of the stages, and of all that they import, by path."""
    waiting = sorted(needed | {function.__module__ for function in FUNCTIONS.values()})
    sources: dict[str, str] = {}
    while waiting:
        path = _path(waiting.pop())
        if path in sources:
            continue
        sources[path] = (_FOLDER.parent / path).read_text(encoding="utf-8")
        waiting += _imported(sources[path])
    return sources


def _path(module: str) -> str:
    path = module.replace(".", "/")
    return f"{path}/__init__.py" if (_FOLDER.parent / path).is_dir() else f"{path}.py"


def _imported(source: str) -> Iterator[str]:
    """The modules of the reference that a source imports, and the packages that they lie in."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = node.module.split(".")
            if parts[0] == _FOLDER.name:
                yield from (".".join(parts[:length]) for length in range(1, len(parts) + 1))
