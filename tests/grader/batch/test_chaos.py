"""A batch whose processes are killed again and again loses no report and ends like a calm one.

    GRADER_KILLS=300 pytest tests/grader/batch/test_chaos.py

kills so many processes.
"""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

KILLS = int(os.environ.get("GRADER_KILLS", "40"))
MOST_SECONDS = 0.8 * KILLS  # a busy machine makes fewer kills, and the test says how many
SUBMISSIONS = 60


@pytest.fixture
def crowd(tmp_path, right):
    """A class folder: right submissions, wrong ones, and one that cannot be read."""
    folder = tmp_path / "class"
    folder.mkdir()
    for number in range(SUBMISSIONS):
        source = right if number % 3 else right.replace("2 * x", f"{number} * x")
        (folder / f"s{number:02}.py").write_text(f"{source}\n# {number}\n")
    (folder / "broken.zip").write_bytes(b"no zip")
    return folder


def start(crowd, small, results, *options):
    """A batch with a course secret, in a process group of its own."""
    course = crowd.parent / "course.yaml"
    course.write_text("secret: chaos\n")
    command = [str(Path(sys.executable).with_name("grader")), "batch", str(crowd)]
    command += ["-o", str(results), "--assignment", str(small), "-j", "2", *options]
    command += ["--course", str(course), "--require-level", "none"]
    with open(results.with_suffix(".log"), "ab") as log:
        return subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )


def family(root):
    """The process and all its descendants, as far as they can be seen now."""
    children = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def kill_some(root, chance):
    """Kill one to four processes of a batch at once; how many there were to kill."""
    root, *others = family(root)
    victims = chance.sample(others, min(len(others), chance.randint(1, 4)))
    if chance.random() < 0.2:
        victims.append(root)
    killed = 0
    for victim in victims:
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:  # it went with one of the others
            continue
        killed += 1
    return killed


def finished(results):
    """The reports that are there: all of them must be whole."""
    return {p.stem: json.loads(p.read_bytes()) for p in (results / "reports").glob("*.json")}


def gradebook(results):
    return list(csv.DictReader((results / "grades.csv").read_text().splitlines()))


@pytest.mark.skipif(sys.platform != "linux", reason="finds the processes in /proc")
def test_a_batch_that_is_killed_again_and_again_loses_nothing(crowd, small, tmp_path):
    calm = start(crowd, small, tmp_path / "calm")
    assert calm.wait(timeout=120) == 0, (tmp_path / "calm.log").read_text()
    expected = (tmp_path / "calm" / "grades.csv").read_bytes()

    chance = random.Random(300)
    begin, kills, rounds = time.monotonic(), 0, 0
    while kills < KILLS and time.monotonic() - begin < MOST_SECONDS:
        rounds += 1
        results = tmp_path / f"round-{rounds}"
        kept = {}
        for _ in range(200):
            batch = start(crowd, small, results)
            while batch.poll() is None:
                # Mostly a moment in the middle of the work, sometimes while it starts.
                time.sleep(chance.uniform(0.05, 1.4))
                if kills < KILLS and batch.poll() is None:
                    kills += kill_some(batch.pid, chance)
            now = finished(results)
            lost = [n for n, r in kept.items() if r["status"] == "graded" and n not in now]
            assert not lost, f"after {kills} kills the reports of {lost} are gone"
            kept = now
            if batch.returncode == 0:
                break
        assert (results / "grades.csv").read_bytes() == expected, f"round {rounds}"
        disturbed, calm_reports = finished(results), finished(tmp_path / "calm")
        for name, report in calm_reports.items():
            assert disturbed[name] | {"seconds": 0} == report | {"seconds": 0}, name
    print(f"{kills} kills in {rounds} rounds")
    assert kills >= KILLS // 3


def test_a_submission_that_vanishes_stops_nothing_else(crowd, small, tmp_path):
    first = start(crowd, small, tmp_path / "results")
    time.sleep(0.5)
    (crowd / "s01.py").unlink()  # deleted while the batch runs, or just before it is read
    assert first.wait(timeout=120) == 0, (tmp_path / "results.log").read_text()
    rows = gradebook(tmp_path / "results")
    names = {row["submission"] for row in rows}
    assert {f"s{n:02}" for n in range(SUBMISSIONS) if n != 1} <= names
    assert all(row["status"] != "ungraded" for row in rows)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 256 kB, which root can mount."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root can mount a small disk")
    yield disk
    # A process of the batch may still be ending, and its log lies there.
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_full_disk_is_one_sentence_and_the_next_run_completes(crowd, small, small_disk, tmp_path):
    results = small_disk / "results"
    full = start(crowd, small, results)
    assert full.wait(timeout=120) == 3
    log = results.with_suffix(".log")
    assert "No space left on device" in log.read_text()
    assert "Traceback" not in log.read_text()
    kept = finished(results)
    resize = ["mount", "-o", "remount,size=16m", str(small_disk)]
    subprocess.run(resize, check=True)
    assert start(crowd, small, results).wait(timeout=120) == 0, log.read_text()
    assert kept.keys() <= finished(results).keys()
    rows = gradebook(results)
    assert len(rows) == SUBMISSIONS + 1
    assert all(row["status"] != "ungraded" for row in rows)
