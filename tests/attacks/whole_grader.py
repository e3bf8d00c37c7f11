"""The whole grader as an instructor runs it: `grader batch` in a process of its own.

What it left is kept as files, so that several processes of one test run can share a class.
"""

import csv
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.settings import shipped
from tests.attacks.attack import LEVELS

MARK = "hostile-mark"
SECRET = "a secret that only this course knows"
MARKED_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/", "/etc", "/home")
LIMITS = {"call_seconds": 2, "load_seconds": 5, "submission_seconds": 10}
SECONDS = 600  # for a whole class; only a hang takes so long


@dataclass(frozen=True)
class Run:
    """A class that was graded."""

    folder: Path

    @property
    def results(self) -> Path:
        return self.folder / "results"

    @property
    def ended(self) -> dict[str, Any]:
        """Exit code, seconds, and the names of processes that were left."""
        return json.loads((self.folder / "ended.json").read_text(encoding="utf-8"))

    @property
    def said(self) -> str:
        """What the command printed."""
        return (self.folder / "said.txt").read_text(encoding="utf-8", errors="surrogateescape")

    @property
    def marks(self) -> list[str]:
        """The marks of attacks that were found on disk afterwards."""
        return json.loads((self.folder / "marks.json").read_text(encoding="utf-8"))

    @property
    def level(self) -> str:
        """The lowest isolation level that was reached."""
        run = json.loads((self.results / "run.json").read_text(encoding="utf-8"))
        return min((str(reached["level"]) for reached in run["isolation"]), key=LEVELS.index)

    def report(self, entry: str, kind: str = "reports") -> dict[str, Any]:
        path = self.results / kind / f"{entry}.json"
        return json.loads(path.read_text(encoding="utf-8"))

    def files(self, kind: str) -> list[Path]:
        return sorted((self.results / kind).glob("*.json"))

    def pages(self) -> list[Path]:
        return sorted((self.results / "reports").glob("*.html"))

    def grades(self) -> list[list[str]]:
        with open(self.results / "grades.csv", encoding="utf-8", newline="") as file:
            return list(csv.reader(file))


def grade_class(folder: Path, fill: Callable[[Path, Path], None]) -> Run:
    """Grade a class once, however many processes ask for it.

    Args:
        folder: where everything of this run lies.
        fill: makes the entries: (class folder, folder of the run).
    """
    with locked(folder):
        run = Run(folder)
        if (folder / "marks.json").exists():
            return run
        assignment = copied_assignment(folder)
        course = folder / "course.yaml"
        course.write_text(f"secret: {SECRET}\n", encoding="utf-8")
        entries = folder / "class"
        entries.mkdir()
        fill(entries, folder)
        marks()
        _run(folder, ["--assignment", str(assignment), "--course", str(course)])
        (folder / "marks.json").write_text(json.dumps(marks()), encoding="utf-8")
        return run


def _run(folder: Path, options: list[str]) -> None:
    reaper = Path(__file__).with_name("reaper.py")
    command = [sys.executable, "-c", "import sys; from grader.cli import main; sys.exit(main())"]
    command += ["batch", str(folder / "class"), "-o", str(folder / "results"), "-j", "2"]
    command += ["--require-level", "none", *options]  # what is too dangerous is left out
    root = str(Path(__file__).parents[2])
    with open(folder / "said.txt", "wb") as said:
        subprocess.run(
            [sys.executable, str(reaper), str(folder / "ended.json"), *command],
            stdout=said,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": root, "COLUMNS": "120"},
            check=True,
            timeout=SECONDS,
        )


def copied_assignment(folder: Path) -> Path:
    """The shipped assignment with small limits."""
    source = shipped("assignments") / "decoder-generation"
    copy = folder / "course" / source.name
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("examples", "__pycache__"))
    settings = copy / "assignment.yaml"
    text = settings.read_text(encoding="utf-8")
    for name, value in LIMITS.items():
        text, found = re.subn(rf"(?m)^(  {name}:) .*$", rf"\1 {value}", text)
        assert found == 1, f"{name} is not where it was"
    settings.write_text(text, encoding="utf-8")
    return copy


def marks() -> list[str]:
    """What attacks left on disk, by path; it is removed."""
    found = [
        path
        for folder in MARKED_FOLDERS
        for path in Path(folder).glob(f"*{MARK}*")
        if not path.is_dir()
    ]
    for path in found:
        path.unlink(missing_ok=True)
    return sorted(map(str, found))


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
