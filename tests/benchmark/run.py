"""`make bench`: how fast a class is graded, against the same checks without us, in one run.

Prints `name: value` lines and writes benchmark.json. Everything that is compared is measured
in this run on this machine; a ratio tells more than a time. `--quick` takes smaller samples.
"""

import argparse
import contextlib
import ctypes
import itertools
import json
import multiprocessing
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

import torch
from floor import Recorded, RecordingSandbox, seconds_of_forks

from grader.audit.cases import audited_subject
from grader.audit.sources import with_functions
from grader.batch.executors.contract import GradingJob
from grader.batch.executors.local import LocalPool
from grader.harness.grading import grade
from grader.intake.reading import read
from grader.records import Report, Submission
from grader.release.release_folder import made_release
from grader.sandbox.warm import WarmSandbox
from grader.settings import find_assignment
from grader.subject.loading import subject_of

HERE = Path(__file__).parent
ASSIGNMENT = find_assignment("decoder-generation")
RIGHT = ASSIGNMENT.folder / "examples" / "submissions" / "right-torch.py"
RIGHT_NUMPY = RIGHT.with_name("right-numpy.py")
ENDLESS = "def step_input(prompt, generated, context_length):\n    while True:\n        pass\n"
_ROUNDS = 3
_SEED = 1
JOB = GradingJob(
    assignment=ASSIGNMENT.folder,
    secret="benchmark",
    require_level="none",
    with_torch=True,
    diagnose_hidden=True,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("-o", "--output", type=Path, default=Path("benchmark.json"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    results: dict[str, Any] = {}

    def show(name: str, value: float | str) -> None:
        results[name] = round(value, 4) if isinstance(value, float) else value
        print(f"{name}: {results[name]}", flush=True)

    n, n_wrong, n_long, n_cold = (60, 60, 200, 4) if options.quick else (200, 120, 2000, 12)
    ours = _ours_and_floor(show, n)
    cold = _two_at_a_time([sys.executable, "-m", "pytest", *PYTEST], n_cold)
    show("cold_pytest_seconds", cold)
    show("throughput_vs_cold_pytest", cold / ours)
    _wrong_ones(show, n_wrong)
    _long_run(show, n_long)
    _hang(show)
    _check(show)
    if sys.platform == "linux":
        _check_release(show)
    _otter(show, n_cold, ours)
    options.output.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


Show = Callable[[str, float | str], None]


def _copies(n: int) -> list[Submission]:
    right = read(RIGHT)
    return [Submission(name=f"{i}", cells=right.cells, modules={}, digest=f"{i}") for i in range(n)]


def _ours_and_floor(show: Show, n: int) -> float:
    """Seconds a submission, ours and a bare fork's, in turns: what slows one slows both."""
    calls = _recorded_calls()
    show("student_calls", len(calls))
    right = read(RIGHT)
    rounds = [(_batch(n), seconds_of_forks(right, calls, n)) for _ in range(_ROUNDS)]
    batches, floors = zip(*rounds, strict=True)
    show("isolation_level", batches[0].level)
    show("first_report_seconds", statistics.median(batch.first for batch in batches))
    ours = statistics.median(batch.each for batch in batches)
    floor = statistics.median(floors)
    show("seconds_per_submission", ours)
    show("floor_seconds", floor)
    show("cost_vs_floor", ours / floor)
    return ours


def _wrong_ones(show: Show, n: int) -> None:
    """Seconds a wrong submission, each with another mistake, against the right one of their kind.

    Both are the reference's own source, as an audit hands it in, and are timed in turns.
    """
    subject = audited_subject(ASSIGNMENT)
    known = random.Random(_SEED).sample(subject.misconceptions, n)
    wrong = [with_functions(subject, e.id, [(e.stage, e.wrong)]) for e in known]
    reference = with_functions(subject, "reference", [])
    right = [replace(reference, name=f"{i}", digest=f"{i}") for i in range(n)]
    rounds = [(_each(wrong), _each(right)) for _ in range(_ROUNDS)]
    show("wrong_submissions", n)
    show("seconds_per_wrong_submission", statistics.median(each for each, _ in rounds))
    show("cost_wrong_vs_right", statistics.median(a / b for a, b in rounds))


def _each(submissions: list[Submission]) -> float:
    """Seconds a submission, after those with which the workers start."""
    times, reports = _timed(submissions)
    assert len(reports) == len(submissions)
    return (times[-1] - times[3]) / (len(times) - 4)


def _recorded_calls() -> list[Recorded]:
    """What one grading asks of the student's functions."""
    sandbox = RecordingSandbox(WarmSandbox(("numpy", "torch")))
    reports: list[Report] = []
    grade(
        _copies(1),
        assignment=ASSIGNMENT,
        sandbox=sandbox,
        with_hidden=True,
        secret="benchmark",
        emit=reports.append,
        reference=subject_of(ASSIGNMENT).over_arrays(),
    )
    sandbox.close()
    assert reports[0].points == reports[0].max_points
    return sandbox.calls


def _timed(submissions: list[Submission]) -> tuple[list[float], list[Report]]:
    """When each report came, counted from the start, with two workers."""
    pool = LocalPool(JOB, n_workers=2, seconds=600)
    begin = time.perf_counter()
    times, reports = [], []
    for outcome in pool.run(submissions):
        assert isinstance(outcome, Report), outcome
        times.append(time.perf_counter() - begin)
        reports.append(outcome)
    return times, reports


@dataclass(frozen=True)
class Batch:
    """Seconds until the first report, and for each one after the workers have started."""

    first: float
    each: float
    level: str


def _batch(n: int) -> Batch:
    times, reports = _timed(_copies(n))
    assert all(report.points == report.max_points for report in reports)
    isolation = reports[0].isolation
    return Batch(times[0], (times[-1] - times[3]) / (n - 4), isolation.level if isolation else "")


# What plain pytest is asked for: these checks, and nothing of the project around them.
PYTEST = (
    *(str(ASSIGNMENT.folder), "-q", "-p", "cold_pytest", "-p", "no:cacheprovider"),
    *("-c", os.devnull, "--rootdir", str(ASSIGNMENT.folder)),
    *("--import-mode=importlib", "--ignore", str(ASSIGNMENT.folder / "examples")),
)


def _two_at_a_time(command: list[str], n: int) -> float:
    """Seconds a run of a cold process, two of them at any time."""
    environment = os.environ | {
        "SUBMISSION": str(RIGHT),
        "ASSIGNMENT": str(ASSIGNMENT.folder),
        "CHECKS": "\n".join(PYTEST),
        "PYTHONPATH": str(HERE),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }

    def run_two() -> float:
        begin = time.perf_counter()
        both = [
            subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for _ in range(2)
        ]
        for process in both:
            assert process.wait() == 0, f"{command[0]} failed"
        return (time.perf_counter() - begin) / 2

    return statistics.median(run_two() for _ in range(n // 2))


def _long_run(show: Show, n: int) -> None:
    """Cost and memory from the first submissions of a run to the last."""
    pool = LocalPool(JOB, n_workers=2, seconds=600)
    times: list[float] = []
    memory: dict[int, float] = {}
    for done, _ in enumerate(pool.run(_copies(n)), start=1):
        times.append(time.perf_counter())
        if done in (n // 10, n):
            workers = multiprocessing.active_children()
            memory[done] = max(_megabytes(worker.pid or 0) for worker in workers)
    spans = [b - a for a, b in itertools.pairwise(times)]
    tenth = n // 10
    early, late = statistics.mean(spans[tenth : 2 * tenth]), statistics.mean(spans[-tenth:])
    show("submissions_in_long_run", n)
    show("cost_late_vs_early", late / early)
    show("worker_megabytes_early", memory[n // 10])
    show("worker_megabytes_late", memory[n])


def _megabytes(pid: int) -> float:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    line = next(line for line in text.splitlines() if line.startswith("Private_Dirty"))
    return int(line.split()[1]) / 1024


def _hang(show: Show) -> None:
    """One submission that hangs until its limit: how many others are graded meanwhile.

    The other worker has the whole class to itself, so all of them should be.
    """
    hanging = Submission(
        name="hang", cells=(("submission.py", ENDLESS),), modules={}, digest="hang"
    )
    _, reports = _timed([*_copies(8), hanging, *_copies(24)])
    names = [report.submission for report in reports]
    show("graded_while_one_hangs", f"{names.index('hang') - 8} of 24")


def _check(show: Show) -> None:
    """What a student waits for, against importing torch."""

    def median(command: list[str]) -> float:
        def run() -> float:
            begin = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            return time.perf_counter() - begin

        return statistics.median(run() for _ in range(5))

    grader = str(Path(sys.executable).with_name("grader"))
    import_torch = median([sys.executable, "-c", "import torch"])
    show("import_torch_seconds", import_torch)
    show("check_torch_minus_import_torch", median([grader, "check", str(RIGHT)]) - import_torch)
    numpy_check = median([grader, "check", str(RIGHT_NUMPY)])
    show("check_numpy_minus_import_torch", numpy_check - import_torch)


def _check_release(show: Show) -> None:
    """Seconds of processors from Enter to the table with a release, all processes together."""
    with tempfile.TemporaryDirectory() as name:
        for file, content in made_release(ASSIGNMENT).files.items():
            Path(name, file).write_bytes(content)
        grader = str(Path(sys.executable).with_name("grader"))
        command = [grader, "check", "--assignment", name]
        numpy, with_torch = (_cpu([*command, str(path)]) for path in (RIGHT_NUMPY, RIGHT))
    show("check_release_numpy_cpu_seconds", numpy)
    import_torch = _cpu([sys.executable, "-c", "import torch"])
    show("check_release_torch_minus_import_torch_cpu_seconds", with_torch - import_torch)


def _cpu(command: list[str]) -> float:
    """The median of five runs, with the processes that outlive the one that started them."""
    # as for a user, whose modules were compiled by the run before
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    subreaper = 36  # PR_SET_CHILD_SUBREAPER: Linux hands them to us, and their times
    ctypes.CDLL(None).prctl(subreaper, 1, 0, 0, 0)

    def run() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, check=True, env=environment, **quiet)
        with contextlib.suppress(ChildProcessError):
            while True:
                os.wait()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return statistics.median(run() for _ in range(5))


def _otter(show: Show, n: int, ours: float) -> None:
    """otter-grader on the same submission and the same checks, where it is installed."""
    try:
        import otter
    except ImportError:
        show("otter_grader", "not installed")
        return
    show("otter_grader", otter.__version__)
    program = str(Path(sys.executable).with_name("otter"))
    command = [program, "check", str(RIGHT), "-t", str(HERE / "otter_tests")]
    seconds = _two_at_a_time(command, n)
    show("otter_seconds", seconds)
    show("throughput_vs_otter", seconds / ours)


if __name__ == "__main__":
    main()
