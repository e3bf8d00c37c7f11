"""Whatever happens to a site, what it has said is kept, and each hand-in is graded once.

Students hand in and answer a quiz while the processes of the site are killed, its database is
crashed or cut off, and its disk is full. `python -m tests.grader.web.faults.test_faults 200` does
two hundred of these things; here are a few. The order is drawn from a seed.
"""

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from grader.batch.results import Results
from grader.records import Status, to_json
from grader.store.tables import answers, attempts, people
from grader.web.opening import open_site
from tests.conftest import COMMAND
from tests.grader.postgres import Cluster, binaries_or_skip
from tests.grader.web.faults.busy_students import VARIANTS, BusyStudent, let_in
from tests.grader.web.faults.harmed_site import ROOT, HarmedSite

UNGRADED = Status.UNGRADED
STUDENTS = 6
DURABLE = {"synchronous_commit": "on"}  # what is committed outlives a crash of the server
DRAIN_SECONDS = 240  # a lease, and waits between tries
SEED = 14


def run(folder, *, faults, cluster=None, seed=SEED):
    """Do so many things to a site; how often each was done, and what students were told."""
    chance = random.Random(seed)
    harmed = HarmedSite(folder, chance, cluster)
    site = open_site(harmed.course, clock=lambda: datetime.now(UTC), store=harmed.store)
    words = [let_in(site.accounts, f"student-{n}") for n in range(STUDENTS)]
    harmed.dripping = let_in(site.accounts, "drips")
    harmed.start()
    stop, done = threading.Event(), Counter()
    students = [BusyStudent(harmed.address, w, seed + n, stop) for n, w in enumerate(words)]
    try:
        for student in students:
            student.start()
        for name in drawn(harmed.faults(), faults, chance):
            time.sleep(chance.uniform(0.2, 2))
            harmed.faults()[name]()
            done[name] += 1
            done["worker started again"] += harmed.mend()
        stop.set()
        for student in students:
            student.end()
        harmed.wait()
        told = {f"student-{n}": student.told for n, student in enumerate(students)}
        drained(site)
        assert_true(site, told, points_by_batch(harmed))
        log = harmed.log.read_text()
        assert "Traceback" not in log, log
        assert '"event": "fault"' not in log, log
    finally:
        stop.set()
        harmed.close()
        site.store.close()
    return done, told


def drawn(names, number, chance):
    """So many of them, each as often as any other, in a random order."""
    many = [
        name
        for _ in range(number // len(names) + 1)
        for name in chance.sample([*names], len(names))
    ]
    return many[:number]


def drained(site):
    """Wait until nothing is to be graded."""
    ends = time.monotonic() + DRAIN_SECONDS
    while (counts := site.store.jobs.counts()).get("waiting") or counts.get("running"):
        assert time.monotonic() < ends, counts
        time.sleep(0.3)


def points_by_batch(harmed):
    """What `grader batch` gives each of the submissions: status and points."""
    folder = harmed.folder / "class"
    folder.mkdir()
    for name, source in VARIANTS.items():
        (folder / f"{name}.py").write_text(source)
    results = harmed.folder / "results"
    words = ["batch", folder, "-o", results, "--course", harmed.course / "course.yaml"]
    words += ["--assignment", harmed.course / "assignments" / "arithmetic"]
    words += ["--require-level", "none"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [*COMMAND, *map(str, words)]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    reports = Results(results).newest()
    return {name: (report.status, report.points) for name, report in reports.items()}


def assert_true(site, told, expected):
    """All that students were told is so, and no more was graded than was handed in."""
    kept = site.store.hand_ins
    for person, one in told.items():
        assert one.refused == [], person
        handed = {h.received_at: h.number for h in kept.of_person("arithmetic", person)}
        assert one.receipts.keys() <= set(handed.values()), f"{person}: a hand-in is lost"
        # the report that counts stands last, so it is there again after one on an earlier hand-in
        versions = site.store.reports("arithmetic").versions(person)
        final = {to_json(v.report): v.report for v in versions if v.report.status != UNGRADED}
        numbers = sorted(handed[report.handed_in_at] for report in final.values())
        assert numbers == sorted(handed.values()), f"{person}: not each is graded once"
        for report in final.values():
            variant = one.receipts.get(handed[report.handed_in_at])
            assert variant is None or (report.status, report.points) == expected[variant], person
        stored = answers_of(site, person)
        for place, given in one.saved.items():
            assert stored.get(place) in [given, *one.unsure[place]], f"{person}: an answer is lost"
    assert kept.of_person("arithmetic", "drips") == ()


def answers_of(site, person):
    """The last answer that is stored to each question, by its place in the quiz."""
    query = (
        select(answers.c.item, answers.c.response)
        .join(attempts, attempts.c.id == answers.c.attempt)
        .join(people, people.c.id == attempts.c.person)
        .where(people.c.name == person)
        .order_by(answers.c.id)
    )
    with site.store.engine.connect() as connection:
        found = connection.execute(query).all()
    return {int(item.removeprefix("all.q")) + 1: str(response) for item, response in found}


def said(done, told):
    receipts = sum(len(one.receipts) for one in told.values())
    saved = sum(one.n_saved for one in told.values())
    return f"{receipts} receipts, {saved} answers saved; {dict(done)}"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_is_lost_and_nothing_is_graded_twice(tmp_path, kind):
    cluster = Cluster(binaries_or_skip(), **DURABLE) if kind == "postgresql" else None
    try:
        done, told = run(tmp_path, faults=8, cluster=cluster)
        print(said(done, told))
        assert sum(len(one.receipts) for one in told.values()) > 0
        assert sum(one.n_saved for one in told.values()) > 0
    finally:
        if cluster:
            cluster.close()


if __name__ == "__main__":
    ROUND = 25  # after so many, everything is looked at
    for number in range(-(-int(sys.argv[1]) // ROUND)):
        begin = time.monotonic()
        server = Cluster(binaries_or_skip(), **DURABLE) if number % 2 else None
        with tempfile.TemporaryDirectory(dir=Path(sys.argv[2]) if sys.argv[2:] else None) as top:
            done, told = run(Path(top), faults=ROUND, cluster=server, seed=SEED + number)
        if server:
            server.close()
        kind = "postgresql" if server else "sqlite"
        print(f"{kind}, {time.monotonic() - begin:.0f} s: {said(done, told)}", flush=True)
