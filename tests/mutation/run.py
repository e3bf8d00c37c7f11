"""Is every line held by a test? Each module is changed in small ways, and its tests must fail.

Works on copies of the tree in a temporary folder. See `operators.py` for the changes, `suites.py`
for the modules and their tests, and `equivalent.toml` for changes that change nothing.
"""

import argparse
import json
import math
import os
import queue
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import venv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.mutation.operators import Mutant, mutants
from tests.mutation.suites import SUITES

ROOT = Path(__file__).parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent.toml")
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "demo-results", "*.egg-info"
)
GOAL = 95  # percent of a module's mutants
MOST_SECONDS = 1200  # for the tests of a module as it is
MOST_FIRST = 40  # tests that found earlier mutants, and run first


class MutationError(Exception):
    """What stops a run: the words say what to do."""


@dataclass
class Module:
    """One module and what became of its mutants."""

    file: str
    tests: tuple[str, ...]
    mutants: list[Mutant]
    n_equivalent: int
    seconds: float = 0.0  # of its tests
    n_killed: int = 0
    n_late: int = 0  # of the killed ones: the tests took too long
    survivors: list[Mutant] = field(default_factory=list)
    found_by: Counter[str] = field(default_factory=Counter)

    @property
    def n_tried(self) -> int:
        return self.n_killed + len(self.survivors)

    @property
    def share(self) -> float:
        """Percent of the mutants that were tried; 100 if there was none."""
        return 100 * self.n_killed / self.n_tried if self.n_tried else 100.0


