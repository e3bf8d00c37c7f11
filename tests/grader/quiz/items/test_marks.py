import json
from fractions import Fraction

import pytest

from grader.quiz.bank.topics import load_topic
from grader.quiz.items.marks import Mark, Standing, scored, shown
from grader.quiz.marking.scoring import mark_all, marks_to_json
from grader.quiz.marking.sheets import marks_of, sheet_from_json

ANSWERS = {
    "sample.shape": ("last",),
    "sample.greedy": ("one",),
    "sample.flow": ("enc", "emb", "add", "pos", "blk", "log", "smp"),
    "sample.chain": ("softmax", "logits", "select"),
    "sample.why": "One sequence.",
}


@pytest.mark.parametrize(
    ("points", "text"),
    [("0", "0"), ("3", "3"), ("2/3", "2/3"), ("4/3", "1 1/3"), ("30/7", "4 2/7")],
)
def test_points_are_shown_as_fractions(points, text):
    assert shown(Fraction(points)) == text


def test_a_third_three_times_is_one():
    assert sum(scored(Fraction(1, 3), 1).points for _ in range(3)) == 1


def test_more_points_than_there_are_is_our_fault():
    with pytest.raises(ValueError, match="2 points out of 1"):
        Mark(points=Fraction(2), max_points=1, standing=Standing.RIGHT)


def test_the_total_names_what_waits(bank_folder):
    marks = mark_all(load_topic(bank_folder, "sample").items, ANSWERS)
    assert marks.points == 0 + 1 + 5 + 1
    assert marks.max_points == 19
    assert marks.waiting_points == 4
    assert marks.total() == "7 of 19 points, 4 points wait for a person"


def test_an_unanswered_question_is_told_apart_from_a_wrong_one(bank_folder):
    marks = mark_all(load_topic(bank_folder, "sample").items, ANSWERS)
    standing = {row.item.id: row.mark.standing for row in marks.rows}
    assert standing["sample.encoder"] == Standing.UNANSWERED
    assert standing["sample.shape"] == Standing.WRONG


def test_json_keeps_fractions_exact(bank_folder):
    topic = load_topic(bank_folder, "sample")
    marks = mark_all(topic.items, {"sample.chain": ("softmax", "select")})
    record = json.loads(marks_to_json(marks, topic=topic, student="ada"))
    assert (record["points"], record["max_points"], record["student"]) == ("2", 19, "ada")
    rows = {row["question"]: row for row in record["questions"]}
    assert rows["sample.chain"]["response"] == ["softmax", "select"]
    assert rows["sample.chain"]["guess_level"] == "7/18"
    assert rows["sample.shape"]["response"] is None


def test_stored_marks_are_read_back_as_they_were(bank_folder):
    topic = load_topic(bank_folder, "sample")
    given = {"sample.loss": "5.644", "sample.why": "One.", "sample.chain": ("softmax", "logits")}
    marks = mark_all(topic.items, given)
    stored = marks_to_json(marks, topic=topic, student="ada").decode()
    items = {item.id: item for item in topic.items}
    assert marks_of(sheet_from_json("", stored), items) == marks
    items.pop(topic.items[0].id)
    assert len(marks_of(sheet_from_json("", stored), items).rows) == len(topic.items) - 1
