"""A regrade from a browser: nothing counts before it is published, and it can be taken back."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from grader.batch.class_grades import grades_kept
from grader.hand_ins.receiving import Upload, UploadLimits, receive
from tests.grader.staff.a_class import report
from tests.grader.web.staff.conftest import IN_TIME, LATE

CLASS = "/staff/code/arithmetic/"
WHY = {"reason": "a check was wrong"}
LIMITS = UploadLimits(n_bytes=1000, n_files=5, course_bytes=10_000, per_hour=9)


def handed_in(site, person, at, text=b"x = 1\n"):
    upload = Upload(assignment="arithmetic", person=person, files=[("s.py", text)], at=at)
    return receive(site.store.hand_ins, upload, LIMITS)[0]


@pytest.fixture
def handed(site, keeper):
    """Both students handed in, as their reports say, and the queue is empty."""
    made = {name: handed_in(site, name, at) for name, at in (("ada", IN_TIME), ("bob", LATE))}
    for name, one in made.items():
        kept = replace(keeper.newest()[name], handed_in_at=one.received_at)
        keeper.keep(kept, kept, at=LATE)
    while job := claimed(site):
        assert site.store.jobs.finish(job, at=site.clock())
    return made


def claimed(site):
    now = site.clock() + timedelta(days=30)
    return site.store.jobs.claim("test", at=now, until=now + timedelta(minutes=1))


def grade_all(site, **shift):
    """Do what a worker does: keep a report where the job says, with the end of the job."""
    while job := claimed(site):
        hand_in = site.store.hand_ins.by_id(job.payload["hand_in"])
        points = shift.get(hand_in.person, 5)
        one = report(
            hand_in.person,
            shift=points,
            key="again",
            handed_in_at=hand_in.received_at,
            assignment="arithmetic",
        )
        trial = site.store.reports(job.payload["class"])
        keep = partial(trial.keep_attempt, report=one, for_student=one, at=site.clock())
        assert site.store.jobs.finish(job, at=site.clock(), also=keep)


def points(keeper):
    return {g.report.submission: str(g.final) for g in grades_kept(keeper)}


@pytest.fixture
def owner(browser):
    return browser("prof")


@pytest.fixture
def begun(owner, handed):
    answer = owner.post(f"{CLASS}regrade", data=WHY)
    assert answer.status_code == 303
    return answer.headers["location"].partition("?")[0]


def test_a_regrade_waits_behind_what_students_wait_for(owner, begun, site, clock):
    handed_in(site, "ada", clock(), b"y = 2\n")
    assert [claimed(site).payload["kind"] for _ in range(3)] == ["grade", "regrade", "regrade"]


def test_nothing_counts_before_it_is_published(owner, begun, site, keeper, log):
    assert "0 of 2 graded again" in owner.get(begun).text
    before = points(keeper)
    grade_all(site, bob=4)
    page = owner.get(begun).text
    assert points(keeper) == before
    assert "1 student with another grade or another check" in page
    assert "+2" in page
    assert owner.post(begun, data=WHY | {"deed": "publish"}).status_code == 303
    assert points(keeper) == {"ada": "10", "bob": "8"}
    assert [entry.what for entry in log()] == ["published a regrade", "began a regrade"]
    assert log()[0].details["students"] == ["ada", "bob"]


def test_what_is_not_through_is_not_published(owner, begun, keeper):
    before = points(keeper)
    answer = owner.post(begun, data=WHY | {"deed": "publish"})
    assert answer.status_code == 409
    assert points(keeper) == before


def test_a_regrade_is_dropped(owner, begun, site, keeper):
    before = points(keeper)
    grade_all(site, bob=4)
    owner.post(begun, data=WHY | {"deed": "drop"})
    assert points(keeper) == before
    assert owner.post(begun, data=WHY | {"deed": "publish"}).status_code == 409


def test_a_regrade_is_taken_back(owner, begun, site, keeper):
    before = points(keeper)
    grade_all(site, bob=4)
    owner.post(begun, data=WHY | {"deed": "publish"})
    assert owner.post(begun, data=WHY | {"deed": "publish"}).status_code == 409, "once is enough"
    owner.post(begun, data=WHY | {"deed": "take back"})
    assert points(keeper) == before
    assert len(keeper.versions("bob")) == 4


def test_our_fault_leaves_the_grade_and_is_said(owner, begun, site, keeper):
    job = claimed(site)
    site.store.jobs.finish(job, at=site.clock(), state="failed", result="it broke")
    grade_all(site, bob=4)
    page = owner.get(begun).text
    assert "Not graded again, through our fault; these grades stay: Ada Adams." in page
    owner.post(begun, data=WHY | {"deed": "publish"})
    assert points(keeper) == {"ada": "10", "bob": "8"}


def test_only_those_without_a_grade_are_graded_again(owner, handed, site):
    answer = owner.post(f"{CLASS}regrade", data=WHY | {"only": "ungraded"})
    assert answer.status_code == 400
    assert "Nobody has handed in anything that could be graded again." in answer.text


def test_a_regrade_needs_a_reason(owner, handed):
    assert owner.post(f"{CLASS}regrade", data={"reason": " "}).status_code == 400


def test_a_deed_that_is_none_changes_nothing(owner, begun, keeper):
    assert owner.post(begun, data=WHY | {"deed": "burn"}).status_code == 409
    assert owner.get(f"{CLASS}regrade/999").status_code == 404
    assert "0 of 2 graded" in owner.get(f"{CLASS}regrade").text


def test_who_waits_to_be_graded_is_shown_as_such(owner, handed, site, clock):
    handed_in(site, "bob", clock(), b"y = 3\n")
    assert "… being graded" in owner.get(CLASS).text
