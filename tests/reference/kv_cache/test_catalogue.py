"""The catalogue as such: complete, well-formed, and one with the quiz's ids."""

import inspect
from pathlib import Path

import pytest

from grader.quiz.bank import topics
from grader.subject.arrival import check_subject
from reference.kv_cache.contract import FUNCTIONS
from reference.kv_cache.misconceptions.catalogue import equivalents, misconceptions
from reference.kv_cache.subject import SUBJECT

ROOT = Path(__file__).parents[3]
QUIZ = topics.load(ROOT / "questions")
QUESTIONS = {item.id for topic in QUIZ.topics for item in topic.items}
ENTRIES = {entry.id: entry for entry in misconceptions()}


def test_each_has_the_signature_of_its_stage():
    versions = [(e, e.wrong) for e in misconceptions()] + [(e, e.other) for e in equivalents()]
    for entry, function in versions:
        theirs = tuple(inspect.signature(function).parameters)
        assert theirs == tuple(inspect.signature(FUNCTIONS[entry.stage]).parameters), entry.id


def test_every_stage_has_known_mistakes_and_most_have_another_right_way():
    assert {entry.stage for entry in misconceptions()} == set(FUNCTIONS)
    assert len({entry.stage for entry in equivalents()}) >= 8


@pytest.mark.parametrize("id_", ENTRIES)
def test_the_sentence_is_that_of_the_quiz(id_):
    assert QUIZ.misconceptions.get(id_) == ENTRIES[id_].says


def test_no_two_mistakes_of_a_stage_say_the_same():
    said = [(entry.stage, entry.says) for entry in misconceptions()]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("id_", ENTRIES)
def test_sentence_hint_and_questions_are_what_a_report_needs(id_):
    entry = ENTRIES[id_]
    assert entry.says.endswith(".")
    assert entry.hint.endswith("?")
    assert entry.questions
    assert set(entry.questions) <= QUESTIONS
    assert SUBJECT.concept_of(id_) == 14


def test_the_parts_of_the_subject_fit():
    check_subject(SUBJECT, at="reference.kv_cache.subject")


def test_questions_use_the_ids_of_the_catalogue():
    [topic] = [topic for topic in QUIZ.topics if topic.name == "kv-cache"]
    used = {id_ for item in topic.items for id_ in item.misconception_ids()}
    assert len(used & ENTRIES.keys()) >= 12
