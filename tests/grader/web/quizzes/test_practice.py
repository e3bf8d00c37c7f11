"""Practice: from the mistakes that one's own code shows to the questions, and back."""

from dataclasses import replace

import pytest

from grader.records import CheckResult, Finding, Report, StageResult, Status, Verdict
from grader.store.audit_store import AuditEntry
from grader.store.hand_ins_store import NewHandIn
from tests.grader.web.quizzes.conftest import Taker
from tests.grader.web.quizzes.test_questions import FIELDS, PLACE

IDEA = "logits.last_only"  # an option of the choice names it, and a pair of the matching
FINDING = Finding(
    stage="double",
    misconceptions=(IDEA, "nobody.asks"),
    says=("Only the last position has logits.", "Something else."),
    hints=("How many rows are there?", "What else?"),
    questions=("all.short",),
)


FAILED = CheckResult(
    check="test_double",
    stage="double",
    claim="It doubles.",
    verdict=Verdict.FAILED,
    points=0,
    max_points=2,
)


def report(*findings):
    return Report(
        submission="ada",
        status=Status.GRADED,
        assignment="arithmetic",
        key=f"{len(findings)}",
        grader_version="1",
        submission_digest=f"{len(findings)}",
        stages=(StageResult(stage="double", title="Double", checks=(FAILED,)),),
        findings=findings,
    )


@pytest.fixture
def graded(site, clock):
    """Hands in for ada, one attempt a report, and keeps what came of each."""

    def keep(*reports):
        for one in reports:
            clock.forward(minutes=1)
            new = NewHandIn(
                assignment="arithmetic",
                person="ada",
                received_at=clock(),
                digest=one.key,
                files=(),
                contents=(),
            )
            handed, _ = site.store.hand_ins.receive(new, priority=1)
            kept = replace(one, handed_in_at=handed.received_at)
            site.store.reports("arithmetic").keep(kept, kept, at=clock())

    return keep


def test_without_a_report_practice_is_by_topic(taker):
    page = taker.get("/practice/")
    assert "When a report on your code names a mistake" in page.says
    assert page.tree.xpath("//a[@href='/practice/topics/all/']")


def test_a_mistake_of_ones_own_code_leads_to_its_questions_and_back(taker, graded):
    graded(report(FINDING))
    page = taker.get("/practice/")
    assert "Only the last position has logits." in page.says
    assert "Practise: 1 question" in page.says  # what the report itself names for the other idea
    [link] = page.tree.xpath(f"//a[@href='/practice/ideas/{IDEA}/']")
    assert link.text == "Practise: 3 questions"
    idea = taker.get(link.get("href"))
    assert "How many rows are there?" in idea.says
    assert "/code/arithmetic/reports/1#stage-double" in idea.text
    back = taker.get("/code/arithmetic/reports/1")
    assert back.tree.xpath("//*[@id='stage-double']")
    assert back.tree.xpath(f"//a[@href='/practice/ideas/{IDEA}/']")


def test_ideas_of_grades_that_staff_hide_are_not_told(taker, graded, site, clock):
    graded(report(FINDING))
    entry = AuditEntry(at=clock(), who="prof", what="hid grades", about="arithmetic")
    site.store.releases.show("code", "arithmetic", is_shown=False, entry=entry)
    assert "Only the last position" not in taker.get("/practice/").says


def test_an_idea_that_the_last_attempt_has_no_more_is_said_to_be_past(taker, graded):
    graded(report(FINDING), report())
    page = taker.get("/practice/")
    assert "not in your last attempt any more" in page.says


def test_nobody_sees_the_ideas_of_another(taker, graded, browser):
    graded(report(FINDING))
    bob = Taker(browser("bob"))
    assert "Only the last position" not in bob.get("/practice/").says
    assert "Only the last position" not in bob.get(f"/practice/ideas/{IDEA}/").says


def practise(browser, base):
    taker = Taker(browser("ada"), base)
    taker.begin()
    return taker


def test_each_answer_of_practice_is_marked_at_once_and_final(quizzes, browser):
    taker = practise(browser, "/practice/topics/all/")
    place = place_of(taker, "A decoder-only model needs an encoder")
    assert taker.answer(place, [("answer", "t")], go="answer").status == 303
    page = taker.get(taker.question(place))
    assert "Wrong · 0 of 1 point" in page.says
    assert "Mistaken idea" in page.says
    taker.post(taker.question(place), [("answer", "f"), ("go", "answer")])
    assert "Wrong · 0 of 1 point" in taker.get(taker.question(place)).says


def place_of(taker, stem):
    return next(n for n in range(1, 20) if stem in taker.get(taker.question(n)).says)


def test_another_button_than_answer_gives_none(quizzes, browser, site):
    taker = practise(browser, "/practice/topics/all/")
    place = place_of(taker, "A decoder-only model needs an encoder")
    taker.answer(place, [("answer", "t")], go="next")
    [attempt] = site.store.quizzes.attempts(student="ada")
    assert site.store.quizzes.answers(attempt.id) == ()


def test_rows_move_before_the_answer_is_given(quizzes, browser):
    taker = practise(browser, "/practice/topics/all/")
    place = place_of(taker, "Put the end of one generation step in order")
    page = taker.get(taker.question(place))
    labels = page.tree.xpath("//li[@class='row']/@data-label")
    moved = taker.answer(place, go=f"down-{labels[0]}")
    assert moved.tree.xpath("//li[@class='row']/@data-label")[:2] == [labels[1], labels[0]]
    taker.post(taker.question(place), [*moved.form(), ("go", "answer")])
    assert "Question" in taker.get(taker.question(place)).says
    assert taker.get(taker.question(place)).tree.xpath("//div[@id='verdict']")


def test_a_text_is_kept_as_a_draft_until_it_is_answered(quizzes, browser):
    taker = practise(browser, "/practice/topics/all/")
    place = place_of(taker, "Which sub-layer does a decoder-only model leave out")
    said = taker.post(
        taker.question(place),
        [("answer", "Cross-"), ("after", "0"), ("go", "stay")],
        Accept="application/json",
    )
    assert said.answer.json()["state"] == "saved"
    page = taker.get(taker.question(place))
    assert "Draft saved" in page.says
    assert ("answer", "Cross-") in page.form()
    taker.post(taker.question(place), [*page.form(), ("go", "answer")])
    assert "Needs marking" in taker.get(taker.question(place)).says


def test_the_end_of_practice_shows_keys_and_leads_to_ones_code(quizzes, browser, graded):
    graded(report(FINDING))
    taker = Taker(browser("ada"))
    taker.begin()
    page = taker.get(taker.question(PLACE["choice"]))
    wrong = [one for one in ("a", "b") if ("answer", one) not in FIELDS["choice"](page)]
    taker.answer(PLACE["choice"], [("answer", wrong[0])])
    taker.hand_in()
    review = taker.get("/quizzes/week-3/attempts/1/")
    assert "Your code fits it, too" in review.says
    assert f"/practice/ideas/{IDEA}/" in review.text
    assert "/code/arithmetic/reports/1#stage-double" in review.text
