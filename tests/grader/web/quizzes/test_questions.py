"""A quiz by plain forms: every kind is answered, saved, kept and marked without a script."""

import pytest

from grader.quiz.items.form import REST
from tests.grader.web.quizzes.conftest import KINDS

PLACE = {kind: place for place, kind in enumerate(KINDS, start=1)}


def label_of(page, text):
    """The label of an option or a step that has this text."""
    for row in page.tree.xpath("//label[@class='option']"):
        if text in row.text_content():
            return row.xpath("input")[0].get("value")
    for row in page.tree.xpath("//li[@class='row']"):
        if text in row.text_content():
            return row.get("data-label")
    raise AssertionError(f"{text} is not on the page")


def chosen(*texts):
    return lambda page: [("answer", label_of(page, text)) for text in texts]


def typed(text):
    return lambda page: [("answer", text)]


def in_order(page):
    steps = ("Compute the logits", "Apply softmax", "Select the token")
    labels = [label_of(page, text) for text in steps]
    return [("answer", one) for one in (*labels, REST, label_of(page, "Update"))]


def in_pairs(page):
    wanted = {"Output projection": "T rows", "Selection": "One integer"}
    return [
        (row.xpath(".//select/@name")[0], target_letter(page, wanted[row[0].text_content()]))
        for row in page.tree.xpath("//ul[@class='pairs']/li")
    ]


def in_gaps(page):
    [letter] = page.tree.xpath("//select/option[text()='-1']/@value")
    return [("answer-1", "argmax"), ("answer-2", letter)]


# The fields of a right answer, as a taker finds them by what is written on the page.
FIELDS = {
    "choice": chosen("B x T x V"),
    "choices": chosen("k = 1", "temperature 0"),
    "true_false": typed("f"),
    "numeric": typed("3.912"),
    "short": typed("Skip connection"),
    "text": typed("Cross-attention:\r\nthere is no encoder."),
    "ordering": in_order,
    "matching": in_pairs,
    "fill": in_gaps,
}


def target_letter(page, text):
    [row] = [
        li for li in page.tree.xpath("//div[@class='targets']//li") if text in li.text_content()
    ]
    return row.xpath("span[@class='letter']")[0].text


RIGHT = {
    "choice": ("all",),
    "choices": ("one", "cold"),
    "true_false": "false",
    "numeric": "3.912",
    "short": "Skip connection",
    "text": "Cross-attention:\nthere is no encoder.",
    "ordering": ("logits", "softmax", "select"),
    "matching": ("output=t-v", "selection=one"),
    "fill": ("pick=argmax", "axis=last"),
}


def give(taker, kind, fields, **more):
    dropped = {"answer"} if kind == "ordering" else ()
    return taker.answer(PLACE[kind], fields, drop=dropped, **more)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_answered_by_a_plain_form(taker, stored, kind):
    taker.begin()
    page = taker.get(taker.question(PLACE[kind]))
    assert "Not answered yet" in page.says
    answer = give(taker, kind, FIELDS[kind](page))
    assert answer.status == 303
    assert stored() == {kind: RIGHT[kind]}


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_that_is_opened_again_shows_what_was_saved(taker, stored, kind):
    taker.begin()
    give(taker, kind, FIELDS[kind](taker.get(taker.question(PLACE[kind]))))
    page = taker.get(taker.question(PLACE[kind]))
    assert "✓ Saved" in page.says
    taker.post(taker.question(PLACE[kind]), [*page.form(), ("go", "next")])
    assert stored() == {kind: RIGHT[kind]}


def test_all_kinds_together_earn_all_points_but_those_that_a_person_gives(taker):
    taker.begin()
    for kind in KINDS:
        give(taker, kind, FIELDS[kind](taker.get(taker.question(PLACE[kind]))))
    overview = taker.get("/quizzes/week-3/attempts/1/")
    assert f"All {len(KINDS)} questions have an answer" in overview.says
    assert taker.hand_in().status == 303
    review = taker.get("/quizzes/week-3/attempts/1/")
    assert "2 points wait for a person" in review.says
    assert "✗" not in review.says


HERE = PLACE["true_false"]


@pytest.mark.parametrize(
    ("go", "to"),
    [
        ("next", f"questions/{HERE + 1}"),
        ("previous", f"questions/{HERE - 1}"),
        ("stay", f"questions/{HERE}"),
        ("1", "questions/1"),
        ("overview", ""),
        ("99", ""),
        ("../evil", ""),
    ],
)
def test_every_button_saves_and_says_where_to_go(taker, stored, go, to):
    taker.begin()
    sent = taker.answer(HERE, [("answer", "t")], go=go)
    assert sent.answer.headers["location"] == f"/quizzes/week-3/attempts/1/{to}"
    assert stored() == {"true_false": "true"}


def test_what_cannot_be_read_is_said_and_stays_as_it_was_typed(taker, stored):
    taker.begin()
    page = taker.answer(PLACE["numeric"], [("answer", "1,5")])
    assert page.status == 422
    assert "can be read in two ways" in page.says
    assert ("answer", "1,5") in page.form()
    assert stored() == {}


def test_an_order_that_nobody_touched_is_no_answer_until_that_is_said(taker, stored):
    taker.begin()
    kept = taker.answer(PLACE["ordering"], go="stay")
    assert "no answer" in kept.says
    assert stored() == {}
    assert taker.answer(PLACE["ordering"], go="next").status == 303
    assert stored() == {}
    taker.answer(PLACE["ordering"], [("meant", "yes")])
    assert len(stored()["ordering"]) == 4


def test_rows_move_without_a_script(taker, stored):
    taker.begin()
    first = taker.get(taker.question(PLACE["ordering"])).tree.xpath("//li[@class='row']")
    texts = [row.xpath(".//span[@class='text']")[0].text_content() for row in first]
    label = first[0].get("data-label")
    moved = taker.answer(PLACE["ordering"], go=f"down-{label}")
    assert moved.answer.headers["location"].endswith(f"#q-row-{label}")
    after = taker.get(taker.question(PLACE["ordering"])).tree.xpath("//li[@class='row']")
    assert [row.xpath(".//span[@class='text']")[0].text_content() for row in after] == [
        texts[1],
        texts[0],
        *texts[2:],
    ]
    assert len(stored()["ordering"]) == 4
    last = after[-1].get("data-label")
    taker.answer(PLACE["ordering"], go=f"down-{last}")
    assert len(stored()["ordering"]) == 3


def test_an_emptied_form_leaves_what_was_saved(taker, stored):
    taker.begin()
    taker.answer(PLACE["numeric"], [("answer", "3")])
    assert taker.answer(PLACE["numeric"], [("answer", "")]).status == 303
    assert stored() == {"numeric": "3"}


def test_a_question_that_is_not_there_is_said_to_be_none(taker):
    taker.begin()
    assert taker.get(taker.question(99)).status == 404
    assert taker.get(taker.question(1, attempt=7)).status == 404
    assert taker.get("/quizzes/nothing/").status == 404


def test_markup_in_an_answer_is_shown_and_not_obeyed(taker):
    taker.begin()
    nasty = "<script>alert(1)</script>\u202e [x](javascript:alert(2))"
    taker.answer(PLACE["text"], [("answer", nasty)])
    taker.answer(PLACE["short"], [("answer", "<img src=x>")])
    taker.hand_in()
    page = taker.get("/quizzes/week-3/attempts/1/")
    assert "<script>alert" not in page.text
    assert "<img" not in page.text
    assert 'href="javascript' not in page.text
    assert "<script>alert(1)</script>\\u202e" in page.tree.text_content()
