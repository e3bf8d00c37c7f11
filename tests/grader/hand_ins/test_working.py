"""Workers grade what waits, each hand-in once, whatever happens to them."""

import io
import threading
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from grader.hand_ins.history import history
from grader.hand_ins.working import MOST_TRIES, WorkerSlot
from grader.records import Status
from grader.store.database import reading
from grader.store.site_tables import jobs
from tests.grader.hand_ins.conftest import LIMITS

LEASE = timedelta(seconds=30)
LARGE = replace(LIMITS, n_bytes=1 << 25, course_bytes=1 << 26)


@pytest.fixture
def database(tmp_path):
    """What differs between databases is the queue, which has its own tests."""
    return str(tmp_path / "site.sqlite")


def finals(store, person="ada"):
    return [v.report for v in store.reports("arithmetic").versions(person)]


def test_a_hand_in_becomes_a_report_with_its_time(store, slot, hand_in, right, clock):
    kept, _ = hand_in(right)
    assert slot.step()
    assert not slot.step()
    (report,) = finals(store)
    assert (report.status, report.points) == (Status.GRADED, 7)
    assert report.handed_in_at == kept.received_at
    assert store.jobs.job(f"grade {kept.id}").state == "done"


def test_a_later_attempt_counts_whatever_is_graded_first(store, slot, hand_in, right, clock):
    first, _ = hand_in("def shift(x):\n    return x\n")
    hand_in(right)
    job = store.jobs.claim("slow", at=clock(), until=clock() + timedelta(seconds=1))
    assert job.key == f"grade {first.id}"
    assert slot.step()  # the second
    clock.forward(minutes=1)
    assert slot.step()  # the first, whose worker was not heard of again
    assert [report.points for report in finals(store)] == [7, 0, 7]
    assert store.reports("arithmetic").newest()["ada"].points == 7
    ada = store.accounts.by_person("ada")
    attempts = history(store, "arithmetic", ada).attempts
    assert [one.report.points for one in attempts] == [0, 7]
    assert [one.counts for one in attempts] == [False, True]
    assert attempts[1].gained == 7


def zipped(**files):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"work/{name}.py", text)
    return made.getvalue()


def test_a_zip_and_several_files_are_read_by_the_worker(store, slot, hand_in, right):
    main = "from more import *\n"
    hand_in(files=[("work.zip", zipped(submission=main, more=right))])
    hand_in(files=[("submission.py", main.encode()), ("more.py", right.encode())], person="bob")
    assert slot.step()
    assert slot.step()
    assert [finals(store, person)[0].points for person in ("ada", "bob")] == [7, 7]


def test_names_that_lead_elsewhere_lead_nowhere(store, slot, hand_in, right, tmp_path):
    names = ["../../submission.py", "..\\..\\more\x1b[2J.py", "/etc/<b>x.py"]
    hand_in(files=[(names[0], right.encode()), (names[1], b"x"), (names[2], b"y")])
    before = sorted(tmp_path.rglob("*"))
    assert slot.step()
    (report,) = finals(store)
    assert report.points == 7
    assert sorted(tmp_path.rglob("*")) == before


def test_what_cannot_be_read_is_said_and_not_tried_again(store, slot, hand_in):
    hand_in(files=[("work.zip", b"no zip at all")])
    assert slot.step()
    assert not slot.step()
    (report,) = finals(store)
    assert report.status == Status.UNREADABLE
    assert "work.zip" in report.reason


def test_a_job_is_held_while_a_large_archive_is_read(store, settings, hand_in):
    members = io.BytesIO()
    with zipfile.ZipFile(members, "w") as archive:
        for number in range(60_000):
            archive.writestr(f"{number}.py", b"")
    hand_in(files=[("work.zip", members.getvalue())], limits=LARGE)
    began = datetime.now(UTC)
    # nobody else claims here, so that only what the worker itself says is looked at
    timed = replace(settings, clock=lambda: datetime.now(UTC), lease=timedelta(seconds=0.3))
    slot = WorkerSlot(store, timed)
    worker, leases = threading.Thread(target=slot.step, daemon=True), set()
    worker.start()
    while worker.is_alive():
        with reading(store.engine) as connection:
            leases.add(connection.scalar(select(jobs.c.leased_until)))
        worker.join(0.02)
    slot.close()
    held = [until for until in leases if until is not None]
    assert max(held) > began + timedelta(seconds=0.4)
    assert len(held) > 1
    (report,) = finals(store)
    assert report.status == Status.UNREADABLE


def test_our_fault_is_no_grade_and_is_tried_again_later(
    store, slot, hand_in, right, clock, course_folder
):
    checks = course_folder / "assignments" / "arithmetic" / "conftest.py"
    whole = checks.read_text() if checks.exists() else None
    checks.write_text("raise RuntimeError('broken')\n")
    kept, _ = hand_in(right)
    assert slot.step()
    assert not slot.step()  # not at once
    (report,) = finals(store)
    assert report.status == Status.UNGRADED
    assert "checks of this assignment" in report.reason
    if whole is None:
        checks.unlink()
    else:
        checks.write_text(whole)
    clock.forward(seconds=10)
    assert slot.step()
    assert [one.status for one in finals(store)] == [Status.UNGRADED, Status.GRADED]
    assert store.jobs.job(f"grade {kept.id}").state == "done"


def test_a_hand_in_whose_workers_all_ended_is_given_up_without_a_grade(
    store, slot, hand_in, right, clock
):
    kept, _ = hand_in(right)
    for _ in range(MOST_TRIES):
        assert store.jobs.claim("killed", at=clock(), until=clock() + LEASE)
        clock.forward(minutes=1)
    assert slot.step()
    assert store.jobs.job(f"grade {kept.id}").state == "failed"
    assert finals(store)[0].status == Status.UNGRADED


def test_a_worker_that_lost_its_job_keeps_nothing(store, slot, hand_in, right, clock):
    kept, _ = hand_in(right)
    slow = store.jobs.claim("slow", at=clock(), until=clock() + LEASE)
    clock.forward(minutes=1)
    assert slot.step()
    wrote = []
    assert not store.jobs.finish(slow, at=clock(), also=lambda connection: wrote.append(1))
    assert not store.jobs.put_back(slow, not_before=clock(), reason="")
    assert not store.jobs.renew(slow, until=clock() + LEASE)
    assert wrote == []
    assert store.jobs.job(f"grade {kept.id}").state == "done"
    assert len(finals(store)) == 1


def test_a_worker_that_is_told_to_stop_leaves_its_job_to_others(store, slot, hand_in, clock):
    kept, _ = hand_in("import time\ntime.sleep(60)\n")
    stop = threading.Event()
    threading.Timer(1.0, stop.set).start()
    slot.run(stop)
    job = store.jobs.job(f"grade {kept.id}")
    assert job.state in ("waiting", "done")
    if job.state == "waiting":
        assert finals(store) == []


def test_an_assignment_that_changes_is_graded_as_it_is_then(
    store, slot, hand_in, right, course_folder
):
    hand_in(right)
    assert slot.step()
    path = course_folder / "assignments" / "arithmetic" / "assignment.yaml"
    path.write_text(path.read_text().replace("Arithmetic on arrays", "Sums"))
    hand_in(right + "\n")
    assert slot.step()
    first, second = finals(store)
    assert first.key != second.key
    assert first.points == second.points == 7
