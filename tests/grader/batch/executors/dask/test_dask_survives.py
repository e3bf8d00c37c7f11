"""A cluster of which anything may be killed at any time loses no report, and ends as if calm.

    python -m tests.grader.batch.executors.dask.test_dask_survives 200

kills so many processes and says what it came to.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.grader.batch.executors.dask.cluster_processes import (
    OUR_CODE,
    ClusterProcesses,
    below,
    kill,
)

SUBMISSIONS = 60
WORKERS = 3
ROLES = {"worker": 12, "sandbox": 6, "nanny": 3, "client": 3, "scheduler": 2}
RIGHT = "def shift(x): return x + 1\ndef double(x): return {0} * x\ndef both(x): return 2 * x + 2\n"


class DisturbedClass:
    """A class that is graded again and again on a cluster whose processes are killed."""

    def __init__(self, folder, assignment, seed):
        self.folder = folder
        self.assignment = assignment
        self.chance = random.Random(seed)
        self.cluster = ClusterProcesses(folder / "cluster")
        self.cluster.start_scheduler()
        self.kills = Counter()
        self.submissions = folder / "class"
        self.submissions.mkdir()
        for number in range(SUBMISSIONS):
            source = RIGHT.format(2 if number % 3 else number)
            path = self.submissions / f"s{number:02}.py"
            path.write_text(f"import time\ntime.sleep(0.05)\n{source}# {number}\n")
        (folder / "course.yaml").write_text("secret: chaos\n")

    def command(self, results, *more):
        words = ("batch", self.submissions, "-o", results, "--assignment", self.assignment)
        words = (*words, "--require-level", "none", *more)
        with open(self.folder / "client.log", "ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "grader", *map(str, words)],
                stdout=log,
                stderr=log,
                env=OUR_CODE,
                cwd=self.folder,
                start_new_session=True,
            )

    def on_cluster(self, results):
        """The command on the cluster, which is mended before."""
        cluster = self.cluster
        if cluster.scheduler.poll() is not None:
            cluster.start_scheduler()
        self.mend()
        return self.command(results, "--executor", f"dask:{cluster.address}")

    def mend(self):
        """There are as many nannies as there shall be."""
        running = [nanny for nanny in self.cluster.nannies if nanny.poll() is None]
        for _ in range(WORKERS - len(running)):
            self.cluster.start_worker(wait=False)

    def kill_one(self, client):
        """Kill something, and start again what nobody else would."""
        role = self.chance.choices([*ROLES], weights=[*ROLES.values()])[0]
        nannies = [nanny for nanny in self.cluster.nannies if nanny.poll() is None]
        workers = [pid for pid in map(self.cluster.worker_of, nannies) if pid]
        candidates = {
            "worker": workers,
            "sandbox": [pid for worker in workers for pid in below(worker)],
            "nanny": [nanny.pid for nanny in nannies],
            "client": [client.pid],
            "scheduler": [self.cluster.scheduler.pid],
        }[role]
        if candidates and kill(self.chance.choice(candidates)):
            self.kills[role] += 1
        if role == "nanny":
            time.sleep(0.1)
            self.mend()


def kept_in(results):
    """The reports that are there and graded, without what differs from run to run."""
    return {path.name: path.read_bytes() for path in (results / "reports").glob("*.json")}


def run(folder, assignment, *, kills, most_seconds, seed=15):
    """Kill so many processes; how often the class came to its end meanwhile, and all kills."""
    made = DisturbedClass(folder, assignment, seed)
    try:
        calm = folder / "calm"
        assert made.command(calm, "-j", "1").wait(timeout=120) == 0
        rounds, end = 0, time.monotonic() + most_seconds
        while made.kills.total() < kills and time.monotonic() < end:
            rounds += 1
            disturb(made, folder / f"round-{rounds}", kills=kills, end=end)
            results = folder / f"round-{rounds}"
            assert (results / "grades.csv").read_bytes() == (calm / "grades.csv").read_bytes()
            assert kept_in(results) == kept_in(calm)
        log = (folder / "client.log").read_text()
        assert "Traceback" not in log, log
        return rounds, made.kills
    finally:
        made.cluster.close()


def disturb(made, results, *, kills, end):
    """Grade into a folder until the command says that all is done."""
    kept = {}
    for _ in range(100):
        client = made.on_cluster(results)
        while client.poll() is None:
            time.sleep(made.chance.uniform(0.1, 1.2))
            if client.poll() is None and made.kills.total() < kills and time.monotonic() < end:
                made.kill_one(client)
        now = kept_in(results)
        changed = [name for name, report in kept.items() if now.get(name) != report]
        assert not changed, f"after {made.kills} the reports of {changed} are gone or others"
        kept = {name: report for name, report in now.items() if b'"status": "graded"' in report}
        if client.returncode == 0:
            return
        assert client.returncode in (3, -signal.SIGKILL), (made.folder / "client.log").read_text()
    pytest.fail("it did not come to an end")


def test_whatever_is_killed_the_grades_are_those_of_a_calm_run(tmp_path, small):
    rounds, killed = run(tmp_path, small, kills=8, most_seconds=80)
    print(f"{killed.total()} kills in {rounds} rounds: {dict(killed)}")
    assert killed.total() >= 4


if __name__ == "__main__":
    os.environ["OMP_NUM_THREADS"] = "1"
    small = Path(__file__).parents[4] / "small_assignment"
    with contextlib.ExitStack() as stack:
        top = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        begin = time.monotonic()
        rounds, killed = run(top, small, kills=int(sys.argv[1]), most_seconds=3600)
        seconds = time.monotonic() - begin
        print(f"{killed.total()} kills in {rounds} rounds, {seconds:.0f} s: {dict(killed)}")
