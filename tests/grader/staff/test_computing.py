"""What staff have computed is done once, whatever happens to the workers."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from grader.errors import GraderFault
from grader.staff.apart import NotWanted
from grader.staff.computing import MOST_TRIES, Computed, ComputingSlot
from grader.store.jobs_store import FOR_STAFF, NewJob
from grader.store.site_store import open_site_store

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def jobs(tmp_path):
    store = open_site_store(tmp_path / "site.sqlite", course="llm-26")
    yield store.jobs
    store.close()


@pytest.fixture
def slot(jobs):
    """Makes a slot that computes so; its clock stands."""
    return lambda compute: ComputingSlot(
        jobs=jobs, computations={"sum": compute}, clock=lambda: START, name="worker"
    )


@pytest.fixture
def asked(jobs):
    """Asks for something of a kind; the job as it is."""

    def ask(kind="sum"):
        job = NewJob(key="one", course="llm-26", priority=FOR_STAFF, payload={"kind": kind})
        jobs.add(job, at=START)
        return lambda: jobs.job("one")

    return ask


def test_the_result_is_kept_with_what_is_written_besides(slot, asked):
    wrote = []
    one = asked()
    assert slot(lambda job, beat: Computed(result="3", also=wrote.append)).step()
    assert (one().state, one().result, one().finished_at) == ("done", "3", START)
    assert len(wrote) == 1


def test_what_fails_says_why_and_can_be_asked_for_again(slot, asked):
    def fail(job, beat):
        raise GraderFault("it broke")

    one = asked()
    assert slot(fail).step()
    assert (one().state, one().result) == ("failed", "it broke")
    asked()
    assert slot(lambda job, beat: Computed(result="3")).step()
    assert one().state == "done"


def test_a_worker_that_is_told_to_stop_leaves_it_to_others(slot, asked):
    stop = threading.Event()

    def interrupted(job, beat):
        assert beat()
        stop.set()
        assert not beat()
        raise NotWanted("nobody wants it")

    one = asked()
    assert slot(interrupted).step(stop)
    assert one().state == "waiting"


def test_those_who_lost_it_meanwhile_keep_nothing(slot, asked, jobs):
    wrote = []

    def too_slow(job, beat):
        later = START + timedelta(minutes=5)
        assert jobs.claim("another", at=later, until=later, lane="staff")
        assert not beat()
        return Computed(result="old", also=wrote.append)

    one = asked()
    assert slot(too_slow).step()
    assert (one().state, one().result) == ("running", "")
    assert not wrote


def test_what_kills_each_worker_is_given_up(slot, asked, jobs):
    one = asked()
    past = START - timedelta(seconds=1)  # when the lease of each ends
    for _ in range(MOST_TRIES):
        assert jobs.claim("killed", at=START, until=past, lane="staff")
    assert slot(lambda job, beat: Computed()).step()
    assert one().state == "failed"
    assert "its computing ended each time" in one().result


def test_what_a_worker_does_not_know_is_said(slot, asked):
    one = asked("product")
    assert slot(lambda job, beat: Computed()).step()
    assert one().state == "failed"
    assert "this worker does not know how" in one().result


def test_those_who_grade_leave_it_alone(asked, jobs):
    asked()
    assert jobs.claim("grader", at=START, until=START) is None
    assert jobs.claim("computer", at=START, until=START, lane="staff")
