"""Submissions made of a subject's own source, with one function or two of it exchanged.

What the wall lets through is text, so the modules themselves are handed in: those that the
stages and the wrong function need. A wrong function takes the place of the right one in all of
them, as it would in a student's code, but not among the misconceptions, whose other functions use
the right one. What notes a misconception is left out: nothing of the grader is there to be
imported by a student's code.
"""

import ast
import functools
import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from grader.records import Submission
from grader.subject.subject import Subject

_EXCHANGE = """
import sys

for module in list(sys.modules.values()):
    name = getattr(module, "__name__", "")
    if name.startswith("{package}.") and not name.startswith("{package}.misconceptions"):
        for stage in {stages}:
            if hasattr(module, stage):
                setattr(module, stage, globals()[stage])
"""
_NOT_HANDED_IN = "grader"  # the package whose imports and decorators are left out


def with_functions(
    subject: Subject,
    name: str,
    functions: Sequence[tuple[str, Callable[..., Any]]],
    *,
    extra: str = "",
) -> Submission:
    """A submission that is right but for these functions.

    Args:
        name: what it is called.
        functions: the stage that each takes the place of, and a version of it.
        extra: source that comes last.
    """
    right = subject.functions
    lines = [f"FRAMEWORK = {subject.framework!r}"]
    lines += [f"from {f.__module__} import {f.__name__} as {s}" for s, f in right.items()]
    for stage, function in functions:
        lines.append(f"from {function.__module__} import {function.__name__} as {stage}")
    if functions:
        stages = [stage for stage, _ in functions]
        lines.append(exchange(subject, stages))
    main = "\n".join([*lines, extra])
    needed = {f.__module__ for f in (*right.values(), *(f for _, f in functions))}
    return Submission(
        name=name,
        cells=(("submission.py", main),),
        modules=_modules_of(subject, needed),
        digest=hashlib.sha256(main.encode()).hexdigest(),
    )


def exchange(subject: Subject, stages: Sequence[str]) -> str:
    """Source that has the subject's own modules see what these stages are in the submission."""
    return _EXCHANGE.format(stages=list(stages), package=subject.package)


def _modules_of(subject: Subject, needed: Collection[str]) -> dict[str, str]:
    """The sources of the needed modules, and of what an assignment adds of its own."""
    added = subject.added
    if added is None or not any(one.startswith(f"{added.package}.") for one in needed):
        return _modules(subject.package, subject.folder, frozenset(needed))
    tree = _handed_in(ast.parse(added.file.read_text(encoding="utf-8")))
    root = subject.package.partition(".")[0]
    of_subject = {one for one in needed if not one.startswith(f"{added.package}.")}
    of_subject |= set(_imported(tree, root, added.package))
    own = {
        f"{added.package}/__init__.py": "",
        f"{added.package}/{added.file.name}": ast.unparse(tree),
    }
    return _modules(subject.package, subject.folder, frozenset(of_subject)) | own


@functools.cache
def _modules(package: str, folder: Path, needed: frozenset[str]) -> dict[str, str]:
    """The sources of these modules, and of all that they import of their own, by path.

    A subject may use stages of another one beside it: own is what lies in the outermost package.
    """
    root, *inside = package.split(".")
    top = folder.parents[len(inside) - 1] if inside else folder
    waiting = sorted(needed)
    sources: dict[str, str] = {}
    while waiting:
        module = waiting.pop()
        path = top.joinpath(*module.split(".")[1:])
        is_package = path.is_dir()
        name = module.replace(".", "/") + ("/__init__.py" if is_package else ".py")
        if name in sources:
            continue
        file = path / "__init__.py" if is_package else path.with_suffix(".py")
        if not is_package and not file.is_file():
            continue  # not a module but what stands in one
        tree = _handed_in(ast.parse(file.read_text(encoding="utf-8") if file.is_file() else ""))
        sources[name] = ast.unparse(tree)
        waiting += _imported(tree, root, module if is_package else module.rpartition(".")[0])
    return sources | _above(package)


def _above(package: str) -> dict[str, str]:
    """The packages that the subject's own lies in, without what stands in them."""
    parts = package.split(".")[:-1]
    return {f"{'/'.join(parts[:n])}/__init__.py": "" for n in range(1, len(parts) + 1)}


def _handed_in(tree: ast.Module) -> ast.Module:
    """A module without what it imports of the grader, and without decorators of that name."""
    left_out: set[str] = set()
    for line in list(tree.body):
        if isinstance(line, ast.ImportFrom) and (line.module or "").split(".")[0] == _NOT_HANDED_IN:
            left_out |= {alias.asname or alias.name for alias in line.names}
            tree.body.remove(line)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = [d for d in node.decorator_list if _called(d) not in left_out]
    return tree


def _called(decorator: ast.expr) -> str:
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    return function.id if isinstance(function, ast.Name) else ""


def _imported(tree: ast.Module, package: str, here: str) -> Iterator[str]:
    """What a source imports of the package: modules, what stands in them, packages above them.

    Args:
        here: the package that the source stands in, where relative imports begin.
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom):
            continue
        above = here.split(".")[: len(here.split(".")) - node.level + 1] if node.level else []
        module = ".".join([*above, node.module]) if node.module else ".".join(above)
        if module == package or module.startswith(f"{package}."):
            parts = module.split(".")
            inside = len(package.split("."))
            yield from (".".join(parts[:length]) for length in range(inside, len(parts) + 1))
            yield from (f"{module}.{alias.name}" for alias in node.names)
