"""What a cluster costs beside processes of one machine, and whether it stays flat.

    python -m tests.benchmark.scale [--workers N] [--ratio N] [--sizes 100,2000] [--whole N,N]
        [--stored N,N]

Both executors grade the same submissions in turn, in one run of this program. What counts is the
processor time of all processes, and the ratios: others may use the machine, too. By default it
takes some minutes; `--sizes 100,20000,100000` takes hours on two cores. What commands on stored
results cost comes last, see `tests.benchmark.stored`; `--stored 10000,1000000` needs 45 GB.
"""

import argparse
import contextlib
import logging
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from grader.batch.executors.contract import GradingJob, StartExecutor
from grader.batch.executors.dask.addresses import DaskHere
from grader.batch.executors.dask.cluster import opened_cluster
from grader.batch.executors.local import LocalPool
from grader.intake.class_intake import opened_class
from grader.records import Report, Submission
from tests.benchmark.stored import measured

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests" / "small_assignment"
DECODER = ROOT / "assignments" / "decoder-generation"
RIGHT = "def shift(x): return x + 1\ndef double(x): return 2 * x\ndef both(x): return 2 * x + 2\n"
ROUNDS = 3  # of the comparison, in turn


@dataclass(frozen=True)
class Timed:
    """How a run of some submissions went."""

    first: float  # seconds until the first report
    each: float  # seconds of the clock for each of the others, by all workers together
    cpu: float  # seconds of processors for each of the others, all processes together
    growth: float  # megabytes that this process grew from the first to the last report


def job_on(assignment: Path, *, with_torch: bool) -> GradingJob:
    return GradingJob(
        assignment=assignment,
        secret="benchmark",
        require_level="none",
        with_torch=with_torch,
        diagnose_hidden=True,
    )


def small_work(n: int) -> Iterator[Submission]:
    for number in range(n):
        cells = (("submission.py", f"{RIGHT}# {number}\n"),)
        yield Submission(name=f"s{number:07}", cells=cells, modules={}, digest=f"{number}")


def example_class(n: int) -> list[Submission]:
    """The right and the wrong examples in turn, without those that take their time limit."""
    folder = DECODER / "examples" / "submissions"
    with opened_class(folder, layout="plain") as intake:
        read = []
        for entry in intake.entries:
            if not entry.name.startswith(("endless", "no-submission", "floods", "sleeps")):
                read.append(entry.newest.read())
    return [replace(read[i % len(read)], name=f"{i:05}", digest=f"{i}") for i in range(n)]


