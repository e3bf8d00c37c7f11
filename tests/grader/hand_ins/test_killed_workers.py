"""Workers are killed in the middle of their work: nothing is lost, and nothing is done twice."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from grader.store.database import reading
from grader.store.jobs_store import NewJob
from grader.store.site_tables import audit_log
from tests.grader.hand_ins.conftest import START

ROOT = Path(__file__).parents[3]
JOBS = 60
WORKER = """
import sys, time
from datetime import UTC, datetime, timedelta
from sqlalchemy import insert
from grader.store.site_store import open_site_store
from grader.store.site_tables import audit_log

store = open_site_store(sys.argv[1], course="llm-26")
now = lambda: datetime.now(UTC)
print("ready", flush=True)
sys.stdin.readline()
while True:
    job = store.jobs.claim(sys.argv[2], at=now(), until=now() + timedelta(seconds=1.5))
    if job is None:
        counts = store.jobs.counts()
        if not counts.get("waiting") and not counts.get("running"):
            break
        time.sleep(0.05)
        continue
    time.sleep(0.03)
    row = {"course": "", "at": now(), "who": sys.argv[2], "what": job.key, "details": {}}
    store.jobs.finish(job, at=now(), also=lambda c: c.execute(insert(audit_log).values(row)))
"""


def started(database, name):
    words = [sys.executable, "-c", WORKER, database, name]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen(words, cwd=ROOT, text=True, **pipes)


def test_each_job_is_done_once(store, database):
    for number in range(JOBS):
        job = NewJob(key=f"job {number}", course="llm-26", priority=0, payload={})
        store.jobs.add(job, at=START)
    workers = [started(database, f"worker {number}") for number in range(4)]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        worker.stdin.close()
    for worker in workers[:2]:
        while store.jobs.counts().get("done", 0) < 10:
            time.sleep(0.01)
        os.kill(worker.pid, signal.SIGKILL)
    codes = [worker.wait(timeout=60) for worker in workers]
    for worker in workers:
        worker.stdout.close()
    assert codes == [-signal.SIGKILL, -signal.SIGKILL, 0, 0]
    with reading(store.engine) as connection:
        done = [row.what for row in connection.execute(audit_log.select())]
    assert sorted(done) == sorted(f"job {number}" for number in range(JOBS))
    assert store.jobs.counts() == {"done": JOBS}


def test_jobs_are_taken_in_their_order(store, clock):
    for name, priority in (("late", 5), ("first", 0), ("second", 0)):
        store.jobs.add(NewJob(key=name, course="llm-26", priority=priority, payload={}), at=clock())
    store.jobs.add(NewJob(key="other", course="another", priority=0, payload={}), at=clock())
    taken = [store.jobs.claim("w", at=clock(), until=clock()) for _ in range(4)]
    assert [job and job.key for job in taken] == ["first", "second", "late", None]


def test_a_place_in_the_queue_is_known(store, clock):
    for name in ("a", "b", "c"):
        store.jobs.add(NewJob(key=name, course="llm-26", priority=0, payload={}), at=clock())
    ids = [store.jobs.job(name).id for name in ("a", "b", "c")]
    assert [one.position for one in store.jobs.progress(ids).values()] == [1, 2, 3]
    job = store.jobs.claim("w", at=clock(), until=clock())
    store.jobs.say(job, {"checks": [["shift", "passed", 1, 1]]}, at=clock())
    known = store.jobs.progress(ids)
    assert [one.position for one in known.values()] == [0, 1, 2]
    assert known[ids[0]].event.event == {"checks": [["shift", "passed", 1, 1]]}
    store.jobs.finish(job, at=clock())
    assert store.jobs.progress(ids)[ids[0]].event is None


def test_a_job_that_ended_can_be_done_anew_and_one_that_waits_is_not_doubled(store, clock):
    new = NewJob(key="again", course="llm-26", priority=0, payload={})
    store.jobs.add(new, at=clock())
    store.jobs.add(new, at=clock())
    assert store.jobs.counts() == {"waiting": 1}
    store.jobs.finish(store.jobs.claim("w", at=clock(), until=clock()), at=clock())
    store.jobs.add(new, at=clock())
    assert store.jobs.counts() == {"waiting": 1}


def test_a_job_that_another_has_taken_over_is_no_longer_ones_own(store, clock):
    store.jobs.add(NewJob(key="a", course="llm-26", priority=0, payload={}), at=clock())
    slow = store.jobs.claim("slow", at=clock(), until=clock())
    clock.forward(seconds=1)
    quick = store.jobs.claim("quick", at=clock(), until=clock())
    assert (slow.attempt, quick.attempt) == (1, 2)
    wrote = []
    assert not store.jobs.renew(slow, until=clock())
    assert not store.jobs.put_back(slow, not_before=clock(), reason="", also=wrote.append)
    assert not store.jobs.finish(slow, at=clock(), also=wrote.append)
    assert wrote == []
    assert store.jobs.finish(quick, at=clock(), also=wrote.append)
    assert len(wrote) == 1
