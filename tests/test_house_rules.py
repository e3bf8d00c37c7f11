"""The rules of CONTRIBUTING.md that can be counted, held against grader and reference.

- A function has at most 40 lines, its docstring not counted. Its decorators are not, either. A
  file has at most 400.
- A class name stands once in grader and reference, private ones apart.
- More than three parameters of a public function are given by name: at most three may be given by
  place. Not counted are `self` and `cls`, and these functions: commands and callbacks of click
  (they have a decorator of it), names with underscores around them, pytest's hooks, tests and
  fixtures, everything in `reference` (it takes what the subject prescribes), and what is nested in
  another function.
- Below `cli` and `api` nobody reads the clock: `datetime.now`, `datetime.today`, `time.time`. What
  measures how long something takes, `time.monotonic` and `time.perf_counter`, is free.
- A public function with `raise SomeError(...)` in its body says so under `Raises:`. Exempt are the
  functions above, properties, what re-raises or raises a private class, `AssertionError`, and what
  a handler of the same function catches by its name.
"""

import ast
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = {
    path.relative_to(ROOT).as_posix(): path
    for unit in ("grader", "reference")
    for path in sorted((ROOT / unit).rglob("*.py"))
}
CLOCK = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
PRESCRIBED = ("reference/", "grader/sandbox/conformance/")


def tree(name):
    return ast.parse(FILES[name].read_text(encoding="utf-8"))


def functions(node, prefix="", *, nested=True):
    """Each function with its name as in `Class.method`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from functions(child, f"{prefix}{child.name}.", nested=nested)
        elif isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield f"{prefix}{child.name}", child
            if nested:
                yield from functions(child, f"{prefix}{child.name}.")
        else:
            yield from functions(child, prefix, nested=nested)


def decorators(function):
    return [ast.unparse(decorator) for decorator in function.decorator_list]


def is_public(name, function):
    """Whether the rules for public functions hold for it."""
    if any(part.startswith("_") for part in name.split(".")):
        return False
    if function.name.startswith(("pytest_", "test_")):
        return False
    foreign = ("click.", "property", "pytest.", "overload")
    return not any(said.startswith(foreign) for said in decorators(function))


def public_functions(file):
    if file.startswith(PRESCRIBED):
        return
    for name, function in functions(tree(file), nested=False):
        if is_public(name, function):
            yield f"{file}:{name}", function


def by_place(function):
    """The parameters that may be given by place, without self and cls."""
    arguments = function.args
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    return [name for name in names if name not in ("self", "cls")]


def own_nodes(function):
    """What stands in a function, without what stands in functions within it."""
    todo = list(function.body)
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            todo += ast.iter_child_nodes(node)


def length(function):
    """The lines of a function without those of its docstring."""
    first = function.body[0]
    said = ast.get_docstring(function, clean=False) is not None
    n_docstring = first.end_lineno - first.lineno + 1 if said else 0
    return function.end_lineno - function.lineno + 1 - n_docstring


def class_name(expression):
    return ast.unparse(expression).rpartition(".")[2]


def caught(handlers):
    """The names of the classes that some handlers catch."""
    for handler in handlers:
        types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        yield from (class_name(type_) for type_ in types if type_ is not None)


def raised(function):
    """The public classes that leave a function by a `raise` in its own body."""
    nodes = list(own_nodes(function))
    kept_in = {
        id(node)
        for attempt in nodes
        if isinstance(attempt, ast.Try)
        for statement in attempt.body
        for node in ast.walk(statement)
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and class_name(node.exc.func) in caught(attempt.handlers)
    }
    for node in nodes:
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = class_name(node.exc.func)
            if name[:1].isupper() and name != "AssertionError" and id(node) not in kept_in:
                yield name


def test_a_function_has_at_most_40_lines_its_docstring_not_counted():
    long = {
        f"{file}:{name}"
        for file in FILES
        for name, function in functions(tree(file))
        if length(function) > 40
    }
    assert long == set()


@pytest.mark.parametrize("file", FILES)
def test_a_file_has_at_most_400_lines(file):
    assert len(FILES[file].read_text(encoding="utf-8").splitlines()) <= 400


def test_one_class_name_is_one_thing():
    names = Counter(
        node.name
        for file in FILES
        for node in ast.walk(tree(file))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert {name for name, times in names.items() if times > 1} == set()


def test_more_than_three_parameters_of_a_public_function_are_given_by_name():
    loose = {
        name
        for file in FILES
        for name, function in public_functions(file)
        if len(by_place(function)) > 3
    }
    assert loose == set()


def test_nobody_below_the_commands_reads_the_clock():
    reads = {
        file
        for file in FILES
        if not file.startswith(("grader/cli/", "grader/api.py"))  # the fronts
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in CLOCK
    }
    assert reads == set()


def test_what_a_public_function_raises_stands_under_raises():
    silent = set()
    for file in FILES:
        for name, function in public_functions(file):
            said = (ast.get_docstring(function) or "").partition("Raises:")[2]
            if any(error not in said for error in raised(function)):
                silent.add(name)
    assert silent == set()
