"""The tool that changes modules: what it changes, what it leaves alone, what it finds."""

import shutil
from pathlib import Path

import pytest

from tests.mutation.operators import mutants
from tests.mutation.run import ROOT, Module, MutationError, planned, try_all, workers
from tests.mutation.suites import SUITES

TOY = """
def larger(a, b):
    if a > b:
        return a
    return b
"""
TEST = """
from grader.toy import larger

def test_larger():
    assert (larger(1, 2), larger(5, 2)) == (2, 5)
"""


def changes(source):
    return {mutant.after for mutant in mutants(source.encode(), file="toy.py")}


@pytest.mark.parametrize(
    ("source", "after"),
    [
        ("x = a < b", {"x = (a <= b)"}),
        ("x = a < b == c", {"x = (a <= b == c)", "x = (a < b != c)"}),
        ("x = a not in b", {"x = (a in b)"}),
        ("x = a and b and c", {"x = (b and c)", "x = (a and c)", "x = (a and b)"}),
        ("x = not a", {"x = a"}),
        ("x = -a", {"x = a"}),
        ("x = (a + b) * c", {"x = ((a + b) / c)", "x = ((a - b)) * c"}),
        ("x = 1", {"x = 2"}),
        ("x = 0.0", {"x = 1.0"}),
        ("x = True", {"x = False"}),
        ("x = 'é'", {'x = ""'}),
        ("x = f'{a}'", {'x = ""'}),
        ("x = min(a)", {"x = max(a)"}),
        ("x += y", {"pass", "x -= y"}),
        ("x.y = z", {"pass"}),
        ("raise x", {"pass"}),
        ("f(x)", {"pass"}),
        ("x = a if b else c", {"x = a if True else c", "x = a if False else c"}),
        ("x = [a for a in b if a]", {"x = [a for a in b if True]", "x = [a for a in b if False]"}),
        ("while x:\n    break", {"while False:", "pass"}),
        ("for x in y:\n    continue", {"break"}),
        ("match x:\n    case int(): y()", {"case int() if False: y()", "case int(): pass"}),
        ("def f():\n    return x", {"return None"}),
    ],
)
def test_each_kind_of_change(source, after):
    assert changes(source) == after


@pytest.mark.parametrize(
    "source",
    [
        "x = None",
        "x: Literal['a']",
        "def f(x: 'a') -> 'b':\n    'Words.'\n    return None",
        "@cache(size=3)\nclass C:\n    __slots__ = ('a',)",
    ],
)
def test_what_only_describes_is_left_alone(source):
    assert changes(source) == set()


def test_a_mutant_knows_its_place():
    [first, second] = mutants(b"class C:\n    def f(self):\n        return (\n  x)\n", file="t") * 2
    assert (first.line, first.last_line, first.function) == (3, 4, "C.f")
    assert (first.before, first.after) == ("return ( x)", "return None")
    assert first == second


@pytest.fixture
def toy(tmp_path):
    """A tree with one module and its test."""
    for folder in ("grader", "reference", "tests"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").touch()
    (tmp_path / "grader" / "toy.py").write_text(TOY)
    (tmp_path / "tests" / "test_toy.py").write_text(TEST)
    shutil.copytree(Path(__file__).parent, tmp_path / "tests" / "mutation")
    return tmp_path


def test_a_change_that_no_test_notices_survives_and_the_others_are_killed(toy):
    every = mutants(TOY.encode(), file="grader/toy.py")
    module = Module("grader/toy.py", ("tests/test_toy.py",), every, 0)
    with workers(toy, 1) as running:
        try_all(module, running)
    assert [mutant.after for mutant in module.survivors] == ["if (a >= b):"]
    assert (module.n_killed, module.n_tried) == (4, 5)
    assert module.found_by == {"tests/test_toy.py::test_larger": 4}
    assert (toy / "grader" / "toy.py").read_text() == TOY


def test_tests_that_fail_without_a_change_are_told(toy):
    (toy / "tests" / "test_toy.py").write_text("def test_wrong():\n    assert False\n")
    every = mutants(TOY.encode(), file="grader/toy.py")
    told = r"toy\.py fail unchanged: tests/test_toy\.py::test_wrong, pytest's exit code 1$"
    with workers(toy, 1) as running, pytest.raises(MutationError, match=told):
        try_all(Module("grader/toy.py", ("tests/test_toy.py",), every, 0), running)


def test_tests_that_fail_once_are_run_once_more(toy):
    tests = toy / "tests" / "test_toy.py"
    late = "import pathlib\n\n\ndef test_late():\n    path = pathlib.Path('was-here')\n"
    late += "    found = path.exists()\n    path.touch()\n    assert found\n"
    tests.write_text(f"{tests.read_text()}\n\n{late}")
    module = Module("grader/toy.py", ("tests/test_toy.py",), mutants(TOY.encode(), file="x"), 0)
    with workers(toy, 1) as running:
        try_all(module, running)
    assert module.n_killed == 4


def test_a_listed_mutant_is_not_tried_and_must_exist(toy):
    file = "grader/toy.py"
    listed = {(file, "larger", "if a > b:", "if (a >= b):"): "equal numbers are the same"}
    [module] = planned([file], listed, root=toy)
    assert (len(module.mutants), module.n_equivalent) == (4, 1)
    (toy / file).write_text(TOY.replace("a > b", "b < a"))
    with pytest.raises(MutationError, match="no longer exists"):
        planned([file], listed, root=toy)


def test_the_modules_and_tests_that_are_named_are_there():
    named = {name for tests in SUITES.values() for name in tests if "/" in name} | SUITES.keys()
    assert {name for name in named if not (ROOT / name).exists()} == set()
