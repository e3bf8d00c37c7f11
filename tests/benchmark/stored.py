"""What commands on stored results cost for each report, and whether it stays flat.

    python -m tests.benchmark.stored [--sizes 2000,20000]

The results are made and not graded, see `made_results`. Counted is the processor time of each
command and the most memory that it had: others may use the machine, too.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.benchmark.made_results import made_results

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests" / "small_assignment"
PROGRAM = "from grader.cli import main; main()"
CODE = "def shift(x): return x + {}\ndef double(x): return {} * x\ndef both(x): return 2 * x + {}\n"
KINDS = ((1, 2, 2), (1, 2, 2), (1, 2, 2), (2, 2, 2), (1, 3, 2), (1, 2, 1), (1, 2, 2), (1, 2, 3))
CHANGED = 100  # every one of so many has another report in the other run
GRADE = ("--assignment", str(SMALL), "--require-level", "none")
CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section,Homework (77)\n    Points Possible,,,,,7\n"


@dataclass(frozen=True)
class Cost:
    """Of one command."""

    seconds: float  # of processors
    megabytes: float  # at the most


def cost_of(*words: object) -> Cost:
    """Run a command of the grader."""
    typed = [sys.executable, "-c", PROGRAM, *map(str, words)]
    with tempfile.TemporaryFile() as said:
        started = subprocess.Popen(typed, stdout=said, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(started.pid, 0)
        if status:
            said.seek(0)
            raise SystemExit(f"{' '.join(map(str, words))}:\n{said.read().decode()}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def graded_class(below: Path) -> Path:
    """The results of a few submissions, of which half are wrong."""
    (below / "few").mkdir()
    for number, kind in enumerate(KINDS):
        (below / "few" / f"m{number}.py").write_text(CODE.format(*kind) + f"# {number}\n")
    cost_of("batch", below / "few", "-o", below / "graded", *GRADE)
    return below / "graded"


def other_run(results: Path, target: Path) -> None:
    """The same reports by a second name, but for some."""
    (target / "reports").mkdir(parents=True)
    shutil.copy(results / "run.json", target / "run.json")
    before: Path | None = None
    for number, path in enumerate(sorted((results / "reports").iterdir())):
        new = target / "reports" / path.name
        if number % CHANGED == 3 and before is not None:
            new.write_text(before.read_text().replace(f'"{before.stem}"', f'"{path.stem}"', 1))
        else:
            os.link(path, new)
        before = path


def commands(below: Path, results: Path, n: int) -> dict[str, tuple[object, ...]]:
    """What is typed, by how it is called in the table."""
    out = below / f"out-{n}"
    out.mkdir()
    template = out / "canvas-template.csv"
    rows = (f'"Doe, Ada {i}",{i},s{i:07},s{i:07}@example.org,One,\n' for i in range(n))
    template.write_text(CANVAS + "".join(rows))
    submissions = out / "submissions"
    submissions.mkdir()
    for number in range(n):
        text = CODE.format(*KINDS[number % len(KINDS)])
        (submissions / f"s{number:07}.py").write_text(text)
    other_run(results, out / "other")

    def export(target: str, *more: object) -> tuple[object, ...]:
        return ("export", results, "--to", target, "-o", out / target, *more)

    return {
        "analyze -o": ("analyze", results, "-o", out / "analysis"),
        "diff": ("diff", results, out / "other"),
        "regrade --dry-run": ("regrade", results, submissions, "--dry-run", *GRADE),
        "export --to csv": export("csv"),
        "export --to nbgrader": export("nbgrader"),
        "export --to junit": export("junit"),
        "export --to canvas": export("canvas", "--template", template, "--column", "Homework"),
    }


def measured(sizes: list[int], below: Path) -> None:
    """Print a line for each command and size, and what each further report costs."""
    graded = graded_class(below)
    first: dict[str, Cost] = {}
    for n in sorted(sizes):
        results = below / f"results-{n}"
        made_results(graded, results, n)
        for name, words in commands(below, results, n).items():
            cost = cost_of(*words)
            before = first.setdefault(name, cost)
            more = n - min(sizes)
            slope = (
                f"; each further report {1e3 * (cost.seconds - before.seconds) / more:.2f} ms, "
                f"{1024 * (cost.megabytes - before.megabytes) / more:.2f} kB"
                if more
                else ""
            )
            print(
                f"{n:>8} reports, {name}: {cost.seconds:.1f} s of processors, "
                f"{cost.megabytes:.0f} MB{slope}",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", default="2000,20000", help="of classes with stored results")
    parser.add_argument("--below", type=Path, help="where the files are made, and removed")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.below) as folder:
        measured([*map(int, asked.sizes.split(","))], Path(folder))


if __name__ == "__main__":
    main()
