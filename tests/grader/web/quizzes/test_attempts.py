"""Who may begin, go on, look back, and at whose attempts."""

import shutil

import pytest
import yaml

from grader.store.audit_store import AuditEntry
from tests.grader.web.quizzes.conftest import KINDS, Taker

ATTEMPT = "/quizzes/week-3/attempts/1/"


def test_a_quiz_says_what_to_know_before_it_begins(quizzes, browser):
    quizzes(minutes=45, attempts=2, feedback="after-closing", closes="2026-11-08 23:59+01:00")
    taker = Taker(browser("ada"))
    said = taker.get("/quizzes/week-3/").says
    for sentence in (
        "It closes Sun 8 Nov 2026, 23:59 CET.",
        f"{len(KINDS)} questions.",
        "You have 45 min from the start on, also if you stop in between.",
        "This is attempt 1 of 2; the best counts.",
        "Marks are shown once the quiz has closed",
    ):
        assert sentence in said


def test_a_double_press_begins_one_attempt(taker, site):
    for _ in range(2):
        answer = taker.post("/quizzes/week-3/begin", [("number", "1")])
        assert answer.answer.headers["location"] == f"{ATTEMPT}questions/1"
    assert len(site.store.quizzes.attempts(student="ada")) == 1


def test_the_button_of_an_old_page_begins_no_other_attempt(taker, site):
    taker.begin()
    taker.hand_in()
    assert taker.post("/quizzes/week-3/begin", [("number", "1")]).status == 303
    assert len(site.store.quizzes.attempts(student="ada")) == 1


def test_a_taker_stops_and_goes_on(taker, browser):
    taker.begin()
    taker.answer(1, [("answer", "a")])
    again = Taker(browser("ada"))
    listed = again.get("/quizzes/")
    assert f"1 of {len(KINDS)} questions answered" in listed.says
    quiz = again.get("/quizzes/week-3/")
    [link] = quiz.tree.xpath("//a[text()='Go on']/@href")
    assert link == f"{ATTEMPT}questions/2"


def test_handing_in_is_final_and_twice_is_once(taker, stored):
    taker.begin()
    taker.answer(1, [("answer", "a")])
    before = stored()
    assert taker.hand_in().status == 303
    assert taker.hand_in().status == 303
    assert taker.post(taker.question(1), [("answer", "b"), ("go", "next")]).status == 303
    assert stored() == before


@pytest.mark.parametrize("feedback", ["never", "after-closing"])
def test_marks_are_not_shown_before_they_are_due(quizzes, browser, clock, feedback):
    quizzes(feedback=feedback, closes="2026-11-08 23:59+01:00")
    taker = Taker(browser("ada"))
    taker.begin()
    taker.hand_in()
    page = taker.get(ATTEMPT)
    assert "Handed in" in page.says
    assert "Right answer" not in page.says
    clock.forward(days=7)
    assert ("Right answer" in taker.get(ATTEMPT).says) == (feedback == "after-closing")


def test_marks_that_staff_hide_are_shown_to_no_student(taker, site, clock):
    taker.begin()
    taker.hand_in()
    assert "Your marks" in taker.get(ATTEMPT).says
    entry = AuditEntry(at=clock(), who="prof", what="hid grades", about="week-3")
    site.store.releases.show("quiz", "week-3", is_shown=False, entry=entry)
    assert "hidden at present" in taker.get(ATTEMPT).says
    for page in ("/quizzes/", "/quizzes/week-3/"):
        assert "of 14 points" not in taker.get(page).says


def test_nobody_sees_the_attempt_of_another(taker, browser):
    taker.begin()
    taker.answer(1, [("answer", "a")])
    bob = Taker(browser("bob"))
    for path in (ATTEMPT, f"{ATTEMPT}questions/1", f"{ATTEMPT}questions/1/saved"):
        assert bob.get(path).status == 404
    assert bob.post(f"{ATTEMPT}questions/1", [("answer", "b")]).status == 404
    assert bob.post(f"{ATTEMPT}hand-in").status == 404


def test_who_is_not_signed_in_is_sent_to_the_doors(quizzes, browser):
    stranger = Taker(browser())
    for path in ("/quizzes/", "/quizzes/week-3/", ATTEMPT, "/practice/"):
        answer = stranger.get(path)
        assert answer.status == 303
        assert answer.answer.headers["location"].startswith("/login")


def test_a_quiz_that_is_not_open_yet_cannot_be_begun(quizzes, browser, site):
    quizzes(opens="2026-11-03 09:00+01:00", closes="2026-11-08 23:59+01:00")
    taker = Taker(browser("ada"))
    assert "Not open yet" in taker.get("/quizzes/week-3/").says
    assert taker.post("/quizzes/week-3/begin", [("number", "1")]).status == 400
    assert site.store.quizzes.attempts(student="ada") == ()


def test_no_attempt_is_begun_beyond_the_last(quizzes, browser, site):
    quizzes(attempts=1)
    taker = Taker(browser("ada"))
    taker.begin()
    taker.hand_in()
    assert "no attempts are left" in taker.get("/quizzes/week-3/").says
    assert taker.post("/quizzes/week-3/begin", [("number", "2")]).status == 400
    assert len(site.store.quizzes.attempts(student="ada")) == 1


def test_one_quiz_with_a_mistake_takes_no_other_away(quizzes, browser, course_folder):
    (course_folder / "quizzes" / "broken.yaml").write_text("title: [")
    (course_folder / "quizzes" / "twice.yaml").write_text(
        yaml.safe_dump({"title": "Again", "id": "week-3", "questions": ["all"]})
    )
    page = Taker(browser("ada")).get("/quizzes/")
    assert len(page.tree.xpath("//section[contains(@class, 'quiz-card')]")) == 1


def test_a_quiz_that_is_changed_is_read_again(taker, quizzes):
    assert "Week 3" in taker.get("/quizzes/").says
    quizzes(title="Week three and a half")
    assert "Week three and a half" in taker.get("/quizzes/").says


def test_a_course_without_quizzes_says_so(browser, site, course_folder):
    shutil.rmtree(course_folder / "quizzes", ignore_errors=True)
    page = Taker(browser("ada")).get("/quizzes/")
    assert "There is no quiz in this course yet." in page.says
