"""A command is a light file that help can load, and a file NAME_run.py that imports at its top."""

import ast
from pathlib import Path

import pytest

import grader.cli

FOLDER = Path(grader.cli.__file__).parent
FILES = {str(path.relative_to(FOLDER)): path for path in sorted(FOLDER.rglob("*.py"))}
# The warm process of the sandbox starts while these are imported; not every Python has readline,
# and not everybody has Dask.
LATE = {
    "check_run.py": {
        "grader.cli.page_file",
        "grader.diagnosis.explanation",
        "grader.harness.grading",
        "grader.reports.check_faults",
        "grader.reports.terminal",
        "grader.subject.loading",
        "grader.suites.choosing",
    },
    "executor_choice.py": {"grader.batch.executors.dask.cluster"},
    "keyboard.py": {"readline"},
}


def late_imports(path):
    """The modules that functions import."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    for function in (
        node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, functions)
    ):
        for node in ast.walk(function):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                is_package = node.module in ("grader.cli", "grader.cli.quiz")
                yield from (
                    [f"{node.module}.{a.name}" for a in node.names] if is_package else [node.module]
                )


@pytest.mark.parametrize("name", FILES)
def test_a_function_imports_nothing_but_the_file_that_does_the_work(name):
    package = ".".join(("grader.cli", *Path(name).parent.parts))
    for module in set(late_imports(FILES[name])) - LATE.get(name, set()):
        assert module.startswith(f"{package}."), module
        assert module.endswith("_run"), module


def test_every_file_that_does_the_work_has_a_command():
    runs = [path for path in FILES.values() if path.stem.endswith("_run")]
    assert len(runs) > 10
    for path in runs:
        command = path.with_name(f"{path.stem.removesuffix('_run')}.py")
        assert command.is_file(), command
        text = command.read_text()
        assert "@click.command" in text or "@click.group" in text


def test_late_imports_are_few():
    assert sum(len(list(late_imports(path))) for path in FILES.values()) <= 50
