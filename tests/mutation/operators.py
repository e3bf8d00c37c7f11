"""Small changes to a module, each of which a test should notice.

A mutant replaces one piece of the source: a comparison, a condition, an operand, a number, a
sentence, a statement. Annotations, decorators, docstrings and `__slots__` are left alone.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARISONS = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
}
_ARITHMETIC = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "/",
    ast.Div: "*",
    ast.FloorDiv: "/",
    ast.Mod: "*",
    ast.Pow: "*",
    ast.MatMult: "*",
    ast.LShift: ">>",
    ast.RShift: "<<",
    ast.BitAnd: "|",
    ast.BitOr: "&",
    ast.BitXor: "&",
}
_FUNCTIONS = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "sorted": "list",
    "reversed": "iter",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change: where it is, the lines it touches before and after, and the whole new source."""

    file: str
    line: int
    last_line: int
    function: str
    before: str
    after: str
    source: bytes

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What names it in the list of equivalents; it does not move with the line numbers."""
        return self.file, self.function, self.before, self.after


@dataclass(frozen=True, slots=True)
class _Edit:
    node: ast.AST
    text: str
    function: str


def mutants(source: bytes, *, file: str) -> list[Mutant]:
    """All mutants of a module that are Python, in the order of their lines."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found: dict[bytes, Mutant] = {}
    for edit in _edits(ast.parse(source), ""):
        node = edit.node
        begin = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        changed = source[:begin] + edit.text.encode() + source[end:]
        if changed != source and changed not in found and _compiles(changed):
            first, last = starts[node.lineno - 1], starts[node.end_lineno]
            found[changed] = Mutant(
                file=file,
                line=node.lineno,
                last_line=node.end_lineno,
                function=edit.function,
                before=_one_line(source[first:last]),
                after=_one_line(changed[first : last + len(changed) - len(source)]),
                source=changed,
            )
    return sorted(found.values(), key=lambda mutant: mutant.line)


def _one_line(lines: bytes) -> str:
    return " ".join(lines.decode().split())


def _compiles(source: bytes) -> bool:
    try:
        compile(source, "mutant", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def _edits(node: ast.AST, function: str) -> Iterator[_Edit]:
    for text in (*_of_statement(node), *_of_expression(node)):
        yield _Edit(node, text, function)
    for part, text in _of_parts(node):
        yield _Edit(part, text, function)
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        function = f"{function}.{node.name}".lstrip(".")
    for child in _children(node):
        yield from _edits(child, function)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node that are changed, too."""
    left_alone = {"annotation", "returns", "decorator_list", "type_params"}
    if isinstance(node, ast.JoinedStr) or _is_slots(node):
        return
    for name, value in ast.iter_fields(node):
        if name in left_alone:
            continue
        children = value if isinstance(value, list) else [value]
        yield from (
            child for child in children if isinstance(child, ast.AST) and not _is_docstring(child)
        )


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_slots(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__slots__"


def _of_statement(node: ast.AST) -> Iterator[str]:
    """What a whole statement is replaced by."""
    match node:
        case ast.Return(value=ast.expr() as value):
            if ast.unparse(value) != "None":
                yield "return None"
        case ast.Expr(value=ast.Call()) | ast.Raise() | ast.Break() | ast.Delete():
            yield "pass"
        case ast.Continue():
            yield "break"
        case ast.AugAssign():
            yield "pass"
            yield (
                f"{ast.unparse(node.target)} {_ARITHMETIC[type(node.op)]}= "
                f"{ast.unparse(node.value)}"
            )
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield "pass"


def _of_expression(node: ast.AST) -> Iterator[str]:
    """What a whole expression is replaced by."""
    match node:
        case ast.Constant(value=value):
            yield from _other_constant(value)
        case ast.JoinedStr():
            yield '""'
        case ast.BoolOp(op=operator, values=values):
            word = " and " if isinstance(operator, ast.And) else " or "
            for left_out in values:
                kept = [_bracketed(value) for value in values if value is not left_out]
                yield f"({word.join(kept)})"
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield _bracketed(operand)
        case ast.BinOp(left=left, op=operator, right=right):
            yield f"({_bracketed(left)} {_ARITHMETIC[type(operator)]} {_bracketed(right)})"
        case ast.Compare():
            yield from _other_comparisons(node)


def _of_parts(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Parts that depend on where they stand: conditions, cases, names of functions."""
    match node:
        case ast.If(test=test) | ast.IfExp(test=test):
            yield test, "True"
            yield test, "False"
        case ast.While(test=test):
            yield test, "False"
        case ast.comprehension(ifs=conditions):
            for condition in conditions:
                yield condition, "True"
                yield condition, "False"
        case ast.match_case(pattern=pattern, guard=None):
            yield pattern, f"{ast.unparse(pattern)} if False"
        case ast.match_case(guard=ast.expr() as guard):
            yield guard, "True"
            yield guard, "False"
        case ast.Call(func=ast.Name(id=name) as called) if name in _FUNCTIONS:
            yield called, _FUNCTIONS[name]


def _other_constant(value: object) -> Iterator[str]:
    match value:
        case bool():
            yield str(not value)
        case int():
            yield str(value + 1)
        case float():
            yield str(value * 2 or 1.0)
        case str():
            yield '""' if value else '"mutated"'
        case bytes():
            yield 'b""' if value else 'b"mutated"'


def _other_comparisons(node: ast.Compare) -> Iterator[str]:
    for place in range(len(node.ops)):
        words = [_bracketed(node.left)]
        for number, (operator, right) in enumerate(zip(node.ops, node.comparators, strict=True)):
            if number == place:
                words.append(_COMPARISONS[type(operator)])
            else:
                words.append(_word(operator))
            words.append(_bracketed(right))
        yield f"({' '.join(words)})"


def _word(operator: ast.cmpop) -> str:
    """How a comparison is written."""
    compared = ast.Compare(ast.Name("a"), [operator], [ast.Name("b")])
    return ast.unparse(compared).removeprefix("a ").removesuffix(" b")


def _bracketed(node: ast.AST) -> str:
    text = ast.unparse(node)
    simple = ast.Name | ast.Constant | ast.Attribute | ast.Call | ast.Subscript
    return text if isinstance(node, simple) else f"({text})"
