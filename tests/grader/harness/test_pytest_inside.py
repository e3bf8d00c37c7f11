"""What pytest does not promise is used in one file, and holds on every version that is allowed."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
INSIDE = ROOT / "grader" / "harness" / "pytest_inside.py"
OTHERS = sorted(set((ROOT / "grader").rglob("*.py")) - {INSIDE})
# Attributes of pytest's objects that its reference does not name, or not as stable.
PRIVATE = {"callspec", "cached_result", "teardown_exact", "name2fixturedefs", "runtestprotocol"}
OWN = {"self", "cls", "os"}  # whose private parts are no parts of pytest


def private_parts(source):
    """Lines of a source that name private parts of pytest, or of anything in a harness."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found = any(alias.name.startswith("_pytest") for alias in names)
            case ast.ImportFrom(module=module):
                found = (module or "").startswith("_pytest")
            case ast.Constant(value=str(text)):
                found = "_pytest" in text and "grader_" not in text
            case ast.Attribute(value=ast.Name(id=owner), attr=attr) if owner in OWN:
                found = attr in PRIVATE
            case ast.Attribute(attr=attr):
                found = attr in PRIVATE or re.match(r"_[a-z]", attr)
            case _:
                found = False
        if found:
            yield node.lineno


def test_private_parts_of_pytest_are_named_in_one_file():
    assert list(private_parts(INSIDE.read_text()))
    for path in OTHERS:
        if "pytest" in path.read_text():
            assert not list(private_parts(path.read_text())), path.relative_to(ROOT)


@pytest.mark.parametrize(
    "source",
    [
        "import _pytest.runner",
        "from _pytest import runner",
        "files('_pytest')",
        "item.session._setupstate",
        "fixture.cached_result",
        "self.item.callspec",
    ],
)
def test_private_parts_are_seen(source):
    assert list(private_parts(source)) == [1]


CLEANS_UP = """

@pytest.fixture
def cleaned():
    yield 1
"""
# Checks are called directly once the reference is there, and by pytest where they need it.
GRADE = """
import sys
from pathlib import Path
import pytest
from grader.harness import pytest_inside
from grader.harness.grading import grade
from grader.records import Submission
from grader.sandbox.warm import WarmSandbox
from grader.settings import load_assignment

ran, original = [], pytest_inside.runtestprotocol

def noted(item, **options):
    ran.append(item.name)
    return original(item, **options)

pytest_inside.runtestprotocol = noted
sources = [RIGHT, RIGHT.replace("2 * x", "3 * x")]
submissions = [
    Submission(name=f"s{n}", cells=(("submission.py", source),), modules={}, digest=f"{n}")
    for n, source in enumerate(sources)
]
sandbox = WarmSandbox(("numpy",))
grade(
    submissions,
    assignment=load_assignment(Path(sys.argv[1])),
    sandbox=sandbox,
    with_hidden=True,
    secret="s",
    emit=lambda report: print(*(str(check.verdict) for check in report.checks)),
)
sandbox.close()
print(len(ran), pytest.__version__)
"""


def allowed():
    """The requirement of pyproject.toml, and the lowest version that it allows."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    [wanted] = [line for line in project["dependencies"] if re.match(r"pytest\b", line)]
    lowest, too_high = re.fullmatch(r"pytest>=([\d.]+),<(\d+)", wanted).groups()
    return wanted, lowest, int(too_high)


def test_the_versions_of_pytest_have_a_floor_and_a_ceiling():
    _, lowest, too_high = allowed()
    installed = [int(part) for part in pytest.__version__.split(".")[:2]]
    assert [int(part) for part in lowest.split(".")] <= installed < [too_high]


@pytest.fixture
def on_version(tmp_path, small, right):
    """Grades on a version of pytest that is installed for the test: what came, line by line."""
    free = {k: v for k, v in os.environ.items() if k != "PIP_CONSTRAINT" and k[:6] != "PYTEST"}

    def run(wanted):
        folder = tmp_path / "site"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), wanted]
        subprocess.run(pip, env=free, check=True)
        checks, conftest = small / "test_visible.py", small / "conftest.py"
        chain = "def test_chain(student, reference, x"
        checks.write_text(checks.read_text().replace(chain, f"{chain}, cleaned"))
        conftest.write_text(conftest.read_text() + CLEANS_UP)
        program = f"RIGHT = {right!r}\n{GRADE}"
        ran = subprocess.run(
            [sys.executable, "-W", "error", "-c", program, str(small)],
            env=free | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.splitlines()

    return run


@pytest.mark.slow
@pytest.mark.parametrize("end", ["lowest", "highest"])
def test_grading_works_on_the_lowest_and_the_highest_version(on_version, end):
    wanted, lowest, too_high = allowed()
    first, second, last = on_version(f"pytest=={lowest}" if end == "lowest" else wanted)
    assert first == " ".join(["passed"] * 7)
    assert second == "passed passed failed blocked failed passed passed"
    n_ran, version = last.split()
    assert n_ran == "3"  # the very first one, and the one that cleans up for each submission
    assert version.startswith(f"{lowest}." if end == "lowest" else f"{too_high - 1}.")