def megabytes() -> float:
    """Of this process now: the client, and the scheduler beside it."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def processor_seconds() -> float:
    """What this process and all below it have used, and those that have ended."""
    parents, used = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            parents[int(path.parent.name)] = int(fields[1])
            used[int(path.parent.name)] = sum(map(int, fields[11:15]))
    found = {os.getpid()}
    for _ in range(8):  # generations
        found |= {pid for pid, parent in parents.items() if parent in found}
    return sum(used.get(pid, 0) for pid in found) / os.sysconf("SC_CLK_TCK")


def timed(
    start: StartExecutor,
    job: GradingJob,
    submissions: Iterable[Submission],
    n_workers: int,
    n_submissions: int,
) -> Timed:
    begin = time.monotonic()
    first = last = before = cpu = 0.0
    n = 0
    for outcome in start(job, n_workers=n_workers, seconds=300).run(submissions):
        assert isinstance(outcome, Report), outcome
        last = time.monotonic()
        n += 1
        if n == 1:
            first, cpu = last, processor_seconds()
        if n == 50:  # buffers and tables have their size
            before = megabytes()
        if n == n_submissions:
            cpu = processor_seconds() - cpu  # before anything of it is ended
            growth = megabytes() - before if before else 0.0
    others = max(1, n - 1)
    return Timed(first - begin, (last - first) / others, cpu / others, growth)


def said(one: Timed) -> str:
    clock, cpu = 1000 * one.each, 1000 * one.cpu
    return f"{cpu:.1f} ms of processors each ({clock:.1f} ms by the clock, first {one.first:.1f} s)"


def compare(cluster_start: StartExecutor, n: int, n_workers: int) -> None:
    """The same submissions on both, in turn."""
    submissions, job = example_class(n), job_on(DECODER, with_torch=True)
    ratios = []
    for number in range(ROUNDS):
        local = timed(LocalPool, job, submissions, n_workers, n)
        dask = timed(cluster_start, job, submissions, n_workers, n)
        ratios.append(dask.cpu / local.cpu)
        print(
            f"round {number + 1}: {n} example submissions, {n_workers} workers: "
            f"local {said(local)}; dask-local {said(dask)}; ratio {ratios[-1]:.2f}",
            flush=True,
        )
    print(f"ratio dask-local : local, median of {ROUNDS} rounds: {statistics.median(ratios):.2f}")


def sizes_in_turn(cluster_start: StartExecutor, sizes: list[int], n_workers: int) -> None:
    """Small work in classes of growing size; what each costs, and what the client grows."""
    job = job_on(SMALL, with_torch=False)
    costs = {}
    for n in sizes:
        beside = min(n, 2000)
        local = timed(LocalPool, job, small_work(beside), n_workers, beside)
        dask = timed(cluster_start, job, small_work(n), n_workers, n)
        costs[n] = dask.cpu
        print(
            f"{n} small submissions: dask-local {said(dask)}; {beside} local {said(local)}; "
            f"client and scheduler grew by {dask.growth:.0f} MB",
            flush=True,
        )
    smallest, largest = costs[min(sizes)], costs[max(sizes)]
    print(f"slope from {min(sizes)} to {max(sizes)}: {largest / smallest:.2f}")


def commands_in_turn(sizes: list[int], n_workers: int, below: Path | None) -> None:
    """`grader batch` as it is typed, on classes of growing size: the memory that it has itself."""
    for n in sizes:
        with tempfile.TemporaryDirectory(dir=below) as name:
            class_ = Path(name, "class")
            class_.mkdir()
            for one in small_work(n):
                (class_ / f"{one.name}.py").write_text(one.cells[0][1])
            for executor in ("local", f"dask-local:{n_workers}"):
                megabytes, seconds = command(class_, Path(name, executor[:4]), executor, n_workers)
                print(
                    f"grader batch --executor {executor} on {n} small submissions: "
                    f"{seconds:.0f} s, at most {megabytes:.0f} MB in the command itself",
                    flush=True,
                )


def command(class_: Path, results: Path, executor: str, n_workers: int) -> tuple[float, float]:
    """One run of it: the most memory of its own process, and the seconds that it took."""
    words = [sys.executable, "-m", "grader", "batch", str(class_), "-o", str(results)]
    words += ["--assignment", str(SMALL), "--executor", executor, "--require-level", "none"]
    words += ["-j", str(n_workers)] if executor == "local" else []
    begin, most = time.monotonic(), 0
    nothing = subprocess.DEVNULL
    with subprocess.Popen(words, stdout=nothing, stderr=nothing) as running:
        while running.poll() is None:
            time.sleep(0.2)
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{running.pid}/status").read_text()
                most = max([most, *(int(kb) for kb in re.findall(r"VmHWM:\s*(\d+)", status))])
        assert running.returncode == 0, words
    return most / 1024, time.monotonic() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--ratio", type=int, default=60, help="submissions of the comparison")
    parser.add_argument("--sizes", default="100,1000", help="of classes with small work")
    parser.add_argument("--whole", default="100,1000", help="of classes for the command itself")
    parser.add_argument("--below", type=Path, help="where stored results are made, and removed")
    parser.add_argument("--stored", default="2000,20000", help="reports; empty: none")
    asked = parser.parse_args()
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    place = DaskHere(asked.workers)
    with contextlib.ExitStack() as stack:
        begin = time.monotonic()
        opened = opened_cluster(place, seen=lambda *_: None, warned=print)
        cluster = stack.enter_context(opened)
        print(f"{asked.workers} Dask workers started in {time.monotonic() - begin:.1f} s")
        if asked.ratio:
            compare(cluster.start, asked.ratio, asked.workers)
        if asked.sizes:
            sizes_in_turn(cluster.start, [*map(int, asked.sizes.split(","))], asked.workers)
    if asked.whole:
        commands_in_turn([*map(int, asked.whole.split(","))], asked.workers, asked.below)
    if asked.stored:
        with tempfile.TemporaryDirectory(dir=asked.below) as folder:
            measured([*map(int, asked.stored.split(","))], Path(folder))


if __name__ == "__main__":
    main()
