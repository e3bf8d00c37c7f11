"""The class of an assignment, its report, one student, and the files for other systems."""

import re

import pytest

from tests.grader.staff.a_class import report
from tests.grader.web.staff.conftest import LATE

CLASS = "/staff/code/arithmetic/"


def text(answer):
    assert answer.status_code == 200, answer.text
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def rows(answer):
    """The names in the table, in its order."""
    assert answer.status_code == 200, answer.text
    return re.findall(r'<th scope="row"><a href="/staff/people/\d+/[^"]*">([^<]+)</a>', answer.text)


def test_staff_begin_at_the_class_of_what_was_due_last(browser, keeper):
    answer = browser("prof").get("/staff/")
    assert (answer.status_code, answer.headers["location"]) == (303, CLASS)


def test_everybody_is_in_the_table_with_points_and_state(browser, keeper):
    page = browser("prof").get(CLASS)
    assert rows(page) == ["Ada Adams", "Bob Brown"]
    said = text(page)
    assert "8.5 median of 10" in said
    assert "2 students: 2 graded. 1 late." in said
    assert "6" in said
    assert "shift \N{MINUS SIGN}3" in said
    assert "late 13 h 1 min" in said


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("show=late", ["Bob Brown"]),
        ("show=missing", []),
        ("sort=points", ["Bob Brown", "Ada Adams"]),
        ("sort=points&down=1", ["Ada Adams", "Bob Brown"]),
        ("search=ada", ["Ada Adams"]),
        ("page=99", ["Ada Adams", "Bob Brown"]),
        ("sort=%00&show=x&down=9&section=none", []),
    ],
)
def test_the_table_is_filtered_and_sorted_without_script(browser, keeper, query, names):
    assert rows(browser("prof").get(f"{CLASS}?{query}")) == names


def test_a_table_of_many_has_pages(browser, site, keeper):
    from grader.store.accounts_store import Enrolment

    for n in range(150):
        site.accounts.enrol(Enrolment(person=f"s{n:03}", role="student"))
    owner = browser("prof")
    first, second = owner.get(CLASS), owner.get(f"{CLASS}?page=2")
    assert (len(rows(first)), len(rows(second))) == (100, 52)
    assert len(first.content) < 150_000


def test_after_a_decision_the_class_is_as_it_is_at_that_moment(browser, number, keeper):
    owner = browser("prof")
    assert "8.5 median" in text(owner.get(CLASS))
    better = report("bob", handed_in_at=LATE, submission_digest="new")
    keeper.keep(better, better, at=LATE)
    path = f"{CLASS}people/{number('bob')}/decide/extend"
    owner.post(path, data={"hours": "24", "reason": "was ill"})
    assert rows(owner.get(f"{CLASS}?sort=points&down=1")) == ["Ada Adams", "Bob Brown"]
    assert "lost points" not in text(owner.get(CLASS))


def test_names_are_hidden_from_graders_until_they_ask(browser, keeper, log):
    tutor = browser("tara")
    page = tutor.get(CLASS)
    assert "Ada" not in page.text
    assert "ada" not in page.text.replace("Graded", "")
    assert all(name.startswith("Student ") for name in rows(page))
    shown = tutor.post("/staff/names", data={"show": "1", "back": CLASS})
    assert shown.status_code == 303
    assert rows(tutor.get(CLASS)) == ["Ada Adams", "Bob Brown"]
    assert (log()[0].who, log()[0].what) == ("tara", "showed names")
    assert "Ada" not in browser("tara").get(CLASS).text, "another session has not asked"


def test_the_report_names_what_the_class_gets_wrong(browser, keeper):
    said = text(browser("prof").get(f"{CLASS}report"))
    assert "1 of 2 · 1 in part" in said
    assert "No answer points to one known mistaken idea." in said


def test_a_student_has_every_assignment_on_one_page(browser, keeper, number):
    said = text(browser("prof").get(f"/staff/people/{number('bob')}/"))
    assert "Handed in 13 h 1 min late" in said
    assert "report 1" in said
    assert "No quiz was begun yet." in said


def test_a_report_is_shown_with_what_only_staff_may_see(browser, keeper, number):
    owner = browser("prof")
    said = text(owner.get(f"{CLASS}people/{number('bob')}/reports/1"))
    assert "7 of 10 points, hidden checks included." in said
    assert "shift.values" in said
    assert owner.get(f"{CLASS}people/{number('bob')}/reports/2").status_code == 404


def test_what_is_not_there_is_not_found(browser, keeper, number):
    owner = browser("prof")
    for path in (
        "/staff/code/nothing/",
        "/staff/people/99999/",
        f"/staff/people/{number('tara')}/",
    ):
        assert owner.get(path).status_code == 404


def test_grades_come_as_a_file(browser, keeper, log):
    answer = browser("prof").post(f"{CLASS}export", data={"target": "csv"})
    assert (
        answer.headers["content-disposition"] == "attachment; filename*=UTF-8''arithmetic-csv.csv"
    )
    assert answer.text.splitlines()[1].startswith("ada,Ada Adams,ada,ada@example.org,10,10,graded")
    assert log()[0].what == "exported grades"


CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Homework (901)
    Points Possible,,,,,10
"Adams, Ada",11,ada,ada,A,
"Brown, Bob",12,bob,bob,A,
"""


def test_a_canvas_file_comes_back_filled_in(browser, keeper):
    form = {"target": "canvas", "column": "Homework (901)"}
    files = {"template": ("grades.csv", CANVAS.encode())}
    answer = browser("prof").post(f"{CLASS}export", data=form, files=files)
    assert [line.rpartition(",")[2] for line in answer.text.splitlines()[2:]] == ["10", "6"]


def test_what_does_not_fit_keeps_what_was_typed(browser, keeper):
    form = {"target": "canvas", "column": "Hmework", "scale": "1"}
    files = {"template": ("grades.csv", CANVAS.encode())}
    answer = browser("prof").post(f"{CLASS}export", data=form, files=files)
    assert answer.status_code == 400
    assert "no column is &#39;Hmework&#39;" in answer.text
    assert 'value="Hmework"' in answer.text
    assert re.search(r'id="scale"[^>]* checked', answer.text)


def test_grades_are_hidden_and_shown_again(browser, keeper, site, log):
    owner = browser("prof")
    hidden = owner.post(f"{CLASS}release", data={"show": "", "reason": "a check was unfair"})
    assert hidden.status_code == 303
    assert "no longer see their grades" in text(owner.get(hidden.headers["location"]))
    assert site.store.releases.hidden("code") == {"arithmetic"}
    assert (log()[0].what, log()[0].details["reason"]) == (
        "hid grades from students",
        "a check was unfair",
    )
    owner.post(f"{CLASS}release", data={"show": "1"})
    assert site.store.releases.hidden("code") == frozenset()
