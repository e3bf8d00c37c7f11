"""What a script sends while a form is filled in: numbered by the store, never lost or mixed."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from grader.courses.quiz_shelf import QuizShelf
from grader.courses.sweeping import sweep
from grader.store.quiz_store import QuizStore
from tests.grader.web.quizzes.conftest import KINDS, Taker
from tests.grader.web.quizzes.test_questions import FIELDS, PLACE, RIGHT

NUMBER, TEXT = PLACE["numeric"], PLACE["text"]


def save(taker, place, fields, *, after=0, **more):
    sent = [*fields, ("after", after), ("go", "stay"), *more.items()]
    return taker.post(taker.question(place), sent, Accept="application/json").answer.json()


def state(taker, place):
    return taker.get(f"{taker.question(place)}/saved").answer.json()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_saved_as_a_script_sends_it(taker, stored, kind):
    taker.begin()
    fields = FIELDS[kind](taker.get(taker.question(PLACE[kind])))
    said = save(taker, PLACE[kind], fields)
    assert said["state"] == "saved"
    assert said["number"] > 0
    assert said["answered"] == [PLACE[kind]]
    assert stored() == {kind: RIGHT[kind]}


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_that_was_away_learns_what_is_stored_as_its_form_would_send_it(taker, kind):
    taker.begin()
    assert state(taker, PLACE[kind]) | {"answered": []} == {
        "number": 0, "fields": [], "answered": [], "left": None, "to": "",
    }  # fmt: skip
    page = taker.get(taker.question(PLACE[kind]))
    said = save(taker, PLACE[kind], FIELDS[kind](page))
    now = state(taker, PLACE[kind])
    assert now["number"] == said["number"]
    reopened = taker.get(taker.question(PLACE[kind])).form()
    assert [[name, value] for name, value in reopened if name != "after"] == now["fields"]


def test_the_same_once_more_is_saved_and_stored_once(taker, site):
    taker.begin()
    first = save(taker, NUMBER, [("answer", "3")])
    assert save(taker, NUMBER, [("answer", "3")])["number"] == first["number"]
    [attempt] = site.store.quizzes.attempts(student="ada")
    assert len(site.store.quizzes.answers(attempt.id)) == 1


@pytest.mark.parametrize("after", ["9" * 5000, "\u00b2", "\u0661", "-1", "x"])
def test_a_number_that_no_page_sends_is_none(taker, after):
    taker.begin()
    assert save(taker, NUMBER, [("answer", "3")], after=after)["state"] == "saved"


def test_two_windows_write_over_nothing_unless_that_is_said(taker, stored):
    taker.begin()
    one = save(taker, NUMBER, [("answer", "3")])
    other = save(taker, NUMBER, [("answer", "4")], after=0)
    assert (other["state"], other["number"]) == ("elsewhere", one["number"])
    assert stored() == {"numeric": "3"}
    mine = save(taker, NUMBER, [("answer", "4")], after=other["number"])
    assert mine["state"] == "saved"
    assert stored() == {"numeric": "4"}


def test_without_a_script_the_other_windows_answer_is_shown_beside_ones_own(taker, stored):
    taker.begin()
    page = taker.get(taker.question(NUMBER))
    save(taker, NUMBER, [("answer", "3")])
    stale = [one for one in page.form() if one[0] != "answer"]
    refused = taker.post(taker.question(NUMBER), [*stale, ("answer", "4"), ("go", "next")])
    assert refused.status == 409
    assert "answered in another window" in refused.says
    assert refused.tree.xpath("//fieldset[@class='theirs']//input/@value") == ["3"]
    assert ("answer", "4") in refused.form()
    taker.post(taker.question(NUMBER), [*refused.form(), ("go", "next")])
    assert stored() == {"numeric": "4"}


def test_a_text_that_is_typed_on_takes_one_row_and_its_earlier_states_another(taker, site, clock):
    taker.begin()
    number = 0
    for length in range(1, 6):
        clock.forward(seconds=5)
        number = save(taker, TEXT, [("answer", "word " * length)], after=number)["number"]
    clock.forward(minutes=5)
    save(taker, TEXT, [("answer", "Another text.")], after=number)
    [attempt] = site.store.quizzes.attempts(student="ada")
    kept = [answer.response for answer in site.store.quizzes.answers(attempt.id)]
    assert kept == ["word word word word word", "Another text."]


def test_what_cannot_be_read_is_said_and_changes_nothing(taker, stored):
    taker.begin()
    save(taker, NUMBER, [("answer", "3")])
    said = save(taker, NUMBER, [("answer", "three")], after=1)
    assert said["state"] == "not read"
    assert "three" in said["says"]
    assert stored() == {"numeric": "3"}


def test_an_empty_form_is_nothing_and_changes_nothing(taker, stored):
    taker.begin()
    said = save(taker, NUMBER, [("answer", "3")])
    assert save(taker, NUMBER, [("answer", " ")], after=said["number"])["state"] == "nothing"
    assert stored() == {"numeric": "3"}


def test_a_store_that_cannot_write_is_no_saved_and_loses_nothing_that_was_typed(
    taker, stored, course_folder
):
    taker.begin()
    with closing(sqlite3.connect(course_folder / "site.sqlite")) as store:
        full = "BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
        store.execute(f"CREATE TRIGGER full BEFORE INSERT ON answers {full}")
        by_script = taker.post(
            taker.question(NUMBER), [("answer", "3"), ("go", "stay")], Accept="application/json"
        )
        assert by_script.status == 503
        page = taker.answer(NUMBER, [("answer", "3")])
        assert page.status == 503
        assert "this is our fault" in page.says
        assert ("answer", "3") in page.form()
        store.execute("DROP TRIGGER full")
    taker.post(taker.question(NUMBER), [*page.form(), ("go", "next")])
    assert stored() == {"numeric": "3"}


def test_the_clock_is_the_servers(quizzes, browser, clock):
    quizzes(minutes=30)
    taker = Taker(browser("ada"))
    taker.begin()
    clock.forward(minutes=10)
    assert "20 min left" in taker.get(taker.question(1)).says
    assert save(taker, NUMBER, [("answer", "3")])["left"] == 20 * 60


def test_what_was_saved_counts_when_the_time_is_over_and_nothing_after(
    quizzes, browser, clock, stored
):
    quizzes(minutes=30)
    taker = Taker(browser("ada"))
    taker.begin()
    said = save(taker, NUMBER, [("answer", "3")])
    clock.forward(minutes=31)
    late = save(taker, NUMBER, [("answer", "4")], after=said["number"])
    assert (late["state"], late["to"]) == ("over", "/quizzes/week-3/attempts/1/")
    form = [("answer", "4"), ("go", "next")]
    assert taker.post(taker.question(NUMBER), form).status == 303
    assert taker.get(taker.question(NUMBER)).status == 303
    assert stored() == {"numeric": "3"}
    review = taker.get("/quizzes/week-3/attempts/1/").says
    assert "when the time was up, with what you had saved" in review


@pytest.mark.parametrize(
    ("student", "percent", "minutes"),
    [("ada", 50, 45), ("ada@example.org", 50, 45), ("ada", 0, 30), ("someone", 50, 30)],
)
def test_extra_time_stretches_minutes_and_window(
    quizzes, browser, clock, course_folder, student, percent, minutes
):
    course = course_folder / "course.yaml"
    given = f"extra_time: [{{student: {student}, percent: {percent}}}]\n"
    course.write_text(f"{course.read_text()}{given}")
    closes = (clock() + timedelta(minutes=30)).isoformat()
    quizzes(minutes=30, opens=(clock() - timedelta(hours=1)).isoformat(), closes=closes)
    taker, other = Taker(browser("ada")), Taker(browser("bob"))
    assert ("with your extra time" in taker.get(taker.base).says) == (minutes > 30)
    for one, given in ((taker, minutes), (other, 30)):
        one.begin()
        assert save(one, NUMBER, [("answer", "3")])["left"] == given * 60


def test_marks_wait_for_those_who_have_more_time(quizzes, browser, clock, course_folder):
    course = course_folder / "course.yaml"
    course.write_text(f"{course.read_text()}extra_time: [{{student: ada, percent: 100}}]\n")
    closes = (clock() + timedelta(minutes=30)).isoformat()
    quizzes(minutes=30, closes=closes, feedback="after-closing")
    bob = Taker(browser("bob"))
    bob.begin()
    bob.hand_in()
    clock.forward(minutes=31)
    assert "marks are shown once it has closed" in bob.get("/quizzes/week-3/attempts/1/").says
    clock.forward(minutes=30)
    assert "Your marks" in bob.get("/quizzes/week-3/attempts/1/").says


def test_an_attempt_to_which_nobody_comes_back_is_handed_in(
    quizzes, browser, clock, site, course_folder, stored
):
    quizzes(minutes=30)
    taker = Taker(browser("ada"))
    taker.begin()
    save(taker, NUMBER, [("answer", "3.912")])
    shelf = QuizShelf(course_folder / "quizzes", course_folder / "questions")
    store: QuizStore = site.store.quizzes
    assert sweep(store, shelf.now().quizzes.values(), at=clock()).handed_in == 0
    clock.forward(minutes=31)
    assert sweep(store, shelf.now().quizzes.values(), at=clock()).handed_in == 1
    assert sweep(store, shelf.now().quizzes.values(), at=clock()).handed_in == 0
    [attempt] = store.attempts(student="ada")
    assert attempt.finished_at == attempt.started_at + timedelta(minutes=30)
    assert stored() == {"numeric": "3.912"}
