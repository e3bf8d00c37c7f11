"""Worker processes: which processors they use, and that each is replaced when it dies."""

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from grader.batch.pool import LocalPool
from grader.batch.worker import GradingJob
from grader.records import Report, Submission

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity"), reason="the system does not say which processors it uses"
)
CPUS = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


@pytest.fixture
def pool(small):
    """Makes a pool for the small assignment."""
    made = []

    def make(n_workers):
        job = GradingJob(
            assignment=small,
            secret="s",
            require_level="none",
            with_torch=False,
            diagnose_hidden=True,
        )
        made.append(LocalPool(job, n_workers=n_workers, seconds=60))
        return made[-1]

    yield make
    for one in made:
        one.close()


def submissions(right, n):
    cells = (("submission.py", right),)
    return [Submission(name=f"{i}", cells=cells, modules={}, digest=f"{i}") for i in range(n)]


def cpus_of_workers():
    """For each worker the processors that it and its descendants may use."""
    return {w.pid: family(w.pid) for w in multiprocessing.active_children() if w.pid}


def family(pid):
    try:
        found = [frozenset(os.sched_getaffinity(pid))]
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):  # a submission's process, ended meanwhile
        return []
    return found + [cpus for child in children for cpus in family(int(child))]


def test_as_many_workers_as_processors_keep_to_one_each(pool, right):
    outcomes = pool(len(CPUS)).run(submissions(right, 20 * len(CPUS)))
    assert isinstance(next(outcomes), Report)
    before = cpus_of_workers()
    assert all(len(set(cpus)) == 1 for cpus in before.values())
    assert sorted(min(cpus[0]) for cpus in before.values()) == CPUS
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    rest = list(outcomes)
    assert all(isinstance(outcome, Report) for outcome in rest)
    assert len(rest) == 20 * len(CPUS) - 1


def test_a_new_worker_takes_the_processor_of_the_dead_one(pool, right):
    outcomes = pool(len(CPUS)).run(submissions(right, 60 * len(CPUS)))
    next(outcomes)
    before = cpus_of_workers()
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    for _ in outcomes:
        if new := set(cpus_of_workers()) - set(before):
            assert cpus_of_workers()[new.pop()][0] == before[victim][0]
            return
    pytest.fail("no new worker was started")


@pytest.mark.skipif(len(CPUS) < 2, reason="one processor leaves no choice")
def test_fewer_workers_than_processors_use_any(pool, right):
    outcomes = pool(1).run(submissions(right, 3))
    next(outcomes)
    assert [set(cpus[0]) for cpus in cpus_of_workers().values()] == [set(CPUS)]
    assert len(list(outcomes)) == 2
