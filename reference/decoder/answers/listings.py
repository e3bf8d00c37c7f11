"""Programs that stand in questions, run as their text.

They are the course's own, as its checks are: a bank of somebody else is read before it is run.
What a question shows is a few lines, so it may import nothing and reach nothing private.
"""

import ast
import builtins
from collections.abc import Callable
from typing import Any

ALLOWED = ("abs", "enumerate", "float", "int", "len", "list", "max", "min", "range", "sum", "zip")


def function_of(program: str, name: str, **names: Any) -> Callable[..., Any]:
    """A function that a program defines, which may use these names.

    Raises:
        SyntaxError: the program cannot be compiled.
        ValueError: it imports something, has a private name, or defines no such function.
    """
    return _run(program, names)[name]  # type: ignore[no-any-return]


def value_of(program: str, name: str, **names: Any) -> Any:
    """What a program without functions leaves under a name."""
    return _run(program, names)[name]


def _run(program: str, names: dict[str, Any]) -> dict[str, Any]:
    tree = ast.parse(program)
    for node in ast.walk(tree):
        name = getattr(node, "id", "") or getattr(node, "attr", "")
        if isinstance(node, ast.Import | ast.ImportFrom) or str(name).startswith("_"):
            raise ValueError("a listing imports nothing and has no private names")
    allowed = {name: getattr(builtins, name) for name in ALLOWED}
    space: dict[str, Any] = {"__builtins__": allowed, **names}
    exec(compile(tree, "<listing>", "exec"), space)  # noqa: S102
    return space
