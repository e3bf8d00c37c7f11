import pytest

from grader.quiz.bank.telling_feedback import telling_feedback
from grader.quiz.bank.topics import load, read_item
from grader.settings import shipped


def choice(right, wrong, feedback, *, stem="Which one?", kind="choice"):
    options = [
        {"id": "right", "text": right, "correct": True, "feedback": right},
        {"id": "wrong", "text": wrong, "feedback": feedback},
    ]
    return read_item({"id": "t.q", "kind": kind, "stem": stem, "options": options}, at="t.q")


def numeric(answer, *, stem="How many?", trap="", feedback="", **more):
    raw = {"id": "t.q", "kind": "numeric", "stem": stem, "answer": answer, "feedback": feedback}
    traps = [{"value": 1, "feedback": trap}]
    return read_item(raw | {"traps": traps} | more, at="t.q")


def short(near, feedback=""):
    raw = {"id": "t.q", "kind": "short", "stem": "What?", "accepted": ["residual connection"]}
    near = [{"forms": ["norm"], "feedback": near}]
    return read_item(raw | {"near": near, "feedback": feedback}, at="t.q")


def matching(feedback, *, told=""):
    left = {"id": "a", "text": "Stack", "match": "x", "feedback": feedback}
    left |= {"wrong": [{"match": "y", "feedback": told}]}
    right = [{"id": "x", "text": "The last row"}, {"id": "y", "text": "The first row"}]
    raw = {"id": "t.q", "kind": "matching", "stem": "Match.", "left": [left], "right": right}
    return read_item(raw, at="t.q")


def fill(feedback):
    gap = {"id": "a", "accepted": ["argmax"], "near": [{"forms": ["max"], "feedback": feedback}]}
    raw = {"id": "t.q", "kind": "fill", "stem": "Fill.", "listing": "p.[[a]]()", "gaps": [gap]}
    return read_item(raw, at="t.q")


@pytest.mark.parametrize(
    "item",
    [
        choice("Only the last row", "No row", "Look again: only the LAST row keeps its sum."),
        choice("The softmax", "The norm", "No, the *softmax* does.", kind="choices"),
        choice("Temperature 0.5", "Temperature 2", "Dividing by 0.5 doubles."),
        choice("Sharper, higher peaks", "It stays", "Peaks would get higher and sharper."),
        choice("The last row", "The first row", "The right answer is another row."),
        numeric(14, trap="It is 10 + 4 = 14."),
        numeric(14, feedback="Think of 14."),
        numeric(25600, trap=r"Both count: $25\,600$."),
        numeric(-2.303, trap="That is \N{MINUS SIGN}2.302.", tolerance=0.005),
        numeric(2, trap="It is 2 of them.", unit="kB", unit_required=True),
        short("That is no residual connection."),
        short("", feedback="Residual connection is its name."),
        matching("Look at *the last row*."),
        matching("", told="It is the last row."),
        fill("Take argmax."),
    ],
)
def test_feedback_of_a_wrong_answer_that_tells_the_key_is_told(item):
    [finding] = telling_feedback(item)
    assert "the feedback of a wrong answer" in finding.problem


@pytest.mark.parametrize(
    "item",
    [
        choice("Only the last row", "No row", "Which rows lose something?"),
        choice("Temperature 0.5", "Temperature 2", "At 2 the logits are halved."),
        choice("3 rows", "2 rows", "Is C = 3 reached?", stem="With C = 3, how many?"),
        choice("$T$", "$T^2$", "There are not T queries."),
        numeric(14, stem="With 14 ids, how many?", trap="Of the 14 ids some are cut."),
        numeric(14, trap="It is not 140, nor 1.14, nor x14."),
        short("That scales what is there."),
        matching("Look at the last rows.", told="Not the first row."),
        fill("Take some other maximum."),
    ],
)
def test_feedback_that_leaves_the_key_to_be_found_is_not(item):
    assert list(telling_feedback(item)) == []


def test_no_feedback_of_a_shipped_question_tells_its_key():
    items = [item for topic in load(shipped("questions")).topics for item in topic.items]
    assert [finding.problem for item in items for finding in telling_feedback(item)] == []
