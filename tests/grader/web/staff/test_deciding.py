"""Decisions from a browser: what they do, what they say, what is kept of them."""

import pytest

from grader.courses.code_marks import CodeMarks

CLASS = "/staff/code/arithmetic/"
WHY = {"reason": "was ill"}


@pytest.fixture
def decide(browser, number):
    def sent(person, kind, by="prof", **form):
        path = f"{CLASS}people/{number(person)}/decide/{kind}"
        return browser(by).post(path, data=WHY | form)

    return sent


def grade(keeper, person):
    return next(g for g in CodeMarks(keeper).grades() if g.report.submission == person)


@pytest.mark.parametrize(
    ("kind", "form", "final", "said"),
    [
        ("extend", {"hours": "24"}, "7", "24 h more time. 7 of 10 points now."),
        ("extra", {"hours": "13,5"}, "7", "13 h 30 min extra time, on top of any extension."),
        ("final", {"points": "9.5"}, "19/2", "final points set to 9.5. 9.5 of 10 points now."),
        ("time", {"time": "2026-11-08T12:00"}, "7", "handed in 2026-11-08 12:00 CET."),
        ("points", {"stage": "shift", "points": "5"}, "9", "shift 5 points. 9 of 10 points now."),
    ],
)
def test_a_decision_changes_the_grade_and_says_so(browser, decide, keeper, kind, form, final, said):
    assert str(grade(keeper, "bob").final) == "6"
    answer = decide("bob", kind, **form)
    assert answer.status_code == 303
    assert str(grade(keeper, "bob").final) == final
    [decision] = [d for d in CodeMarks(keeper).decisions().values() if d.by == "prof"]
    assert decision.reason == "was ill"


def test_what_was_done_is_said_on_the_next_page_and_in_the_log(browser, number, keeper, log):
    owner = browser("prof")
    path = f"{CLASS}people/{number('bob')}/decide/extend"
    answer = owner.post(path, data=WHY | {"hours": "24"})
    page = owner.get(answer.headers["location"].partition("#")[0]).text
    assert "✓ Bob Brown: 24 h more time. 7 of 10 points now." in page
    assert "was ill" in page
    entry = log()[0]
    assert (entry.who, entry.what, entry.about) == ("prof", "gave more time", "bob")
    assert entry.details["reason"] == "was ill"
    assert "24 h more time" not in browser("prof").get("/staff/").text


def test_a_notice_is_shown_to_nobody_else(browser, decide, number, keeper):
    location = decide("bob", "excuse").headers["location"]
    assert "✓ Bob" not in browser("tara").get(location.partition("#")[0]).text


def test_an_excuse_may_come_before_anything_is_handed_in(browser, site, number, keeper):
    from grader.store.accounts_store import Enrolment

    site.accounts.enrol(Enrolment(person="cy", role="student", full_name="Cy"))
    owner = browser("prof")
    owner.post(f"{CLASS}people/{number('cy')}/decide/excuse", data=WHY)
    assert "excused" in owner.get(f"{CLASS}?search=cy").text


@pytest.mark.parametrize(
    ("kind", "form", "said"),
    [
        ("extend", {"hours": "soon"}, "is no number"),
        ("extend", {"hours": "-1"}, "longer than nothing"),
        ("extend", {"hours": "99999999"}, "more than a year"),
        ("final", {"points": "11"}, "gives 0 to 10 points, got 11"),
        ("points", {"stage": "nothing", "points": "1"}, "has no stage"),
        ("points", {"stage": "shift", "points": "1.5"}, "are whole"),
        ("time", {"time": "yesterday"}, "is no time"),
        ("extend", {"hours": "1", "reason": "  "}, "needs a reason"),
        ("extend", {"hours": "1", "reason": "x" * 501}, "at most 500 characters"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(decide, keeper, kind, form, said):
    before = keeper.entries()
    answer = decide("bob", kind, **form)
    assert answer.status_code == 400
    assert said in answer.text
    assert keeper.entries() == before


def test_an_unknown_decision_is_not_found(decide, keeper):
    assert decide("bob", "promote").status_code == 404


def test_a_decision_is_taken_back(browser, decide, keeper):
    decide("bob", "final", points="9")
    held = CodeMarks(keeper).decisions()
    [decision] = [n for n, entry in held.items() if entry.by == "prof"]
    answer = browser("prof").post(f"{CLASS}decisions/{decision}/back", data={"reason": "mistaken"})
    assert answer.status_code == 303
    assert str(grade(keeper, "bob").final) == "6"
    again = browser("prof").post(f"{CLASS}decisions/{decision}/back", data={"reason": "mistaken"})
    assert again.status_code == 400


def test_a_check_is_dropped_for_everybody(browser, keeper):
    owner = browser("prof")
    form = {"check": "shift.values", "reason": "it was unfair"}
    assert owner.post(f"{CLASS}drop", data=form).status_code == 303
    assert grade(keeper, "ada").max_points == 5
    page = owner.get(f"{CLASS}decisions").text
    assert "shift.values counts for nobody" in page


def test_a_grader_gives_points_to_a_stage_and_decides_nothing_else(
    browser, decide, number, keeper, log
):
    path = f"{CLASS}people/{number('bob')}/points"
    tutor = browser("tara")
    form = {"stage": "shift", "points": "4", "reason": "nearly right"}
    answer = tutor.post(path, data=form)
    assert answer.status_code == 303
    assert log()[0].who == "tara"
    assert "Bob" not in log()[0].details["said"], "names were hidden from whoever did it"
    assert decide("bob", "final", by="tara", points="9").status_code == 403
