"""A roster: looked at, imported, imported again; roles; links to enter by."""

import csv
import io
import re

import pytest

ROSTER = """\
id,name,email,section
ada,Ada Adams,ada@example.org,A
cy,Cy Clark,cy@example.org,B
"""


@pytest.fixture
def owner(browser):
    return browser("prof")


def uploaded(owner, text=ROSTER):
    answer = owner.post("/staff/roster/", files={"file": ("r.csv", text.encode(), "text/csv")})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def plan_of(page):
    found = re.search(r'name="plan" value="(\w+)"', page.text)
    return found[1] if found else ""


def imported(owner, text=ROSTER, **form):
    place = uploaded(owner, text)
    page = owner.get(place)
    return owner.post(place, data={"plan": plan_of(page)} | form)


def states(site):
    everybody = site.accounts.enrolments(with_dropped=True)
    return {one.person: (one.role, one.is_active) for one in everybody}


def test_the_differences_are_shown_and_nothing_is_changed(owner, site):
    before = states(site)
    page = owner.get(uploaded(owner)).text
    assert "1 new, 1 changed, 1 dropped." in page
    assert "Cy Clark" in page
    assert "section A" in page
    assert "Bob Brown" in page
    assert states(site) == before


def test_an_import_does_what_was_shown(owner, site, log):
    answer = imported(owner)
    assert answer.status_code == 303
    assert states(site)["cy"] == ("student", True)
    assert states(site)["bob"] == ("student", False)
    assert states(site)["prof"] == ("owner", True)
    assert site.accounts.by_person("ada").section == "A"
    entry = log()[0]
    assert (entry.what, entry.details["new"], entry.details["dropped"]) == (
        "imported a roster",
        ["cy"],
        ["bob"],
    )
    assert (
        "r.csv is imported: 1 new, 1 changed, 1 dropped."
        in owner.get(answer.headers["location"]).text
    )


def test_who_was_dropped_is_out_at_once_and_comes_back(owner, browser, site):
    bob = browser("bob")
    assert bob.get("/").status_code == 200
    imported(owner)
    assert bob.get("/").status_code == 303
    imported(owner, ROSTER + "bob,Bob Brown,bob@example.org,A\n")
    assert states(site)["bob"] == ("student", True)


def test_what_changed_meanwhile_is_shown_again_and_not_done(owner, site):
    place = uploaded(owner)
    plan = plan_of(owner.get(place))
    site.accounts.enrol(site.accounts.by_person("bob").__class__(person="dee", role="student"))
    answer = owner.post(place, data={"plan": plan})
    assert answer.status_code == 409
    assert "has changed since you looked" in answer.text
    assert "cy" not in states(site)


def test_most_of_a_course_is_dropped_only_if_it_is_said(owner, site):
    answer = imported(owner, "id,name\ncy,Cy Clark\n")
    assert answer.status_code == 400
    assert "Most of the course would be dropped" in answer.text
    assert states(site)["ada"] == ("student", True)
    assert imported(owner, "id,name\ncy,Cy Clark\n", drop="1").status_code == 303
    assert states(site)["ada"] == ("student", False)


def test_an_import_that_was_sent_twice_is_done_once(owner, site):
    place = uploaded(owner)
    plan = plan_of(owner.get(place))
    assert owner.post(place, data={"plan": plan}).status_code == 303
    assert owner.post(place, data={"plan": plan}).status_code == 404


def test_the_upload_of_another_owner_is_not_mine(owner, browser, site):
    from grader.store.accounts_store import Enrolment

    site.accounts.enrol(Enrolment(person="other", role="owner"))
    assert browser("other").get(uploaded(owner)).status_code == 404


@pytest.mark.parametrize(
    ("text", "said"),
    [("a,b\n1,2\n", "no column of the roster says who is who"), ("", "nothing")],
)
def test_a_file_that_is_no_roster_is_refused(owner, text, said):
    answer = owner.post("/staff/roster/", files={"file": ("r.csv", text.encode())})
    assert answer.status_code == 400
    assert said in answer.text
    assert owner.post("/staff/roster/", data={}).status_code == 400


def test_a_name_in_a_roster_is_text_and_nothing_else(owner):
    page = owner.get(uploaded(owner, "id,name\nx,<script>alert(1)</script>\n")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_links_come_as_a_file_and_let_their_student_in(owner, browser, log):
    answer = owner.post("/staff/roster/links", data={})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["person"] for row in rows] == ["ada", "bob"]
    assert log()[0].what == "made links to enter by"
    assert rows[0]["link"] not in str(log())
    path = rows[0]["link"].removeprefix("http://127.0.0.1:8000")
    assert browser().post(path).status_code == 303


def test_a_role_is_changed_and_the_last_owner_stays(owner, site, number, log):
    assert (
        owner.post(f"/staff/people/{number('ada')}/role", data={"role": "grader"}).status_code
        == 303
    )
    assert states(site)["ada"] == ("grader", True)
    assert (log()[0].what, log()[0].about, log()[0].details["after"]) == (
        "changed a role",
        "ada",
        "grader",
    )
    for role in ("student", "dropped"):
        answer = owner.post(f"/staff/people/{number('prof')}/role", data={"role": role})
        assert answer.status_code == 400
    assert (
        owner.post(f"/staff/people/{number('ada')}/role", data={"role": "king"}).status_code == 400
    )


def test_a_person_is_added_by_hand(owner, site):
    form = {"person": "tom", "full_name": "Tom Tutor", "email": "", "role": "grader"}
    assert owner.post("/staff/roster/add", data=form).status_code == 303
    assert states(site)["tom"] == ("grader", True)
    again = owner.post("/staff/roster/add", data=form | {"person": "TOM"})
    assert again.status_code == 400
    assert owner.post("/staff/roster/add", data=form | {"person": " "}).status_code == 400


def test_people_are_listed_with_names_for_owners_and_numbers_for_graders(owner, browser):
    assert "Ada Adams" in owner.get("/staff/roster/").text
    page = browser("tara").get("/staff/roster/").text
    assert "Ada" not in page
    assert "Tara Tutor" in page, "staff have their names"
