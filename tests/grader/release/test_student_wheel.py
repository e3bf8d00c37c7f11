"""The grader for students: few modules, few packages, and the release inside."""

import io
import os
import re
import subprocess
import sys
import venv
import zipfile

import pytest

from grader.release.student_wheel import student_wheel
from tests.grader.release.test_nothing_given_away import SHIPPED

FOR_STAFF = ("audit", "keys", "quiz", "store", "courses", "code_figures", "release", "api.py")
FEW_PACKAGES = [
    "click",
    "ipython",
    "jinja2",
    "msgspec",
    "numpy",
    "packaging",
    "pytest",
    "pyyaml",
    "rich",
]
RIGHT = SHIPPED / "examples" / "submissions" / "right-numpy.py"


@pytest.fixture(scope="module")
def wheel(made, tmp_path_factory):
    name, content = student_wheel("decoder-generation", made.files)
    path = tmp_path_factory.mktemp("wheel") / name
    path.write_bytes(content)
    return path


def members(wheel):
    return zipfile.ZipFile(wheel).namelist()


def test_nothing_for_staff_is_in_it(wheel):
    units = {name.split("/")[1] for name in members(wheel) if name.startswith("grader/")}
    assert units.isdisjoint(FOR_STAFF)
    assert "checks.py" in units
    assert not [name for name in members(wheel) if name.startswith("reference")]


def test_it_needs_few_packages(wheel):
    (metadata,) = (name for name in members(wheel) if name.endswith("METADATA"))
    text = zipfile.ZipFile(wheel).read(metadata).decode()
    needed = re.findall(r"^Requires-Dist: ([\w-]+)", text, re.MULTILINE)
    assert sorted(needed) == FEW_PACKAGES


def test_equal_content_is_equal_bytes(made):
    first, second = (student_wheel("decoder-generation", made.files)[1] for _ in range(2))
    assert first == second
    assert zipfile.ZipFile(io.BytesIO(first)).testzip() is None


@pytest.fixture
def unpacked(wheel, tmp_path):
    """Runs its command with the packages that are here, but for torch and the whole grader."""
    place = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(place)
    home = tmp_path / "home"
    home.mkdir()
    # A finder that comes first: torch is as if it were not installed.
    (place / "sitecustomize.py").write_text(
        "import sys\n"
        "class NoTorch:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in ('torch', 'reference'):\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, NoTorch())\n"
    )

    def run(*words):
        code = (
            f"import sys; sys.path.insert(0, {str(place)!r}); import sitecustomize; "
            "from grader.cli import main; main()"
        )
        return subprocess.run(
            [sys.executable, "-c", code, *map(str, words)],
            cwd=home,
            env={**os.environ, "PYTHONPATH": str(place)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_its_commands_are_those_of_students(unpacked):
    said = unpacked("--help").stdout
    shown = [line.split()[0] for line in said.partition("Commands:\n")[2].splitlines()]
    assert shown == ["assignments", "start", "check", "debug"]
    assert "there is no command 'batch'" in unpacked("batch", "class").stderr


@pytest.mark.slow
def test_it_is_installed_and_checks_without_torch(wheel, tmp_path):
    venv.create(tmp_path / "venv", with_pip=True)
    programs = tmp_path / "venv" / "bin"
    (tmp_path / "home").mkdir()

    def run(*words):
        return subprocess.run(
            [str(programs / words[0]), *map(str, words[1:])],
            cwd=tmp_path / "home",
            capture_output=True,
            text=True,
            check=False,
        )

    installed = run("pip", "install", "--quiet", wheel)
    assert installed.returncode == 0, installed.stderr
    assert run("python", "-c", "import torch").returncode == 1
    assert run("grader", "start", "decoder-generation").returncode == 0
    starter = run("grader", "check", "decoder-generation/submission.py")
    assert starter.returncode == 1, starter.stderr
    assert "Not implemented yet: step_input" in starter.stdout
    right = run("grader", "check", RIGHT, "--html", "page.html")
    assert right.returncode == 0, right.stdout + right.stderr
    assert "All 53 visible checks passed: 65 of 65 points." in right.stdout
    assert "All 53 visible checks passed." in (tmp_path / "home" / "page.html").read_text()
