"""A submission's code as tokens that stay the same when names, comments and layout change.

Each token has two spellings. In the plain one a name is `N` and a constant `C`, so it is the same
in a copy with other names; in the exact one both are as they stand. What says nothing of how
something is computed is left out of both: imports, docstrings, type hints, `pass`, `print(...)`.

The tokens come in units that can change places: a function or method, or what stands between two.
"""

import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from grader.similarity.child.chunks import chunks, raw_tokens

_BUILTIN = frozenset(dir(builtins))
# What no eye sees and Python refuses: it would make of each function one that does not parse.
_UNSEEN = re.compile("[\0\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_NO_SOURCE = (SyntaxError, ValueError, RecursionError, MemoryError)
_PASSED_OVER = (ast.Import, ast.ImportFrom, ast.Pass, ast.Global, ast.Nonlocal, ast.expr_context)


class Token(NamedTuple):
    """One token; lines count through all parts of a submission, from 0."""

    plain: str
    exact: str
    line: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is read as a whole: a tree, or text that does not parse."""

    content: ast.AST | str
    line: int  # of its first line, through all parts


def units_of(texts: Iterable[str]) -> list[list[Token]]:
    """The tokens of cells and modules, in units.

    What does not parse is read piece by piece, and a piece that does not parse as raw tokens.
    """
    pieces, line = list[_Piece](), 0
    for text in (_UNSEEN.sub("", text) for text in texts):
        pieces += _pieces(text, line)
        line += text.count("\n") + 1
    writer = _Writer(_own_names(piece.content for piece in pieces))
    for piece in pieces:
        writer.add(piece)
    return writer.units


def _pieces(text: str, line: int) -> Iterator[_Piece]:
    try:
        yield _Piece(ast.parse(text), line)
        return
    except _NO_SOURCE:
        pass
    for first, chunk in chunks(text):
        try:
            yield _Piece(ast.parse(chunk), line + first)
        except _NO_SOURCE:
            yield _Piece(chunk, line + first)


def _own_names(contents: Iterable[ast.AST | str]) -> frozenset[str]:
    """The names that the submission gives itself, so that a copy can have others."""
    names: set[str] = set()
    for tree in contents:
        if isinstance(tree, ast.AST):
            for node in ast.walk(tree):
                names.update(_given(node))
    return frozenset(names)


def _given(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        yield node.attr


class _Writer:
    """Writes the tokens of pieces, outer before inner."""

    def __init__(self, own: frozenset[str]) -> None:
        self.units: list[list[Token]] = [[]]
        self._own = own
        self._before = 0  # lines before the first one of the tree
        self._line = 0

    def add(self, piece: _Piece) -> None:
        if isinstance(piece.content, str):
            tokens = raw_tokens(piece.content, piece.line)
            self.units[-1] += (Token(*token) for token in tokens)
            return
        self._before = piece.line - 1  # the first line of a tree is 1
        self._line = piece.line
        self.write(piece.content)

    def write(self, node: ast.AST) -> None:
        self._line = self._before + getattr(node, "lineno", self._line - self._before)
        if isinstance(node, _PASSED_OVER):
            return
        write = getattr(self, f"_{type(node).__name__.lower()}", self._any)
        try:
            write(node)
        except RecursionError:  # deeper than any homework: the rest of this statement is left out
            if not isinstance(node, ast.stmt):
                raise

    def _any(self, node: ast.AST) -> None:
        self._put(type(node).__name__)
        self._children(node)

    def _children(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            self.write(child)

    def _put(self, plain: str, exact: str = "") -> None:
        self.units[-1].append(Token(plain, exact or plain, self._line))

    def _begin_unit(self) -> None:
        if self.units[-1]:
            self.units.append([])

    def _named(self, kind: str, name: str) -> None:
        self._put(f"{kind}N" if name in self._own else f"{kind}{name}", f"{kind}{name}")

    def _module(self, node: ast.Module) -> None:
        self._children(node)

    _arguments = _module

    def _functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._begin_unit()
        for decorator in node.decorator_list:
            self.write(decorator)
        self._line = self._before + node.lineno
        self._put("def", f"def {node.name}")
        self.write(node.args)
        for statement in node.body:
            self.write(statement)
        self._begin_unit()

    _asyncfunctiondef = _functiondef

    def _classdef(self, node: ast.ClassDef) -> None:
        self._put("class", f"class {node.name}")
        self._children(node)

    def _arg(self, node: ast.arg) -> None:
        self._put("N", node.arg)

    def _name(self, node: ast.Name) -> None:
        is_builtin = node.id in _BUILTIN and node.id not in self._own
        self._put(node.id if is_builtin else "N", node.id)

    def _attribute(self, node: ast.Attribute) -> None:
        self.write(node.value)
        self._named(".", node.attr)

    def _keyword(self, node: ast.keyword) -> None:
        self._named("=", node.arg or "**")
        self.write(node.value)

    def _constant(self, node: ast.Constant) -> None:
        value = node.value
        if value is None or isinstance(value, bool):
            self._put(repr(value))
        else:
            self._put("C", hex(value) if isinstance(value, int) else repr(value))

    def _joinedstr(self, node: ast.JoinedStr) -> None:
        self._put("C", ast.dump(node))

    def _expr(self, node: ast.Expr) -> None:
        """A statement that is a value alone: a docstring, or a call."""
        match node.value:
            case ast.Constant() | ast.Call(func=ast.Name(id="print")):
                return
        self._any(node)

    def _annassign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._put("Assign")
            self.write(node.target)
            self.write(node.value)

    def _augassign(self, node: ast.AugAssign) -> None:
        """As if it were written out: `x += 1` is `x = x + 1`."""
        self._put("Assign")
        self.write(node.target)
        self._put("BinOp")
        self.write(node.target)
        self.write(node.op)
        self.write(node.value)
