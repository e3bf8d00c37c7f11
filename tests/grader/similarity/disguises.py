"""Copies that somebody tried to hide, made from a source by a script."""

import ast
import builtins
import json
import random

_WORDS = ("alpha", "beta", "gamma", "value", "item", "thing", "data", "part", "temp", "node")
_BUILTIN = set(dir(builtins))


def renamed(source, seed=0):
    """All names changed that the source gives: variables, parameters, functions, attributes."""
    tree, chance = ast.parse(source), random.Random(seed)
    given = {name for node in ast.walk(tree) for name in _given(node)} - _BUILTIN
    names = {old: f"{chance.choice(_WORDS)}_{n}" for n, old in enumerate(sorted(given))}
    for node in ast.walk(tree):
        for field in ("id", "arg", "attr", "name"):
            if (old := getattr(node, field, None)) in names:
                setattr(node, field, names[old])
    return ast.unparse(tree)


def _given(node):
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(getattr(node, "ctx", None), ast.Store):
        yield from (getattr(node, field) for field in ("id", "attr") if hasattr(node, field))


def reordered(source, seed=0):
    """The functions and classes in another order."""
    tree = ast.parse(source)
    moved = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    others = [node for node in tree.body if node not in moved]
    random.Random(seed).shuffle(moved)
    tree.body = [*others, *moved]
    return ast.unparse(tree)


def padded(source, seed=0):
    """Code that does nothing put between the statements, and functions that nobody calls."""
    tree, chance = ast.parse(source), random.Random(seed)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            place = chance.randrange(len(node.body) + 1)
            text = chance.choice(
                [
                    f"unused_{chance.randrange(99)} = [{chance.randrange(9)}] * 3",
                    f"if {chance.randrange(9)} > 9:\n    extra = len([1, 2]) + 4",
                    f"for count in range({chance.randrange(9)}):\n    nothing = count * 2",
                    "assert True",
                ]
            )
            node.body[place:place] = ast.parse(text).body
    dead = "def helper_{0}(a, b):\n    c = a * {0} + b\n    return [c, a, b, c - {0}]\n"
    tree.body += ast.parse("".join(dead.format(chance.randrange(999)) for _ in range(4))).body
    return ast.unparse(tree)


def retold(source, seed=0):
    """Other comments, docstrings, type hints, layout; what is printed on the way."""
    tree, chance = ast.parse(source), random.Random(seed)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = ast.Name("object")
            for argument in node.args.args:
                argument.annotation = ast.Constant(chance.choice(["Array", "Tensor", "list[int]"]))
            if ast.get_docstring(node):
                del node.body[0]
            node.body.insert(0, ast.Expr(ast.Constant(f"What {node.name} does, in my own words.")))
            node.body.insert(1, ast.parse(f"print('in', {chance.randrange(9)})").body[0])
    text = ast.unparse(tree)
    lines = (
        f"{line}  # step {chance.randrange(99)}" if line.strip() and "'''" not in line else line
        for line in text.replace('"""', "'").split("\n")
    )
    return "\n".join(lines)


def as_notebook(source, seed=0):
    """A cell for each statement at the top, with prose between them."""
    chance = random.Random(seed)
    cells = [{"cell_type": "markdown", "metadata": {}, "source": "# My homework"}]
    for node in ast.parse(source).body:
        code = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
        cells.append(code | {"source": ast.unparse(node)})
        if chance.random() < 0.3:
            cells.append({"cell_type": "markdown", "metadata": {}, "source": "and then"})
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})


def mixed(source, other, share, seed=0):
    """A share of the functions of one source, and the rest of another's."""
    first, second = ast.parse(source), ast.parse(other)
    taken = [node for node in first.body if isinstance(node, ast.FunctionDef)]
    chance = random.Random(seed)
    chosen = chance.sample(taken, round(share * len(taken)))
    names = {node.name for node in chosen}
    rest = [node for node in second.body if getattr(node, "name", "") not in names]
    return ast.unparse(ast.Module([*rest, *chosen], []))


def split(source, seed=0):
    """Some of the functions in a module beside the main file: (main file, module)."""
    tree = ast.parse(source)
    moved = [node for node in tree.body if isinstance(node, ast.FunctionDef)][::2]
    names = ", ".join(node.name for node in moved)
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    rest = [node for node in tree.body if node not in moved]
    main = ast.parse(f"from parts import {names}").body + rest
    return ast.unparse(ast.Module(main, [])), ast.unparse(ast.Module([*imports, *moved], []))


def everything(source, seed=0):
    """All that is done to one text at once."""
    return retold(padded(reordered(renamed(source, seed), seed), seed), seed)


OF_ONE = {
    "names changed": renamed,
    "functions reordered": reordered,
    "dead code added": padded,
    "comments, docstrings, type hints changed": retold,
    "all of these at once": everything,
}
