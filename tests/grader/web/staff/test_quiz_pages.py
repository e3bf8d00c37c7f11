"""Quizzes as staff see them: results, figures, marks shown and hidden, answers marked by hand."""

import re

import pytest

MARKING = "/staff/marking/words.which"


@pytest.fixture
def class_(take):
    take("ada", "Cross-attention, there is one sequence.")
    take("bob", "The <b>mask</b>.")


def field(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.text)[1]


def kept(client, page, *rubric, **more):
    form = {"answer": field(page, "answer"), "seen": field(page, "seen"), "rubric": rubric}
    return client.post(MARKING, data=form | more)


def points(site):
    return {
        a.student: re.search(r'"points": "(\d)"', a.marks)[1] for a in site.store.marking.attempts()
    }


def test_quizzes_are_listed_with_what_waits(browser, class_):
    page = browser("tara").get("/staff/quizzes/").text
    assert "In words" in page
    assert "Mark 3 answers that wait" in page


def test_a_file_that_is_wrong_is_said_and_harms_no_other(browser, class_, course_folder):
    (course_folder / "quizzes" / "broken.yaml").write_text("title: [")
    page = browser("prof").get("/staff/quizzes/").text
    assert "broken.yaml" in page
    assert "No student sees this quiz until its file is right." in page
    assert "In words" in page


def test_a_quiz_has_a_row_a_student(browser, class_):
    page = browser("prof").get("/staff/quizzes/week-3/").text
    assert "2 students began it, 2 handed it in." in page
    assert "Ada Adams" in page
    assert "Ada" not in browser("tara").get("/staff/quizzes/week-3/").text


def test_marks_come_as_a_table(browser, class_, log):
    answer = browser("prof").get("/staff/quizzes/week-3/grades.csv")
    assert answer.text.splitlines()[1].startswith("ada,1,1,1,0,0 points,3,3,")
    assert log()[0].what == "exported grades"
    assert browser("tara").get("/staff/quizzes/week-3/grades.csv").status_code == 403


def test_marks_are_hidden_from_students_and_shown_again(browser, class_, site, log):
    owner = browser("prof")
    assert owner.post("/staff/quizzes/week-3/release", data={"show": ""}).status_code == 303
    assert not site.store.releases.release("quiz", "week-3").is_shown
    assert log()[0].about == "week-3"
    owner.post("/staff/quizzes/week-3/release", data={"show": "1"})
    assert site.store.releases.release("quiz", "week-3").is_shown


def test_questions_have_figures(browser, class_):
    owner = browser("prof")
    page = owner.get("/staff/quizzes/week-3/analysis").text
    assert "2 attempts of 2 students" in page
    assert "words.which" in page
    assert owner.get("/staff/quizzes/week-3/analysis?which=none").status_code == 404


def test_a_quiz_that_nobody_took_has_no_figures(browser, quiz):
    page = browser("prof").get("/staff/quizzes/week-3/analysis").text
    assert "Nobody has handed this quiz in yet." in page
    assert "Nobody has begun this quiz yet." in browser("prof").get("/staff/quizzes/week-3/").text


def test_an_answer_is_marked_and_the_next_one_comes(browser, class_, site, log):
    tutor = browser("tara")
    first = tutor.get(MARKING)
    assert "Answer 1 of 2" in first.text
    answer = kept(tutor, first, "which", comment="Say why.", idea="cross_attention.needed")
    assert answer.status_code == 303
    second = tutor.get(answer.headers["location"])
    assert "Kept: 1 of 2 for 1 student." in second.text
    assert "Answer 2 of 2" in second.text
    assert sorted(points(site).values()) == ["0", "1"]
    assert (log()[0].what, log()[0].who, log()[0].about) == (
        "marked an answer",
        "tara",
        "words.which",
    )
    last = kept(tutor, second, "which", "why")
    assert last.headers["location"].startswith("/staff/marking/?did=")


def test_names_are_hidden_while_marking(browser, class_):
    page = browser("tara").get(MARKING).text
    assert "Ada" not in page
    assert "Bob" not in page
    assert re.search(r"Student [A-Z0-9]{5}", page)


def test_nothing_ticked_is_asked_about_once_and_what_was_typed_stays(browser, class_):
    tutor = browser("tara")
    asked = kept(tutor, tutor.get(MARKING), comment="Not at all.")
    assert asked.status_code == 200
    assert "Nothing is ticked: 0 of 2 points. Keep it once more if that is meant." in asked.text
    assert "Not at all.</textarea>" in asked.text
    assert kept(tutor, asked, comment="Not at all.", confirmed="1").status_code == 303


def test_what_somebody_else_marked_meanwhile_is_said(browser, class_):
    tutor, owner = browser("tara"), browser("prof")
    page = tutor.get(MARKING)
    kept(owner, owner.get(MARKING), "which")
    asked = kept(tutor, page, "which", "why")
    assert "prof has marked this meanwhile, with 1 of 2" in asked.text
    assert asked.text.count(" checked") == 2, "what was ticked is still ticked"


def test_a_marking_is_taken_back(browser, class_, site):
    tutor = browser("tara")
    first = tutor.get(MARKING)
    kept(tutor, first, "which")
    answer = field(first, "answer")
    done = tutor.post(MARKING, data={"answer": answer, "back": "1"})
    assert "not marked yet" in tutor.get(done.headers["location"]).text
    assert set(points(site).values()) == {"0"}


def test_what_is_sent_wrong_is_refused_with_the_form(browser, class_):
    tutor = browser("tara")
    wrong = kept(tutor, tutor.get(MARKING), "gone", comment="Kept.")
    assert wrong.status_code == 400
    assert "Kept.</textarea>" in wrong.text
    assert tutor.get(f"{MARKING}?answer=gone").status_code == 400
    assert tutor.get("/staff/marking/words.nothing").status_code == 404


def test_an_answer_is_text_and_nothing_else(browser, class_):
    tutor = browser("tara")
    pages = [tutor.get(MARKING)]
    pages.append(tutor.get(re.search(r'id="after" href="([^"]+)"', pages[0].text)[1]))
    said = " ".join(page.text for page in pages)
    assert "The &lt;b&gt;mask&lt;/b&gt;." in said
    assert "<b>mask" not in said


def test_a_students_page_has_the_attempts(browser, class_, number):
    page = browser("prof").get(f"/staff/people/{number('ada')}/").text
    assert "In words" in page
    assert "0 of 3" in page
    assert "3 to be marked" in page


def test_an_owner_marks_without_names_until_they_are_asked_for(browser, class_):
    owner = browser("prof")
    assert "Adams" not in owner.get(MARKING).text
    owner.post("/staff/names", data={"show": "1", "back": MARKING})
    assert "Adams" in owner.get(MARKING).text
