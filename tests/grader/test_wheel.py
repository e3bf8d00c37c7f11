"""What is installed from a wheel carries its types."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """\
from grader.api import Report, grade_submission
report: Report = grade_submission("ada.py", assignment="perplexity")
names: list[str] = [stage.stage for stage in report.stages]
"""
WRONG = PROGRAM.replace("list[str]", "list[int]")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    words = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *words, str(ROOT)], check=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture
def mypy(wheel, tmp_path):
    """Checks a program where the wheel is installed: its exit code and what it printed.

    What the wheel needs is taken from where the tests run.
    """
    place = tmp_path / "venv"
    venv.create(place, with_pip=False)
    (site,) = place.glob("lib/python*/site-packages")
    zipfile.ZipFile(wheel).extractall(site)
    (site / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    program = tmp_path / "program" / "program.py"
    program.parent.mkdir()

    def run(text):
        program.write_text(text)
        python = f"--python-executable={place / 'bin' / 'python'}"
        words = ["--strict", "--config-file=", "--cache-dir=.cache", python, program.name]
        ran = subprocess.run(
            [sys.executable, "-m", "mypy", *words],
            cwd=program.parent,
            env={k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "MYPYPATH")},
            capture_output=True,
            text=True,
            check=False,
        )
        return ran.returncode, ran.stdout + ran.stderr

    return run


@pytest.mark.slow
def test_a_wheel_says_that_both_packages_are_typed(wheel):
    assert {"grader/py.typed", "reference/py.typed"} <= set(zipfile.ZipFile(wheel).namelist())


@pytest.mark.slow
def test_a_wheel_holds_what_pages_are_made_of(wheel):
    made_of = ("pages/templates/student.html", "pages/style/page.css", "templates/tokens.css")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"grader/reports/{name}" for name in made_of} <= names


@pytest.mark.slow
def test_a_program_that_uses_a_wheel_is_checked_strictly(mypy):
    code, said = mypy(PROGRAM)
    assert code == 0, said
    code, said = mypy(WRONG)
    assert code == 1
    assert '"list[int]"' in said or "List comprehension has incompatible type" in said
