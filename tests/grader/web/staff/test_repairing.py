"""A question found wrong after the attempt is repaired in the browser: a look first, then the deed.

`shapes.which` is a choice of which one is right; ada took the right one, bob another.
"""

import html
import json
import re

import pytest

from grader.courses.attempts import WantedAttempt, begin
from grader.quiz.attempt.session import Answered, Finished
from grader.web.quizzes.places import shelf_of

QUESTIONS = """\
topic: shapes
title: Shapes
questions:
  - id: shapes.which
    kind: choice
    concept: 6
    difficulty: 1
    points: 2
    stem: How many <b>axes</b> has a batch of sequences?
    explanation: Two.
    options:
      - {id: two, text: Two, correct: true, feedback: Yes.}
      - {id: three, text: "Three, <i>really</i>", misconception: shapes.three, feedback: No.}
      - {id: one, text: One, misconception: shapes.three, feedback: No.}
  - id: shapes.number
    kind: numeric
    concept: 6
    difficulty: 1
    points: 2
    stem: How many layers?
    explanation: Twelve.
    answer: 12
"""
QUIZ = "title: Shapes\nid: week-4\nquestions: [shapes]\nfeedback: end\n"
HERE = "/staff/quizzes/week-4/repairs"
WHICH = f"{HERE}/shapes.which"
WHY = {"reason": "the words were unclear"}


@pytest.fixture
def quiz(site, course_folder):
    for name, text in (
        ("questions/shapes.yaml", QUESTIONS),
        ("questions/misconceptions.yaml", "misconceptions: {shapes.three: It has three.}"),
        ("quizzes/week-4.yaml", QUIZ),
    ):
        (course_folder / name).parent.mkdir(exist_ok=True)
        (course_folder / name).write_text(text)
    return shelf_of(site).quiz("week-4")


@pytest.fixture
def take(site, quiz):
    def taken(person, which, number="12"):
        at = site.clock()
        wish = WantedAttempt(student=person)
        attempt = begin(site.store.quizzes, quiz, wish, number=1, seed=1, at=at)
        session = attempt.session
        given = {"shapes.which": which, "shapes.number": number}
        events = [Answered(item=name, response=one, at=at) for name, one in given.items()]
        for event in [*events, Finished(at)]:
            session = attempt.save(event, session.apply(event))

    return taken


@pytest.fixture
def taken(take):
    take("ada", "two")
    take("bob", "three")


@pytest.fixture
def owner(browser, taken):
    return browser("prof")


@pytest.fixture
def points(site):
    """The points of everybody, by name."""

    def by_name():
        attempts = site.store.marking.attempts()
        return {one.student: json.loads(one.marks)["points"] for one in attempts}

    return by_name


def look(owner, address=WHICH, **form):
    return owner.post(address, data=WHY | form)


def hidden(page):
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    return {name: html.unescape(value) for name, value in found}


def do(owner, looked, address=WHICH):
    return owner.post(address, data=hidden(looked) | {"deed": "apply"})


def given(owner, text):
    page = owner.get(WHICH).text
    return re.search(rf'name="given" value="(\w+)"[^>]*><span class="text">{text}', page)[1]


def test_the_questions_say_how_they_were_answered(owner):
    page = owner.get(HERE).text
    assert "1 of 2 with all points" in page
    assert "2 of 2 with all points" in page
    assert "<b>axes" not in page
    page = owner.get(WHICH).text
    assert "Three, &lt;i&gt;really" in page
    assert "1 student · 0 of 2 points" in page


def test_a_look_changes_nothing(owner, points, log):
    before = points()
    looked = look(owner, action="full_marks")
    assert "shapes.which gives everybody all points. the words were unclear" in looked.text
    assert "1 attempt of 2 with other points" in looked.text
    assert "+50.0 %" in looked.text
    assert "from 75.0 % to 100.0 %" in looked.text
    assert "The reason is noted with 1 attempt whose points stay." in looked.text
    assert points() == before
    assert not log()


