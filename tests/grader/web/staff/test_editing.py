"""Quizzes and questions edited in the browser: nothing typed is lost, nothing wrong is saved."""

import html
import re

import pytest

from tests.grader.web.staff.conftest import QUIZ, TEXT

FILE = "/staff/files/quiz/week-3.yaml"
TOPIC = "/staff/files/questions/words.yaml"


@pytest.fixture
def owner(browser, quiz):
    return browser("prof")


@pytest.fixture
def quiz_file(course_folder):
    return course_folder / "quizzes" / "week-3.yaml"


def sent(owner, text, deed, address=FILE, opened=None):
    seen = opened or re.search(r'name="opened" value="(\w+)"', owner.get(address).text)[1]
    return owner.post(address, data={"text": text, "deed": deed, "opened": seen})


def typed(answer):
    return html.unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", answer.text, re.S)[1])


def test_the_file_is_what_is_edited(owner, quiz_file):
    assert typed(owner.get(FILE)) == QUIZ
    quiz_file.write_text("title: Mine\n")
    assert typed(owner.get(FILE)) == "title: Mine\n"
    assert "week-3.yaml" in owner.get("/staff/files/").text


def test_a_right_text_is_saved_and_in_the_log(owner, quiz_file, log):
    new = QUIZ.replace("In words", "Week three")
    answer = sent(owner, new.replace("\n", "\r\n"), "save")
    assert answer.status_code == 303
    assert quiz_file.read_text() == new
    assert (log()[0].what, log()[0].about) == ("saved a file", "quiz/week-3.yaml")
    page = owner.get(answer.headers["location"]).text
    assert "week-3.yaml is saved." in page
    assert "title: In words" in page, "the text before is kept"
    assert "Week three" in owner.get("/staff/quizzes/").text


@pytest.mark.parametrize("deed", ["save", "check", "verify", "nonsense"])
def test_a_wrong_text_comes_back_with_its_lines_and_is_not_saved(owner, quiz_file, deed):
    wrong = QUIZ.replace("questions: [words]", "questions: [word]") + "# <my> note\n"
    answer = sent(owner, wrong, deed)
    assert answer.status_code == 200
    assert "Line 3." in answer.text
    assert "there is no topic or question" in answer.text
    assert typed(answer) == wrong
    assert quiz_file.read_text() == QUIZ


def test_a_check_shows_the_questions_and_saves_nothing(owner, quiz_file):
    answer = sent(owner, QUIZ + "# note\n", "check")
    assert "Which sub-layer does a decoder-only model leave out" in answer.text
    assert 'class="maths' in answer.text
    assert quiz_file.read_text() == QUIZ


def test_what_somebody_else_saved_is_shown_and_not_overwritten(owner, quiz_file):
    opened = re.search(r'name="opened" value="(\w+)"', owner.get(FILE).text)[1]
    theirs = QUIZ.replace("In words", "Theirs")
    quiz_file.write_text(theirs)
    mine = QUIZ.replace("In words", "Mine")
    answer = sent(owner, mine, "save", opened=opened)
    assert answer.status_code == 409
    assert "Somebody has saved week-3.yaml since you opened it" in answer.text
    assert typed(answer) == mine
    assert "title: Theirs" in answer.text
    assert quiz_file.read_text() == theirs
    seen = re.search(r'name="opened" value="(\w+)"', answer.text)[1]
    assert sent(owner, mine, "save", opened=seen).status_code == 303
    assert quiz_file.read_text() == mine


def test_questions_are_checked_by_the_same_lint(owner, course_folder):
    wrong = TEXT.replace("points: 2", "points: 9", 1)
    answer = sent(owner, wrong, "save", TOPIC)
    assert "the rubric adds up to 2 points, the question has 9" in answer.text
    assert "<strong>Line " in answer.text
    assert (course_folder / "questions" / "words.yaml").read_text() == TEXT
    better = TEXT.replace("Twelve.", "Twelve layers.")
    assert sent(owner, better, "save", TOPIC).status_code == 303
    assert (course_folder / "questions" / "words.yaml").read_text() == better


def test_a_new_file_begins_with_what_every_one_has(owner, course_folder):
    page = owner.get("/staff/files/quiz/week-4.yaml")
    assert "title:" in typed(page)
    assert not (course_folder / "quizzes" / "week-4.yaml").exists()
    assert sent(owner, QUIZ.replace("week-3", "week-4"), "save", "/staff/files/quiz/week-4.yaml")
    assert (course_folder / "quizzes" / "week-4.yaml").is_file()


@pytest.mark.parametrize("name", ["course.yaml", "..%2Fcourse.yaml", "x.py", ".hidden.yaml"])
def test_no_other_file_is_reached(owner, course_folder, name):
    before = (course_folder / "course.yaml").read_text()
    for kind in ("quiz", "questions", "elsewhere"):
        address = f"/staff/files/{kind}/{name}"
        assert owner.get(address).status_code in (400, 404)
        form = {"text": "x: 1", "deed": "save", "opened": ""}
        assert owner.post(address, data=form).status_code in (400, 404)
    assert (course_folder / "course.yaml").read_text() == before


def test_shipped_questions_are_read_and_tried_but_not_saved(browser, site):
    owner = browser("prof")
    page = owner.get("/staff/files/").text
    assert "They come with the grader." in page
    name = re.search(r"/staff/files/questions/([\w-]+\.yaml)", page)[1]
    address = f"/staff/files/questions/{name}"
    there = owner.get(address)
    assert 'value="save"' not in there.text
    answer = sent(owner, typed(there), "save", address)
    assert answer.status_code == 200
    assert "Nothing is wrong with it" in answer.text


def test_keys_wait_for_a_worker_with_the_text_that_nobody_has_saved(
    owner, course_folder, computing
):
    mine = TEXT.replace("Twelve.", "Twelve layers.")
    answer = sent(owner, mine, "verify", TOPIC)
    assert answer.status_code == 303
    waits = owner.get(answer.headers["location"])
    assert "waiting</span> for a worker" in waits.text
    assert typed(waits) == mine
    assert (course_folder / "questions" / "words.yaml").read_text() == TEXT
    assert owner.get(f"{TOPIC}?keys=0").status_code == 404
    assert "The keys of this text" not in owner.get(TOPIC).text


@pytest.mark.slow
def test_keys_are_run_in_a_process_of_their_own(owner, computing):
    there = sent(owner, TEXT, "verify", TOPIC).headers["location"]
    assert computing.step()
    page = owner.get(there).text
    assert "Every key that can be run holds." in page
    assert "words: 0 of 2 questions run" in page
    assert "Verified Mon 2 Nov 2026, 10:00 CET." in page
    assert "Verified Mon" in owner.get(TOPIC).text, "the saved text is the same"
    assert "Verify the keys again" in page
