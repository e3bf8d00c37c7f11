"""How alike submissions are, from a browser; the reading of code is another process's."""

import io
import threading
import zipfile
from datetime import timedelta

import pytest

from grader.staff.class_comparison import KIND
from grader.staff.computing import Computed, ComputingSlot
from tests.grader.web.staff.test_regrading import handed_in

PAGE = "/staff/code/arithmetic/similarity"
CODE = b"""
def shift(x):
    unusual = [entry for entry in (x, x, x)]
    total = sum(unusual[1:]) - unusual[0] * len(unusual[2:])
    return total + 1 if total is not None else None
"""


def test_nobody_is_compared_before_anything_is_handed_in(browser, keeper):
    owner = browser("prof")
    assert "The class was not compared yet." in owner.get(PAGE).text
    assert owner.post(PAGE, data={}).status_code == 400
    assert owner.get(f"{PAGE}/pages.zip").status_code == 404


@pytest.fixture
def handed(site, clock):
    """Two whose code is alike, and one whose file is none."""
    for name, text in (("ada", CODE), ("bob", CODE + b"# mine\n"), ("cy", b"\x00\xff")):
        handed_in(site, name, clock(), text)


def test_a_class_is_compared_and_the_pages_come_as_a_zip(
    browser, clock, keeper, log, handed, computing
):
    owner = browser("prof")
    answer = owner.post(PAGE, data={})
    assert answer.status_code == 303
    waits = owner.get(answer.headers["location"]).text
    assert "waiting</span> for a worker" in waits
    assert "Compare the class" not in waits, "it is asked for once"
    assert log()[0].what == "compared a class"
    clock.forward(minutes=5)
    assert computing.step()
    page = owner.get(PAGE).text
    assert "2 submissions compared on Mon 2 Nov 2026, 10:05 CET." in page
    assert "the same but for comments" in page
    assert "Ada Adams" in page
    assert "Compare again" in page
    pages = owner.get(f"{PAGE}/pages.zip")
    with zipfile.ZipFile(io.BytesIO(pages.content)) as archive:
        assert "index.html" in archive.namelist()


def test_pages_answer_while_a_class_is_compared(browser, keeper, handed, site):
    owner, began, goes_on = browser("prof"), threading.Event(), threading.Event()

    def slow(job, beat):
        began.set()
        assert goes_on.wait(30)
        return Computed()

    slot = ComputingSlot(
        jobs=site.store.jobs,
        computations={KIND: slow},
        clock=site.clock,
        name="slow",
    )
    owner.post(PAGE, data={})
    working = threading.Thread(target=slot.step)
    working.start()
    assert began.wait(30)
    try:
        assert "being computed" in owner.get(PAGE).text
        assert owner.post(PAGE, data={}).status_code == 303, "asked again, it goes on"
        for path in ("/staff/", "/staff/quizzes/", "/health"):
            assert owner.get(path).status_code in (200, 303)
        at = site.clock()
        assert site.store.jobs.claim("grader", at=at, until=at), "hand-ins wait behind none of it"
    finally:
        goes_on.set()
        working.join()
    assert "being computed" not in owner.get(PAGE).text
    assert not slot.step(), "and is done once"


def test_a_comparison_that_fails_says_so_and_leaves_the_last_one(
    browser, keeper, handed, computing, site, course_folder
):
    owner = browser("prof")
    owner.post(PAGE, data={})
    assert computing.step()
    settings = course_folder / "assignments" / "arithmetic" / "assignment.yaml"
    settings.write_text("nonsense: true\n")
    owner.post(PAGE, data={})
    assert computing.step()
    page = owner.get(PAGE).text
    assert "! It could not be computed: the comparison failed" in page
    assert "2 submissions compared" in page
    assert "Compare again" in page


def test_who_is_killed_while_comparing_leaves_it_to_another(
    browser, keeper, handed, computing, site, clock
):
    owner = browser("prof")
    owner.post(PAGE, data={})
    at = site.clock()
    lost = site.store.jobs.claim("killed", at=at, until=at + timedelta(seconds=30), lane="staff")
    assert not computing.step()
    clock.forward(minutes=1)
    assert computing.step()
    assert "2 submissions compared" in owner.get(PAGE).text
    assert not site.store.jobs.finish(lost, at=clock(), state="failed")
