"""Worker processes: their processors, that each is replaced when it dies, and aborting one."""

import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from grader.batch.executors.contract import Aborted, GradingJob
from grader.batch.executors.local import ATTEMPTS, LocalPool
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


def slow(name, seconds, right):
    cells = (("submission.py", f"import time\ntime.sleep({seconds})\n{right}"),)
    return Submission(name=name, cells=cells, modules={}, digest=name)


def names(outcomes):
    """The names that came out, by the kind of their outcome."""
    found = {}
    for outcome in outcomes:
        is_report = isinstance(outcome, Report)
        name = outcome.submission if is_report else outcome.submission.name
        found.setdefault(type(outcome), []).append(name)
    return {kind: sorted(those) for kind, those in found.items()}


def below(pid):
    """All processes that descend from one."""
    return [one for child in children(pid) for one in (child, *below(child))]


def children(pid):
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def eventually(claim, seconds=60):
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.01)


def workers():
    return [worker.pid for worker in multiprocessing.active_children() if worker.pid]


@pytest.fixture
def patient(small):
    """The small assignment, which waits for a submission as long as it takes."""
    settings = small / "assignment.yaml"
    settings.write_text(settings.read_text().replace("load_seconds: 3", "load_seconds: 900"))
    return small


def test_one_that_runs_is_aborted_at_once_and_the_others_go_on(patient, pool, right):
    one, came = pool(2), []
    outcomes = one.run([slow("stuck", 600, right), *submissions(right, 200)])
    thread = threading.Thread(target=lambda: came.extend(outcomes))
    thread.start()
    eventually(lambda: len(came) >= 3)
    families = {worker: below(worker) for worker in workers()}
    assert len(families) == 2
    assert one.abort("stuck")
    eventually(lambda: not all(map(is_running, families)))
    [ended] = [worker for worker in families if not is_running(worker)]
    eventually(lambda: not any(map(is_running, families[ended])), seconds=10)
    thread.join(timeout=120)
    assert names(came) == {Aborted: ["stuck"], Report: sorted(f"{i}" for i in range(200))}


def test_one_that_waits_is_aborted_and_never_begun(pool, right):
    one = pool(1)
    outcomes = one.run(submissions(right, 4))
    assert one.abort("2")
    assert names(outcomes) == {Aborted: ["2"], Report: ["0", "1", "3"]}


def test_all_may_be_aborted(pool, right):
    one = pool(1)
    outcomes = one.run(submissions(right, 3))
    first = next(outcomes)
    assert isinstance(first, Report)
    assert one.abort("1")
    assert one.abort("2")
    assert names(outcomes) == {Aborted: ["1", "2"]}


def test_what_has_come_out_or_was_never_there_cannot_be_aborted(pool, right):
    one = pool(1)
    assert not one.abort("0")
    outcomes = one.run(submissions(right, 2))
    assert isinstance(next(outcomes), Report)
    assert not one.abort("0")
    assert not one.abort("nobody")
    assert names(outcomes) == {Report: ["1"]}
    assert not one.abort("1")


def test_aborting_again_and_again_is_no_failed_start(pool, right):
    one = pool(1)
    outcomes = one.run(submissions(right, ATTEMPTS + 2))
    found = []
    thread = threading.Thread(target=lambda: found.append(names(outcomes)))
    thread.start()
    for i in range(ATTEMPTS + 1):  # each while its worker starts
        eventually(lambda: multiprocessing.active_children())
        eventually(lambda i=i: one.abort(f"{i}"))
    thread.join(timeout=120)
    aborted = [f"{i}" for i in range(ATTEMPTS + 1)]
    assert found == [{Aborted: aborted, Report: [f"{ATTEMPTS + 1}"]}]


def test_an_abort_takes_no_attempt_from_the_others(pool, right):
    """Names are aborted while they change hands, from another thread, again and again."""
    one = pool(2)
    outcomes = one.run(submissions(right, 60))
    said = {}

    def abort():
        for i in range(0, 60, 6):
            said[f"{i}"] = one.abort(f"{i}")
            time.sleep(0.2)

    thread = threading.Thread(target=abort)
    thread.start()
    found = names(outcomes)
    thread.join()
    assert found.get(Aborted, []) == sorted(name for name, done in said.items() if done)
    assert len(found[Report]) + len(found[Aborted]) == 60
    assert set(found) == {Report, Aborted}
