"""Where a source names something by an import, without running it.

A comment, a text, or a function of the student's own that has the same name is no mention.
"""

import ast
import contextlib
from collections.abc import Iterator, Mapping, Sequence

_MOST = 40


def mentions(
    parts: Sequence[tuple[str, str]], modules: Mapping[str, str], names: Sequence[str]
) -> list[tuple[int, str, int]]:
    """Number of the name, file and line of each mention.

    Args:
        parts: the main module in parts, which share their imports: file and source.
        modules: further modules by path.
        names: dotted names that are looked for.
    """
    sources = [source for _, source in (*parts, *modules.items())]
    if not any(_may_name(source, names) for source in sources):
        return []
    own = {path.partition("/")[0].removesuffix(".py") for path in modules}
    numbers = {name: i for i, name in enumerate(names) if name.partition(".")[0] not in own}
    found: dict[tuple[int, str, int], None] = {}
    for group in (parts, *([item] for item in modules.items())):
        trees = [(file, tree) for file, source in group if (tree := _tree(source))]
        bound = _imported([tree for _, tree in trees])
        for file, tree in trees:
            for name, line in _named(tree, bound):
                for number in _matches(name, numbers):
                    found[number, file, line] = None
    return sorted(found)[:_MOST]


def _may_name(source: str, names: Sequence[str]) -> bool:
    """To look for words costs next to nothing, and most submissions have none of them."""
    return any(name[name.rfind(".") + 1 :] in source for name in names)


def _tree(source: str) -> ast.Module | None:
    with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.parse(source)
    return None


def _imported(trees: Sequence[ast.Module]) -> dict[str, str]:
    """What imported names stand for, without those that are also bound in another way."""
    imported: dict[str, str] = {}
    rebound: set[str] = set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        match node:
            case ast.Import(names=aliases):
                for alias in aliases:
                    top = alias.name.partition(".")[0]
                    imported[alias.asname or top] = alias.name if alias.asname else top
            case ast.ImportFrom(module=str(module), names=aliases, level=0):
                for alias in aliases:
                    imported[alias.asname or alias.name] = f"{module}.{alias.name}"
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                rebound.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                rebound.add(name)
    return {name: full for name, full in imported.items() if name not in rebound}


def _named(tree: ast.Module, bound: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Every full name that the code uses or imports, with its line."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=aliases, level=0):
                for alias in aliases:
                    yield f"{module}.{alias.name}", alias.lineno
            case ast.Import(names=aliases):
                for alias in aliases:
                    yield alias.name, alias.lineno
            case ast.Attribute() | ast.Name(ctx=ast.Load()):
                if name := _full_name(node, bound):
                    yield name, node.end_lineno or node.lineno


def _full_name(node: ast.expr, bound: Mapping[str, str]) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in bound:
        return ""
    return ".".join([bound[node.id], *reversed(parts)])


def _matches(name: str, numbers: Mapping[str, int]) -> Iterator[int]:
    """The names looked for that are meant: the same one, or a package that it lies in."""
    parts = name.split(".")
    for n in range(1, len(parts) + 1):
        if (found := numbers.get(".".join(parts[:n]))) is not None:
            yield found
