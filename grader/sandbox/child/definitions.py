"""What a statement does to the names of its module: whether it only defines, and what it binds.

After a statement that failed, a file is still graded for what it defines. So what only defines
goes on being run, and what computes, prints or trains does not.
"""

import ast
import builtins
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

_ACTING = {"input", "open", "print", "exit", "quit", "exec", "eval", "breakpoint"}
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def only_defines(node: ast.stmt, *, variables: Mapping[str, Any], own: set[str]) -> bool:
    """Whether a statement is a definition, an import, or an assignment that runs no own code.

    Args:
        node: the statement.
        variables: the module's variables, in which called names are looked up.
        own: the names of the student's modules.
    """
    match node:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(value=value) | ast.AnnAssign(value=value) | ast.AugAssign(value=value):
            return value is None or not _calls_own(value, variables, own)
        case ast.If(test=test, body=body, orelse=orelse):
            below = [*body, *orelse]
            return not _calls_own(test, variables, own) and _all(below, variables, own)
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
            handled = [statement for handler in handlers for statement in handler.body]
            return _all([*body, *handled, *orelse, *final], variables, own)
        case _:
            return isinstance(node, _DEFINITIONS)


def _all(nodes: Sequence[ast.stmt], variables: Mapping[str, Any], own: set[str]) -> bool:
    return all(only_defines(node, variables=variables, own=own) for node in nodes)


def _calls_own(value: ast.expr, variables: Mapping[str, Any], own: set[str]) -> bool:
    """Whether an expression calls what the submission defines, or what acts or is not known."""
    return any(
        isinstance(node, ast.Await | ast.Yield | ast.YieldFrom)
        or (isinstance(node, ast.Call) and not _is_foreign(node.func, variables, own))
        for node in _run_at_once(value)
    )


def _run_at_once(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Lambda):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _run_at_once(child)


def _is_foreign(called: ast.expr, variables: Mapping[str, Any], own: set[str]) -> bool:
    while isinstance(called, ast.Attribute | ast.Subscript | ast.Call):
        called = called.func if isinstance(called, ast.Call) else called.value
    if isinstance(called, ast.Constant):
        return True  # a method of a text or a number
    if not isinstance(called, ast.Name):
        return False
    if called.id not in variables:
        return hasattr(builtins, called.id) and called.id not in _ACTING
    found = variables[called.id]
    if isinstance(found, ModuleType):
        return found.__name__ not in own
    module = getattr(found, "__module__", None) or type(found).__module__
    return module not in own


def bound_names(nodes: Sequence[ast.stmt]) -> set[str]:
    """The names that statements would have bound in their module."""
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
            continue
        for inner in ast.walk(node):
            match inner:
                case ast.Name(id=name, ctx=ast.Store()):
                    names.add(name)
                case ast.alias(name=full, asname=name):
                    names.add(name or full.partition(".")[0])
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                    names.add(name)
    return names


def at(nodes: Sequence[ast.stmt], place: tuple[int, int]) -> int:
    """Which of the statements holds a line and column of the source; -1 if none does."""
    line, column = place
    for number, node in enumerate(nodes):
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        end = (node.end_lineno or node.lineno, node.end_col_offset or 0)
        if first <= line and (line, column) < end and (line > first or column >= _column(node)):
            return number
    return -1


def _column(node: ast.stmt) -> int:
    return 0 if getattr(node, "decorator_list", None) else node.col_offset


def rest_of_block(node: ast.stmt, place: tuple[int, int]) -> list[ast.stmt]:
    """The statements that follow a place in the branch of an `if` that holds it, at any depth."""
    if not isinstance(node, ast.If):
        return []
    for block in (node.body, node.orelse):
        if (number := at(block, place)) >= 0:
            return [*rest_of_block(block[number], place), *block[number + 1 :]]
    return []


def is_guarded(tree: ast.Module, line: int) -> bool:
    """Whether a line stands in a `try` whose `except` is there for what goes wrong in it."""
    return any(
        node.body[0].lineno <= line <= (node.body[-1].end_lineno or 0)
        for node in ast.walk(tree)
        if isinstance(node, ast.Try) and node.handlers
    )