class Worker:
    """A process that runs tests in a copy of the tree of its own."""

    def __init__(self, root: Path, folder: Path) -> None:
        shutil.copytree(root, folder, ignore=LEFT_OUT)
        python = _own_python(folder)
        # nothing here can go stale but the mutated module, and that is never read compiled
        compiling = ["-m", "compileall", "-qq", "--invalidation-mode", "unchecked-hash"]
        subprocess.run([python, *compiling, "grader", "reference"], cwd=folder, check=True)
        self._process = subprocess.Popen(
            [python, "-m", "tests.mutation.worker"],
            cwd=folder,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, module: Module, source: bytes | None, *, seconds: float) -> dict[str, Any]:
        """What `worker.py` says of this source of a module; without one, of it as it is."""
        job = {
            "file": module.file,
            "source": None if source is None else source.decode(),
            "tests": module.tests,
            "first": [name for name, _ in module.found_by.most_common(MOST_FIRST)],
            "seconds": seconds,
        }
        print(json.dumps(job), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise MutationError("a process that runs the tests ended; its last words are above")
        return json.loads(line)

    def close(self) -> None:
        self._process.communicate()


def _own_python(folder: Path) -> str:
    """An environment that finds this copy of our modules, and everybody else's where they are."""
    venv.create(folder / ".venv", symlinks=True)
    theirs = next(path for path in sys.path if path.endswith("site-packages"))
    ours = next((folder / ".venv").glob("lib/python*/site-packages"))
    (ours / "copy.pth").write_text(f"{folder}\n{theirs}\n")
    return str(folder / ".venv" / "bin" / "python")


@contextmanager
def workers(root: Path, n: int) -> Iterator[list[Worker]]:
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        made = [Worker(root, Path(folder) / f"tree-{number}") for number in range(n)]
        try:
            yield made
        finally:
            for worker in made:
                worker.close()


def equivalents(path: Path) -> dict[tuple[str, str, str, str], str]:
    """The listed mutants and why they change nothing."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", [])
    names = ("file", "function", "before", "after")
    return {tuple(entry[name] for name in names): entry["why"] for entry in entries}


def planned(
    files: Iterable[str], listed: Mapping[tuple[str, str, str, str], str], *, root: Path = ROOT
) -> list[Module]:
    """The modules with their mutants, without those that are listed as equivalent.

    Raises:
        MutationError: a module is not there, or a listed mutant no longer exists.
    """
    modules = []
    for file in files:
        if not (root / file).is_file():
            raise MutationError(f"{file} is not there; tests/mutation/suites.py names it")
        every = mutants((root / file).read_bytes(), file=file)
        gone = {key for key in listed if key[0] == file} - {mutant.key for mutant in every}
        for _, function, before, after in sorted(gone):
            raise MutationError(
                f"tests/mutation/equivalent.toml lists a mutant of {file} that no longer exists; "
                f"take it out, or write it as it is:\n  in {function}\n  - {before}\n  + {after}"
            )
        tried = [mutant for mutant in every if mutant.key not in listed]
        modules.append(Module(file, SUITES.get(file, ()), tried, len(every) - len(tried)))
    return modules


def on_changed_lines(modules: Iterable[Module], base: str, *, root: Path = ROOT) -> list[Module]:
    """The modules with only those mutants that touch a line changed since a commit."""
    found = []
    for module in modules:
        command = ["git", "diff", "-U0", base, "--", module.file]
        diff = subprocess.run(command, cwd=root, capture_output=True, text=True)
        if diff.returncode:
            raise MutationError(f"git cannot compare with {base!r}: {diff.stderr.strip()}")
        lines: set[int] = set()
        for start, count in re.findall(r"^@@ \S+ \+(\d+)(?:,(\d+))? @@", diff.stdout, re.M):
            lines.update(range(int(start), int(start) + int(count or 1)))
        kept = [m for m in module.mutants if lines & set(range(m.line, m.last_line + 1))]
        if kept:
            found.append(replace(module, mutants=kept))
    return found


def sampled(modules: list[Module], n: int) -> None:
    """Keep a seeded choice of that many mutants."""
    every = [mutant for module in modules for mutant in module.mutants]
    if len(every) > n:
        chosen = {id(mutant) for mutant in random.Random(0).sample(every, n)}
        for module in modules:
            module.mutants = [mutant for mutant in module.mutants if id(mutant) in chosen]


def try_all(module: Module, running: list[Worker], *, until: float = math.inf) -> None:
    """Run the tests on the module as it is, and then on each mutant.

    What has no answer at the moment `until` is left untried.

    Raises:
        MutationError: its tests fail without any change.
    """
    idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
    for worker in running:
        idle.put(worker)

    def attempt(mutant: Mutant) -> None:
        worker = idle.get()
        try:
            if time.monotonic() < until:
                _try(module, mutant, worker, until=until)
        finally:
            idle.put(worker)

    with ThreadPoolExecutor(len(running)) as pool:
        list(pool.map(lambda worker: _try_as_it_is(module, worker, until=until), running))
        list(pool.map(attempt, module.mutants))


def _try_as_it_is(module: Module, worker: Worker, *, until: float) -> None:
    for is_last in (False, True):  # on a busy machine a test that waits may fail once
        result = worker.run(module, None, seconds=min(MOST_SECONDS, until - time.monotonic()))
        if result["code"] == 0 or time.monotonic() >= until:
            break
        what = f"{result['failed'] or 'no test'}, pytest's exit code {result['code']}"
        if is_last:
            problem = f"{result['log']}\nthe tests of {module.file} fail unchanged: {what}"
            raise MutationError(problem)
        print(f"  once more, {what}", flush=True)
    module.seconds = max(module.seconds, result["seconds"])


def _try(module: Module, mutant: Mutant, worker: Worker, *, until: float) -> None:
    limit = 10 + 4 * module.seconds
    seconds = min(limit, until - time.monotonic())
    result = worker.run(module, mutant.source, seconds=seconds)
    if result["code"] == -1 and seconds < limit:
        return
    if result["code"] == 0:
        module.survivors.append(mutant)
        print(f"  survives  {mutant.file}:{mutant.line}", flush=True)
        print(f"            - {mutant.before}\n            + {mutant.after}", flush=True)
        return
    module.n_killed += 1
    module.n_late += result["code"] == -1
    if result["failed"]:
        module.found_by[str(result["failed"])] += 1


def told(module: Module) -> str:
    """The line of a module in the table at the end."""
    left = len(module.mutants) - module.n_tried
    return (
        f"{module.share:5.1f} %  {module.n_killed:4} of {module.n_tried:4} killed  {module.file}"
        + (f", {module.n_late} of them by time" if module.n_late else "")
        + (f", {module.n_equivalent} listed as equivalent" if module.n_equivalent else "")
        + (f", {left} not tried" if left else "")
    )


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation.run", description=__doc__)
    parser.add_argument("modules", nargs="*", help="files, or parts of their names; default: all")
    parser.add_argument("--changed", metavar="BASE", help="only lines changed since this commit")
    parser.add_argument("--sample", type=int, metavar="N", help="at most N mutants, seeded")
    parser.add_argument("--seconds", type=float, default=math.inf, help="end after this time")
    parser.add_argument("--at-least", type=float, default=GOAL, help="percent, or the run fails")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--list", action="store_true", help="print the mutants, run nothing")
    return parser.parse_args()


def chosen(words: Sequence[str]) -> list[str]:
    """The modules whose names hold one of the words."""
    for word in words:
        if not any(word in file for file in SUITES):
            raise MutationError(f"no module of tests/mutation/suites.py is called {word!r}")
    return [file for file in SUITES if not words or any(word in file for word in words)]


def main() -> int:
    wanted = options()
    modules = planned(chosen(wanted.modules), equivalents(EQUIVALENT))
    if wanted.changed:
        modules = on_changed_lines(modules, wanted.changed)
    if wanted.sample:
        sampled(modules, wanted.sample)
    modules = [module for module in modules if module.mutants]
    if not modules:
        print("No line of a listed module has changed.")
        return 0
    if wanted.list:
        for mutant in (mutant for module in modules for mutant in module.mutants):
            print(f"{mutant.file}:{mutant.line}\n  - {mutant.before}\n  + {mutant.after}")
        return 0
    until = time.monotonic() + wanted.seconds
    with workers(ROOT, wanted.workers) as running:
        for module in modules:
            if time.monotonic() < until:
                print(f"{module.file}: {len(module.mutants)} mutants", flush=True)
                try_all(module, running, until=until)
    print(*map(told, modules), sep="\n")
    return int(any(module.share < wanted.at_least for module in modules))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except MutationError as problem:
        sys.exit(f"error: {problem}")
    except KeyboardInterrupt:
        sys.exit(130)
