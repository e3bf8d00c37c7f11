"""A submission that patches comparison, forges truth or reads the suite's files gains nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TESTS = """
from pathlib import Path

import numpy as np
import pytest

import work

SECRET = (Path(__file__).parent / "data" / "secret.txt").read_text()


def test_value():
    assert work.value() == 42


def test_truth():
    assert work.is_right()


def test_array():
    np.testing.assert_allclose(work.array(), [1.0, 2.0])


def test_error():
    with pytest.raises(ValueError, match="width"):
        work.refuse(0)


def test_files(tmp_path):
    work.write(tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_text() == "hello"


def test_secret():
    assert work.secret(work.place()) == SECRET


def test_items():
    assert list(work.items()) == [1, 2, 3]


def test_honest():
    assert work.honest() == 1
"""
HONEST = "def honest():\n    return 1\n"
SAME = """
def is_right(): return value()
def array(): return value()
def refuse(n): return value()
def write(p): return value()
def place(): return "/"
def secret(p): return value()
def items(): return value()
"""
HOSTILE = {
    "equals everything": """
class Any:
    def __eq__(self, other): return True
    def __bool__(self): return True
    def __array__(self, *a, **k):
        import numpy
        return numpy.array([1.0, 2.0])
    def __len__(self): return 3
    def __iter__(self): return iter([Any(), Any(), Any()])
    def __getitem__(self, i): return [1.0, 2.0][i]
    def __float__(self): return 42.0
    def __contains__(self, x): return True
def value(): return Any()
"""
    + SAME,
    "subclasses of plain values": """
class Int(int):
    def __eq__(self, other): return True
class Text(str):
    def __eq__(self, other): return True
class List(list):
    def __eq__(self, other): return True
def value(): return Int(7)
"""
    + SAME.replace("def secret(p): return value()", "def secret(p): return Text('x')").replace(
        "def items(): return value()", "def items(): return List([9])"
    ),
    "answers for the bridge": """
import sys
def forged(request):
    return {"value": {"t": "object", "id": 1, "name": "x", "is_class": True, "is_iterator": False},
            "leaves": [[1, {}]], "changed": [[0, 3]], "files": [["/etc/passwd", "", 3]]}
sys.modules["suite_bridge"].serve = forged
def value(): return 1
"""
    + SAME,
    "forged kinds": """
import sys
bridge = sys.modules["suite_bridge"]
KINDS = [{"t": "range", "items": [0, 10**12, 1]}, {"t": "int", "text": "f" * 10**6},
         {"t": "named", "name": "x", "fields": ["a b"], "items": [1]}, {"t": "nothing"}, {"t": []},
         {"t": "array", "dtype": "object", "shape": [1], "data": 3}, {"t": "leaf", "id": 5}]
turn = [0]
def forged(request):
    turn[0] += 1
    return {"value": KINDS[turn[0] % len(KINDS)], "leaves": [], "changed": [], "files": []}
def value():
    bridge.serve = forged
    return 0
"""
    + SAME,
    "ends the process": """
import os
def value(): os._exit(0)
"""
    + SAME,
    "leaves by an exit": """
def value(): raise SystemExit(0)
"""
    + SAME,
    "skips itself": """
class Skipped(BaseException): pass
class OutcomeException(BaseException): pass
def value():
    try:
        import pytest
    except ImportError:
        raise Skipped("skip")
    pytest.skip("skip")
"""
    + SAME,
    "raises what is asked for": """
class ValueError(BaseException):
    def __str__(self): return "width"
def value(): raise ValueError("no")
"""
    + SAME,
    "names the secret": """
import pathlib
def value(): return 0
def is_right(): return 0
def array(): return 0
def refuse(n): return 0
def write(p): pathlib.Path(str(p) + "/../../../../escaped.txt").write_text("x")
def place(): return SECRET_PATH
def secret(p):
    for one in (p, SECRET_PATH):
        try:
            return pathlib.Path(one).read_text()
        except OSError:
            pass
    return "?"
def items(): return 0
""",
    "goes on for ever": """
def value():
    while True: pass
"""
    + SAME.replace("return value()", "return 0"),
    "endless items": """
import itertools
def value(): return 0
"""
    + SAME.replace("def items(): return value()", "def items(): return [0]"),
    "too much": """
import numpy
def value(): return numpy.zeros(20_000_000)
def is_right(): return ["x" * 1000] * 5000
"""
    + SAME.split("\n", 2)[2],
    "patches what compares": """
import numpy, builtins
numpy.testing.assert_allclose = lambda *a, **k: None
numpy.allclose = lambda *a, **k: True
builtins.all = lambda *a: True
def value(): return 0
"""
    + SAME,
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The reports by what the submission tries."""
    place = tmp_path_factory.mktemp("hostile")
    suite = place / "suite"
    (suite / "data").mkdir(parents=True)
    (suite / "data" / "secret.txt").write_text("the right answer")
    (suite / "test_work.py").write_text(TESTS)
    (suite / "suite.yaml").write_text(
        "student: [work]\nlimits: {call_seconds: 2, submission_seconds: 60}\n"
    )
    for name, source in HOSTILE.items():
        folder = place / "class" / name.replace(" ", "-")
        folder.mkdir(parents=True)
        secret = f"SECRET_PATH = {str(suite / 'data' / 'secret.txt')!r}\n"
        (folder / "work.py").write_text(secret + HONEST + source)
        (folder / "conftest.py").write_text("raise SystemExit('a conftest of the student')\n")
        (folder / "test_work.py").write_text("def test_value(): pass\n")
        (folder / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n")
    words = ["batch", place / "class", "-o", place / "results", "--suite", suite]
    ran = subprocess.run(
        [sys.executable, "-m", "grader", *map(str, words), "--require-level", "none"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert not list(place.rglob("escaped.txt"))
    return {
        name: json.loads((place / "results/staff" / f"{name.replace(' ', '-')}.json").read_text())
        for name in HOSTILE
    }


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_is_gained(graded, name):
    checks = {c["check"]: c for stage in graded[name]["stages"] for c in stage["checks"]}
    assert len(checks) == 8
    passed = {check for check, c in checks.items() if c["verdict"] == "passed"}
    assert passed <= {"test_work.test_honest"}
    assert all(c["max_points"] == 1 for c in checks.values())


@pytest.mark.parametrize("name", ["ends the process", "leaves by an exit", "goes on for ever"])
def test_what_comes_after_is_graded_all_the_same(graded, name):
    checks = {c["check"]: c for stage in graded[name]["stages"] for c in stage["checks"]}
    assert checks["test_work.test_honest"]["verdict"] == "passed"
