"""`grader debug`: a script that makes the failing call again, with plain Python."""

import subprocess
import sys

import pytest

STAGE = "double"


@pytest.fixture
def debug(grader, small, tmp_path):
    def run(path, stage=STAGE):
        return grader("debug", path, stage, "--assignment", small, cwd=tmp_path)

    return run


def play(script):
    """Run it as a student does, where nothing of the grader can be imported."""
    words = [sys.executable, "-P", "-c", _BARE, str(script)]
    return subprocess.run(words, capture_output=True, text=True, cwd=script.parent, timeout=60)


_BARE = """
import runpy, sys
sys.modules["grader"] = None
script = sys.argv[1]
sys.path.insert(0, script.rpartition("/")[0])
runpy.run_path(script, run_name="__main__")
"""


def test_the_script_makes_the_failing_call_beside_the_submission(
    debug, small, tmp_path, right, with_double
):
    (small / "reference.py").write_text(right)
    (small / "misconceptions.py").touch()
    (tmp_path / "submission.py").write_text(with_double("x *= 3\nreturn x"))
    ran = debug("submission.py")
    assert ran.returncode == 0, ran.stderr
    assert "debug_double.py makes the call that this check made" in ran.stdout
    text = (tmp_path / "debug_double.py").read_text()
    assert "Every entry is doubled." in text
    assert "from submission import double" in text
    played = play(tmp_path / "debug_double.py")
    assert played.returncode == 0, played.stderr
    assert "answer" in played.stdout
    assert "expected" in played.stdout
    assert "changed in place: x" in played.stdout


def test_a_breakpoint_in_the_students_code_stops_there(debug, tmp_path, with_double):
    (tmp_path / "my work.py").write_text(with_double("breakpoint()\nreturn 3 * x"))
    assert debug("my work.py").returncode == 0
    played = play(tmp_path / "debug_double.py")  # nobody types: the debugger ends
    assert "return 3 * x" in played.stdout
    assert "(Pdb)" in played.stdout


def test_a_script_of_ones_own_is_not_written_over(debug, tmp_path, with_double):
    (tmp_path / "submission.py").write_text(with_double("return 3 * x"))
    own = tmp_path / "debug_double.py"
    own.write_text("mine = 1\n")
    ran = debug("submission.py")
    assert ran.returncode == 1
    assert "is there already, and `grader debug` has not written it" in ran.stderr
    assert own.read_text() == "mine = 1\n"


def test_where_there_is_nothing_to_debug_it_is_said(debug, tmp_path, right):
    (tmp_path / "submission.py").write_text(right)
    ran = debug("submission.py")
    assert (ran.returncode, ran.stdout) == (
        0,
        "double passes every visible check: there is nothing to debug.\n",
    )
    (tmp_path / "submission.py").write_text("x = 1\n")
    ran = debug("submission.py")
    assert (ran.returncode, ran.stdout) == (1, "double is not defined.\n")
    assert debug("nowhere.py").returncode == 2
    assert "Did you mean 'double'?" in debug("submission.py", "duoble").stderr


def test_a_notebook_is_sent_to_its_own_check(debug, tmp_path):
    (tmp_path / "a.ipynb").write_text('{"cells": [], "nbformat": 4, "metadata": {}}')
    ran = debug("a.ipynb")
    assert ran.returncode == 1
    assert "from grader.notebook import check" in ran.stderr


def test_a_folder_with_the_script_is_still_one_submission(debug, check_folder, with_double):
    folder, read = check_folder
    (folder / "mine.py").write_text(with_double("return 3 * x"))
    assert debug(folder).returncode == 0
    assert read(folder).cells[0][0] == "mine.py"


@pytest.fixture
def check_folder(tmp_path):
    from grader.intake.reading import read

    (tmp_path / "hw").mkdir()
    return tmp_path / "hw", read
