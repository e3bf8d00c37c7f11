"""The check of a notebook from inside it: the functions of the kernel that runs.

    from grader.notebook import check

    check("softmax")

What the cells of this kernel have run is run again, from first to last, in the order in which you
ran them, behind the wall of every check; modules that they have imported from this folder come
along as they are on disk. The kernel itself holds no check and no expected value. So what is
judged is what your cells say. What they do not say cannot be seen: a value that was typed into
`input()`, what a shell line or `%run` has made. A cell that computes for long is stopped at the
assignment's time limit, and what is defined counts.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from IPython import get_ipython

from grader.errors import GraderError
from grader.records import Report, report_from_json
from grader.reports.terminal import check_report, console
from grader.settings import find_assignment

_MAIN = "submission.ipynb"
_INSTALLED = ("site-packages", "dist-packages")


def check(
    stage: str = "",
    *,
    assignment: str = "decoder-generation",
    every_failure: bool = False,
    whole_output: bool = False,
) -> None:
    """Check the functions of this notebook with the visible checks, and show the report.

    Args:
        stage: the one to look at; all if it is empty.
        assignment: the name of an assignment, or its folder.
        every_failure: show every failed check, and not the first of each stage alone.
        whole_output: show all that your code printed.

    Raises:
        GraderError: this is no notebook.
    """
    shell = get_ipython()
    if shell is None:
        raise GraderError("this is no notebook", fix="Type `grader check submission.py`.")
    print(f"Checking {stage or 'all stages'} ...", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        submission = Path(folder) / "notebook"
        _write_cells(shell.history_manager.input_hist_raw, submission)
        _copy_modules(Path.cwd(), submission)
        ran = _run(submission, stage, assignment)
    report = _report(ran.stdout)
    if report is not None:
        chosen = find_assignment(assignment)
        options = {"every_failure": every_failure, "whole_output": whole_output}
        console().print(check_report(report, chosen, stage=stage, **options))
    if ran.stderr:
        print(ran.stderr.strip(), file=sys.stderr)


def _write_cells(sources: list[str], folder: Path) -> None:
    """A notebook of what was run; its cell 3 is the kernel's `In [3]`."""
    folder.mkdir()
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": one}
        for one in sources[1:]
    ]
    content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    (folder / _MAIN).write_text(json.dumps(content), encoding="utf-8")


def _copy_modules(here: Path, folder: Path) -> None:
    """The modules that the kernel has imported from its folder."""
    for module in list(sys.modules.values()):
        file = Path(getattr(module, "__file__", None) or os.sep)
        if file.suffix != ".py" or not file.is_relative_to(here) or not file.is_file():
            continue
        inside = file.relative_to(here)
        if not any(part in _INSTALLED for part in inside.parts):
            (folder / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, folder / inside)


def _run(submission: Path, stage: str, assignment: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own, which a module of the student's cannot replace a part of."""
    words = ["-P", "-m", "grader", "check", str(submission), "--json", "--assignment", assignment]
    return subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, *words, *(["--stage", stage] if stage else [])],
        capture_output=True,
        text=True,
        check=False,
    )


def _report(text: str) -> Report | None:
    try:
        return report_from_json(text.encode())
    except msgspec.DecodeError:
        return None
