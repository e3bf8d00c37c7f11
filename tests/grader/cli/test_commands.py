"""Words that are no command, and the other way to start."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from grader.cli import main


@pytest.mark.parametrize(
    ("words", "meant"),
    [(["chekc"], "check"), (["quiz", "tak"], "take"), (["assignment"], "assignments")],
)
def test_a_word_that_is_no_command_is_answered_with_the_one_that_was_meant(words, meant):
    ran = CliRunner().invoke(main, words)
    assert ran.exit_code == 2
    assert f"there is no command {words[-1]!r}. Did you mean {meant!r}?" in ran.output


def test_a_word_that_is_near_none_gets_the_list():
    ran = CliRunner().invoke(main, ["xyzzy"])
    assert "There is: " in ran.output
    assert "batch" in ran.output


def test_python_m_grader_is_grader():
    ran = subprocess.run(
        [sys.executable, "-m", "grader", "--version"], capture_output=True, text=True, check=True
    )
    assert ran.stdout.startswith("grader, version ")
