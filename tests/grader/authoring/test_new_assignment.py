"""`grader new` makes an assignment that runs at once, whatever it is called."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.settings import load_assignment


def typed(*words):
    return CliRunner().invoke(main, list(map(str, words)))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course") / "layer-rates"
    ran = typed("new", folder)
    assert ran.exit_code == 0, ran.output
    assert f"grader examples {folder}\n" in ran.output
    return folder


def test_its_name_becomes_its_title(made):
    assignment = load_assignment(made)
    assert (assignment.name, assignment.title) == ("layer-rates", "Layer rates")
    assert (made / "handout.md").read_text().startswith("# Layer rates\n")


def test_its_examples_get_what_is_expected(made):
    ran = typed("examples", made)
    assert (ran.exit_code, ran.stdout) == (
        0,
        "4 examples of layer-rates: each gets what is expected.\n",
    )


def test_its_audit_finds_nothing_and_no_check_is_idle(made, tmp_path):
    ran = typed("audit", made, "--samples", 3, "--require-level", "none")
    assert ran.exit_code == 0, ran.output
    assert "Everything is as it must be." in ran.stdout
    assert "no known mistake fails it" not in ran.stdout


def test_what_a_linter_finds_in_it_is_nothing(made):
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--isolated",
        "--line-length",
        "100",
        "--select",
        "E,F,W",
        ".",
    ]
    checked = subprocess.run(command, cwd=made, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    "title", ['Loss: "mean" or \\sum?', "'''\"\"\"", "# {title}", "Ålesund: 1"]
)
def test_any_title_is_kept_as_it_is(tmp_path, title):
    folder = tmp_path / "one"
    assert typed("new", folder, "--title", title).exit_code == 0
    assert load_assignment(folder).title == title
    compile((folder / "starter.py").read_text(), "starter.py", "exec")


def test_nothing_is_overwritten(made):
    before = (made / "reference.py").read_bytes()
    ran = typed("new", made)
    assert ran.exit_code == 2
    assert "there is something in this folder, and nothing is overwritten" in ran.output
    assert (made / "reference.py").read_bytes() == before


@pytest.mark.parametrize("name", ["a b", "ø", "x" * 101])
def test_a_name_that_cannot_be_one_is_one_sentence(tmp_path, name):
    ran = typed("new", tmp_path / name)
    assert ran.exit_code == 2
    assert ran.output.startswith(f"error: {name!r} is no name for an assignment\n")
    assert not (tmp_path / name).exists()
