"""Use cases know no front: no terminal, no page, no keyboard; and the clock is handed in."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
UNITS = ("courses", "quiz", "store")
FILES = {
    str(path.relative_to(ROOT)): path
    for unit in UNITS
    for path in sorted((ROOT / "grader" / unit).rglob("*.py"))
}
FRONTS = {"click", "rich", "getpass", "readline", "http", "flask", "starlette"}
DIRECT = {"print", "input", "exit"}
OF_MODULES = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
    ("time", "time"), ("sys", "stdin"), ("sys", "stdout"), ("sys", "stderr"), ("sys", "argv"),
}  # fmt: skip


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


@pytest.mark.parametrize("name", FILES)
def test_a_file_below_the_fronts_uses_none_of_them(name):
    tree = ast.parse(FILES[name].read_text(encoding="utf-8"))
    assert not FRONTS & {module.partition(".")[0] for module in imported(tree)}
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert not DIRECT & {call.id for call in calls if isinstance(call, ast.Name)}
    used = {
        (node.value.id, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    assert not OF_MODULES & used


def test_importing_all_use_cases_loads_no_front():
    names = [
        ".".join(Path(name).with_suffix("").parts)
        for name in FILES
        if name.startswith("grader/courses/") and not name.endswith("__init__.py")
    ]
    assert len(names) > 5
    code = f"import sys, importlib\nfor name in {names}: importlib.import_module(name)\n"
    code += "print(*{module.partition('.')[0] for module in sys.modules})"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not {"click", "rich", "torch"} & set(ran.stdout.split())
