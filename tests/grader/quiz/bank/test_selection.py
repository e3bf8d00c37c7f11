"""Single questions of a bank, taken as a topic of their own."""

import pytest

from grader.errors import CourseError
from grader.quiz.bank.selection import is_question_id, selection
from grader.quiz.bank.topics import load
from grader.settings import shipped

BANK = load(shipped("questions"))
IDS = ("kv-cache.two-phases", "generation-loop.input-length")


def test_questions_of_several_topics_are_one_topic_in_the_order_that_was_named():
    topic = selection(BANK.topics, [*IDS, IDS[0]])
    assert tuple(item.id for item in topic.items) == IDS
    assert topic.name == " ".join(IDS)
    assert topic.title.startswith("2 questions from: ")


def test_a_question_keeps_the_variants_of_its_stem():
    varied = next(name for topic in BANK.topics for name in topic.stems)
    topic = selection(BANK.topics, [varied])
    assert len({topic.items_for(seed)[0].stem for seed in range(30)}) > 1


def test_an_unknown_question_is_answered_with_the_nearest():
    with pytest.raises(CourseError, match=r"Did you mean 'kv-cache\.two-phases'"):
        selection(BANK.topics, ["kv-cache.two-phase"])


def test_too_many_questions_for_one_name_are_refused():
    names = [item.id for topic in BANK.topics for item in topic.items]
    with pytest.raises(CourseError, match="characters in their ids"):
        selection(BANK.topics, names)


@pytest.mark.parametrize(
    ("word", "is_one"),
    [("kv-cache.two-phases", True), ("kv-cache", False), ("week-3.yaml", False), (".x", False)],
)
def test_a_question_is_told_from_a_topic_and_a_file(word, is_one):
    assert is_question_id(word) is is_one
