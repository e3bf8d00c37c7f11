"""The gradebook of a site has what `grader gradebook` makes of folders, from the store."""

import csv
import io

import pytest
from starlette.testclient import TestClient

from grader.courses.inviting import invite
from grader.store.accounts_store import Enrolment
from grader.web.application import application
from grader.web.opening import open_site
from tests.grader.web.staff.test_regrading import handed_in

PAGE = "/staff/gradebook/"
WEIGHTS = """
gradebook:
  - {name: Code, results: results/arithmetic, weight: 70}
  - {name: Words, results: week-3, weight: 30}
"""


@pytest.fixture
def weighted(site, course_folder, clock, quiz, keeper):
    """Opens the site anew with more in its course.yaml; a client of the owner."""
    opened = []

    def made(more=WEIGHTS):
        path = course_folder / "course.yaml"
        path.write_text(path.read_text() + more)
        again = open_site(course_folder, clock=clock)
        client = TestClient(application(again), follow_redirects=False)
        owner = again.accounts.by_person("prof")
        link = invite(again.accounts, [owner], address="", at=clock(), days=1)["prof"]
        client.post(link)
        opened.append(again)
        return client

    yield made
    for one in opened:
        one.store.close()


def table(client):
    text = client.get(f"{PAGE}gradebook.csv").text
    return {row["student"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


def test_totals_are_by_the_weights_of_the_course(weighted, take, site):
    take("ada", "Cross-attention.")
    take("bob", "The mask.")
    owner = weighted()
    rows = table(owner)
    assert (rows["ada"]["Code"], rows["ada"]["Words"], rows["ada"]["total"]) == ("100", "", "")
    assert rows["ada"]["remarks"] == "Words: no grade yet"
    for attempt in site.store.marking.attempts():
        marks = attempt.marks.replace('"waiting_points": 3', '"waiting_points": 0')
        assert marks != attempt.marks
        key = f"attempt {attempt.id}"
        site.store.marking.replace({key: marks}, reason="marked", at=site.clock())
    rows = table(owner)
    assert rows["ada"]["total"] == "70"
    assert rows["bob"]["total_exact"] == "42 of 100"
    page = owner.get(PAGE).text
    assert "2 students, 2 with a total." in page
    assert "<strong>70.0 %</strong>" in page
    assert "weight 30" in page


def test_without_weights_all_stands_there_and_nothing_is_added_up(browser, keeper, quiz, log):
    owner = browser("prof")
    page = owner.get(PAGE).text
    assert "gives no weights" in page
    assert "In words" in page
    assert "Total" not in page
    assert "In words: nothing handed in" in page
    owner.get(f"{PAGE}gradebook.csv")
    assert log()[0].details["said"] == "The gradebook of the course."


def test_what_the_course_has_not_is_said_and_left_out(weighted):
    page = weighted(WEIGHTS + "  - {results: results/arithmtic, weight: 10}\n").get(PAGE).text
    assert "<code>results/arithmtic</code>" in page
    assert "weight 10" not in page


def test_who_was_dropped_has_no_row(weighted, site, number):
    owner = weighted()
    assert "bob" in table(owner)
    owner.post(f"/staff/people/{number('bob')}/role", data={"role": "dropped"})
    assert set(table(owner)) == {"ada"}


def test_somebody_who_is_excused_has_no_grade_to_be_counted(weighted, number):
    owner = weighted()
    path = f"/staff/code/arithmetic/people/{number('bob')}/decide/excuse"
    owner.post(path, data={"reason": "was ill"})
    assert table(owner)["bob"]["remarks"].startswith("Code: excused")


def test_hidden_names_are_hidden_here_too(weighted):
    owner = weighted()
    owner.post("/staff/names", data={"show": ""})
    page = owner.get(PAGE).text
    assert "Ada Adams" not in page


def test_what_is_being_graded_is_no_zero(weighted, site, clock, number):
    owner = weighted(WEIGHTS.replace("weight: 70", "weight: 70, not_handed_in: zero"))
    site.accounts.enrol(Enrolment(person="cy", role="student", full_name="Cy Cole"))
    assert table(owner)["cy"]["Code"] == "0"
    handed_in(site, "cy", clock())
    rows = table(owner)
    assert rows["cy"]["Code"] == ""
    assert "Code: no grade yet" in rows["cy"]["remarks"]
