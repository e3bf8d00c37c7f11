"""The autograder zip of Gradescope: what is in it, and that it grades in a root of its layout."""

import io
import json
import os
import shutil
import signal
import stat
import subprocess
import time
import tomllib
import zipfile

import pytest
from click.testing import CliRunner

from grader.autograders.gradescope_zip import autograder_zip
from grader.autograders.own_wheel import own_wheel
from grader.cli import main
from grader.gradebooks.gradescope_results import HiddenTests
from grader.settings import load_assignment
from tests.grader.autograders.gradescope_root import PLAIN_USER, GradescopeRoot

COURSE = b"secret: 0123456789abcdef0123456789abcdef\n"
RIGHT = "def shift(x):\n    return x + 1\n\n\ndef double(x):\n    return 2 * x\n"
RIGHT += "\n\ndef both(x):\n    return double(shift(x))\n"
SLOW = RIGHT.replace(
    "    return 2 * x\n", "    import time\n    time.sleep(0.9)\n    return 2 * x\n"
)
SMALL = "tests/small_assignment"


@pytest.fixture(scope="module")
def assignment(pytestconfig):
    return load_assignment(pytestconfig.rootpath / SMALL)


def entries(content):
    return {entry.filename: entry for entry in zipfile.ZipFile(io.BytesIO(content)).infolist()}


def made(assignment, *, course=COURSE, level="confined"):
    return autograder_zip(
        assignment, course=course, hidden=HiddenTests.AFTER_PUBLISHED, require_level=level
    )


def test_both_scripts_are_programs_at_the_root_and_nobody_else_may_read_anything(assignment):
    found = entries(made(assignment))
    modes = {name: stat.S_IMODE(entry.external_attr >> 16) for name, entry in found.items()}
    assert (modes["setup.sh"], modes["run_autograder"]) == (0o700, 0o700)
    assert all(mode & 0o077 == 0 for mode in modes.values())


def test_equal_files_make_equal_zips(assignment):
    assert made(assignment) == made(assignment)


def test_the_course_is_in_it_only_if_it_is_named(assignment):
    assert "course.yaml" in entries(made(assignment))
    without = made(assignment, course=None)
    assert "course.yaml" not in entries(without)
    script = zipfile.ZipFile(io.BytesIO(without)).read("run_autograder")
    assert b"--course" not in script


def test_the_wheel_is_this_grader_without_right_submissions():
    name, content = own_wheel()
    names = entries(content).keys()
    assert name.startswith("decoder_grader-")
    assert {"grader/cli/__init__.py", "grader/audit/__init__.py", "grader/py.typed"} <= names
    assert "reference/decoder/__init__.py" in names
    assert "grader/content/assignments/decoder-generation/assignment.yaml" in names
    right = [name for name in names if "/assignments/" in name and "/examples/" in name]
    assert not right
    assert not any("__pycache__" in name for name in names)


def test_the_wheel_needs_what_the_project_needs(pytestconfig):
    project = tomllib.loads((pytestconfig.rootpath / "pyproject.toml").read_text())["project"]
    name, content = own_wheel()
    about = f"{'-'.join(name.split('-')[:2])}.dist-info/METADATA"
    said = zipfile.ZipFile(io.BytesIO(content)).read(about).decode()
    assert all(f"Requires-Dist: {needed}\n" in said for needed in project["dependencies"])


def test_the_scripts_are_understood_by_a_plain_shell(assignment, tmp_path):
    zipfile.ZipFile(io.BytesIO(made(assignment))).extractall(tmp_path)
    for script in ("setup.sh", "run_autograder"):
        subprocess.run(["sh", "-n", tmp_path / script], check=True)


def test_a_course_without_a_secret_is_refused(tmp_path, pytestconfig):
    (tmp_path / "course.yaml").write_text("name: C\n")
    words = ["gradescope", "build", str(pytestconfig.rootpath / SMALL)]
    words += ["-o", str(tmp_path / "a.zip"), "--course", str(tmp_path / "course.yaml")]
    ran = CliRunner().invoke(main, words)
    assert ran.exit_code == 2
    assert "has no secret" in ran.output
    assert not (tmp_path / "a.zip").exists()


def test_the_zip_that_is_written_is_for_its_owner_and_says_what_it_holds(tmp_path, pytestconfig):
    (tmp_path / "course.yaml").write_bytes(COURSE)
    words = ["gradescope", "build", str(pytestconfig.rootpath / SMALL)]
    words += ["-o", str(tmp_path / "a.zip"), "--course", str(tmp_path / "course.yaml")]
    ran = CliRunner().invoke(main, words)
    assert ran.exit_code == 0, ran.output
    assert "It holds the secret of the course." in ran.output
    assert stat.S_IMODE((tmp_path / "a.zip").stat().st_mode) == 0o600


@pytest.fixture(scope="module", params=[0, PLAIN_USER], ids=["root", "a-plain-user"])
def machine(request, tmp_path_factory, assignment):
    """A machine of Gradescope's on which setup.sh has run."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "pivot_root", "setpriv"))):
        pytest.skip("only root can make a root of Gradescope's layout, with util-linux")
    folder = tmp_path_factory.mktemp("gradescope")
    (folder / "mount").mkdir()
    zipped = io.BytesIO(made(assignment, level="none"))
    there = GradescopeRoot(
        folder / "autograder", folder / "mount", zipped=zipped, user=request.param
    )
    ran = there.set_up()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "The isolation that this machine reaches" in ran.stdout
    return there


@pytest.fixture
def gradescope(machine):
    """The machine, with nothing handed in."""
    machine.results.unlink(missing_ok=True)
    for path in (machine.folder / "submission").iterdir():
        path.unlink()
    return machine


def handed_in(there, source):
    (there.folder / "submission" / "submission.py").write_text(source)
    (there.folder / "submission_metadata.json").write_text("")  # as local images have it


def results_so_far(there):
    try:
        return json.loads(there.results.read_text()).get("tests", [])
    except FileNotFoundError:
        return []


@pytest.mark.slow
def test_it_grades_in_a_root_of_gradescopes_layout(gradescope):
    handed_in(gradescope, RIGHT)
    process = gradescope.start()
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    results = json.loads(gradescope.results.read_text())
    assert sum(test["score"] for test in results["tests"]) == 7
    hidden = [test["visibility"] for test in results["tests"]]
    assert {"visible", "after_published"} == set(hidden)
    assert results["extra_data"]["status"] == "graded"
    assert f"Isolation level: {results['extra_data']['isolation']}." in said


@pytest.mark.slow
def test_what_is_known_stays_if_it_is_killed_in_the_middle(gradescope):
    handed_in(gradescope, SLOW)
    process = gradescope.start()
    deadline = time.monotonic() + 120
    while len(results_so_far(gradescope)) < 2:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    results = json.loads(gradescope.results.read_text())
    assert results["extra_data"]["status"] == "unfinished"
    assert results["output"].startswith("Grading was stopped after ")
    assert 2 <= len(results["tests"]) < 5
    assert results["tests"][0]["score"] == 1


@pytest.mark.slow
def test_what_cannot_be_read_has_a_reason_and_no_score(gradescope):
    (gradescope.folder / "submission" / "essay.pdf").write_bytes(b"%PDF")
    process = gradescope.start()
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    results = json.loads(gradescope.results.read_text())
    assert {"score", "tests"} & results.keys() == set()
    assert results["output"].startswith("It could not be read, so it has no points yet: ")
