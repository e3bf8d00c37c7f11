"""Shards that run at once on one folder and are killed again and again end like one calm run."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SUBMISSIONS = 24
SHARDS = 3
KILLS = 14
MOST_SECONDS = 150.0


def command(crowd, small, results, *options):
    grader = str(Path(sys.executable).with_name("grader"))
    words = [grader, "batch", crowd, "-o", results, "--assignment", small, "-j", "1"]
    return [*map(str, words), "--require-level", "none", *options]


def start(words, log):
    """A process in a group of its own, which is killed as a whole."""
    with open(log, "ab") as file:
        return subprocess.Popen(words, stdout=file, stderr=file, start_new_session=True)


def kill(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def whole_files(results):
    """What lies there, without what differs from run to run; every file must be whole."""
    found = {}
    for kind in ("reports", "staff"):
        for path in sorted((results / kind).glob("*.json")):
            found[kind, path.stem] = json.loads(path.read_bytes()) | {"seconds": 0}
    if (results / "run.json").exists():
        json.loads((results / "run.json").read_bytes())
    return found


@pytest.fixture
def crowd(tmp_path, right):
    """A class folder: right submissions, wrong ones, and one that cannot be read."""
    folder = tmp_path / "class"
    folder.mkdir()
    for number in range(SUBMISSIONS):
        source = right if number % 3 else right.replace("2 * x", f"{number} * x")
        (folder / f"s{number:02}.py").write_text(f"{source}\n# {number}\n")
    (folder / "broken.zip").write_bytes(b"no zip")
    (tmp_path / "course.yaml").write_text("secret: chaos\n")
    return folder


def disturbed(start_shard, chance, deadline):
    """Run all shards at once and kill them at random, then let them end; yields the kills."""
    kills, running, waiting = 0, {}, set(range(1, SHARDS + 1))
    while waiting:
        for number in waiting - running.keys():
            running[number] = start_shard(number)
        calm = kills >= KILLS or time.monotonic() > deadline
        if calm:
            running[min(running)].wait(timeout=120)
        else:
            time.sleep(chance.uniform(0.1, 2.5))
            victim = chance.choice(sorted(running))
            kills += running[victim].poll() is None
            kill(running[victim])
        ended = {number for number, process in running.items() if process.poll() is not None}
        waiting -= {number for number in ended if running.pop(number).returncode == 0}
        if not waiting and not calm:
            waiting = set(range(1, SHARDS + 1))  # typed again when all is done: nothing changes
        yield kills


def test_shards_that_are_killed_again_and_again_lose_nothing(tmp_path, crowd, small, grader):
    local, results, log = tmp_path / "local", tmp_path / "results", tmp_path / "log"
    assert start(command(crowd, small, local), log).wait(timeout=120) == 0, log.read_text()

    def start_shard(number):
        return start(command(crowd, small, results, "--shard", f"{number}/{SHARDS}"), log)

    kept, kills = {}, 0
    for kills in disturbed(start_shard, random.Random(15), time.monotonic() + MOST_SECONDS):
        now = whole_files(results)
        assert kept.items() <= now.items(), f"after {kills} kills a report is gone or another"
        kept = now
    assert kills >= KILLS // 2
    assert "Traceback" not in log.read_text()
    assert whole_files(results) == whole_files(local)
    for name in ("grades.csv", "run.json", *(f"reports/{name}.json" for _, name in kept)):
        assert (results / name).read_bytes() == (local / name).read_bytes(), name
    merged = grader("merge", results)
    assert (merged.returncode, merged.stderr) == (0, "")
    assert "25 submissions: 24 graded, 1 unreadable." in merged.stdout


def test_runs_that_do_the_same_at_once_corrupt_nothing(tmp_path, crowd, small):
    local, results, log = tmp_path / "local", tmp_path / "results", tmp_path / "log"
    assert start(command(crowd, small, local), log).wait(timeout=120) == 0, log.read_text()
    parts = (("--shard", "1/2"), ("--shard", "1/2"), ("--shard", "2/3"), ())
    runs = [start(command(crowd, small, results, *part), log) for part in parts]
    assert [run.wait(timeout=120) for run in runs] == [0, 0, 0, 0], log.read_text()
    assert whole_files(results) == whole_files(local)
    assert (results / "grades.csv").read_bytes() == (local / "grades.csv").read_bytes()
