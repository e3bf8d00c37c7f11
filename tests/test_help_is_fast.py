"""Help answers at once: nothing heavy is imported on the way to it."""

import subprocess
import sys
from pathlib import Path

import pytest

from grader.cli import main
from grader.cli.quiz.group import quiz

ROOT = Path(__file__).parents[1]
HEAVY = {
    "torch",
    "numpy",
    "pytest",
    "_pytest",
    "rich",
    "sqlalchemy",
    "IPython",
    "safetensors",
    "starlette",
}
COMMANDS = (
    "assignments",
    "start",
    "check",
    "debug",
    "new",
    "release",
    "batch",
    "merge",
    "report",
    "analyze",
    "name",
    "secret",
    "decide",
    "regrade",
    "diff",
    "gradebook",
    "export",
    "gradescope",
    "similarity",
    "audit",
    "examples",
    "quiz",
    "serve",
    "work",
    "backup",
    "restore",
    "lti",
    "doctor",
)
HELP = """
import sys
from grader.cli import main
from grader.cli.quiz.group import quiz

main(sys.argv[1:], standalone_mode=False)
print("MODULES", *sys.modules)
"""


def ask_for_help(*words):
    """What the help says, and the packages that were imported for it."""
    ran = subprocess.run(
        [sys.executable, "-c", HELP, *words, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    said, _, modules = ran.stdout.partition("MODULES ")
    assert ran.stderr == ""
    return said, {module.partition(".")[0] for module in modules.split()}


def test_help_imports_nothing_heavy():
    said, packages = ask_for_help()
    assert "grader" in packages
    assert not packages & (HEAVY | {"msgspec", "yaml", "multiprocessing", "asyncio"})
    assert said.startswith("Usage: ")


def test_help_lists_all_commands():
    said, _ = ask_for_help()
    listed = said.partition("Commands:\n")[2].splitlines()
    assert tuple(line.split()[0] for line in listed if line.startswith("  ")) == COMMANDS
    assert tuple(main.list_commands(None)) == COMMANDS
    assert all(len(line.split()) > 2 for line in listed if line), "each has a word on what it does"


@pytest.mark.parametrize(
    "words",
    [
        *((name,) for name in COMMANDS),
        *(("quiz", name) for name in sorted(quiz.commands)),
    ],
    ids=" ".join,
)
def test_help_of_a_command_imports_nothing_heavy(words):
    said, packages = ask_for_help(*words)
    assert not packages & HEAVY
    assert said.startswith("Usage: ")


def test_importing_the_package_imports_nothing_else():
    code = "import grader, sys; print(*(m for m in sys.modules if m.startswith('grader')))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert ran.stdout.split() == ["grader"]