@pytest.mark.parametrize(
    ("action", "after"),
    [("full_marks", {"ada": "4", "bob": "4"}), ("drop", {"ada": "2", "bob": "2"})],
)
def test_a_repair_is_made_and_taken_back(owner, points, log, action, after):
    before = points()
    assert do(owner, look(owner, action=action)).status_code == 303
    assert points() == after
    assert log()[0].what == "repaired a question"
    assert log()[0].details["reason"] == WHY["reason"]
    page = owner.get(WHICH).text
    assert "Repair 1 holds" in page
    looked = look(owner, undo="1")
    assert "Take back repair 1" in looked.text
    assert points() == after
    assert do(owner, looked).status_code == 303
    assert points() == before
    assert log()[0].what == "took a repair back"


def test_an_answer_that_was_given_is_accepted_too(owner, points):
    do(owner, look(owner, action="accept", given=given(owner, "Three")))
    assert points() == {"ada": "4", "bob": "4"}


def test_an_answer_that_nobody_gave_is_accepted_by_the_form_of_the_question(owner, take, points):
    address = f"{HERE}/shapes.number"
    page = owner.get(address).text
    assert 'name="answer"' in page
    looked = look(owner, address, action="accept", given="other", answer="13")
    assert "Nobody's points change by it now." in looked.text
    assert do(owner, looked, address).status_code == 303
    assert "Marks that are behind" not in owner.get(HERE).text


def test_who_hands_in_later_is_brought_in_line_after_a_look(owner, take, points, log, site):
    do(owner, look(owner, action="full_marks"))
    take("cy", "one")
    assert "1 attempt handed in after a repair" in owner.get("/staff/quizzes/week-4/").text
    page = owner.get(HERE)
    assert "1 attempt without what holds now" in page.text
    assert points()["cy"] == "2"
    stale = owner.post(HERE, data={"seen": "x"})
    assert stale.status_code == 409
    assert points()["cy"] == "2"
    assert owner.post(HERE, data=hidden(page)).status_code == 303
    assert points()["cy"] == "4"
    assert log()[0].what == "brought marks in line"
    assert "handed in after a repair" not in owner.get("/staff/quizzes/week-4/").text


def test_what_has_changed_since_the_look_is_looked_at_again(owner, take, points):
    looked = look(owner, action="full_marks")
    take("cy", "one")
    before = points()
    again = do(owner, looked)
    assert again.status_code == 409
    assert "The marks have changed since you looked at this, and nothing was changed." in again.text
    assert points() == before
    assert do(owner, again).status_code == 303
    assert points()["cy"] == "4"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"action": "drop", "reason": " "}, "A repair needs a reason"),
        ({"action": "burn"}, "Nothing is chosen"),
        ({"action": "accept"}, "No answer is chosen"),
        ({"undo": "7"}, "There is no repair 7"),
    ],
)
def test_what_cannot_be_done_is_said_and_what_was_typed_stays(owner, points, form, said):
    before = points()
    answer = look(owner, **form)
    assert answer.status_code == 400
    assert said in answer.text
    if form.get("action") == "accept":
        assert 'value="accept" checked' in answer.text
        assert f'value="{WHY["reason"]}"' in answer.text
    assert points() == before


def test_an_answer_that_cannot_be_read_comes_back(owner):
    address = f"{HERE}/shapes.number"
    answer = look(owner, address, action="accept", given="other", answer="many")
    assert answer.status_code == 400
    assert 'value="many"' in answer.text


def test_a_question_that_nobody_had_is_not_there(owner):
    assert owner.get(f"{HERE}/words.which").status_code == 404


def test_a_repair_that_holds_is_not_made_twice(owner, log):
    do(owner, look(owner, action="drop"))
    again = look(owner, action="drop")
    assert "This repair holds already" in again.text
    assert len(log()) == 1
