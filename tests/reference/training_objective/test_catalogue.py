"""The catalogue as such: complete, well-formed, and one with the quiz's ids."""

import inspect
import sys
from pathlib import Path

import pytest

from grader.quiz.bank import topics
from grader.quiz.bank.concepts import load_concepts
from grader.subject.arrival import check_subject
from reference.training_objective.contract import FUNCTIONS
from reference.training_objective.misconceptions.catalogue import (
    EQUIVALENTS,
    MISCONCEPTIONS,
    MODULES,
)
from reference.training_objective.subject import SUBJECT

ROOT = Path(__file__).parents[3]
QUIZ = topics.load(ROOT / "questions")
QUESTIONS = {item.id for topic in QUIZ.topics for item in topic.items}
ENTRIES = {entry.id: entry for entry in MISCONCEPTIONS}
# Beliefs about perplexity, which no code holds.
BELIEFS = {
    "perplexity.compares_any_models",
    "perplexity.depends_on_the_text_alone",
    "perplexity.tokens_are_characters",
    "perplexity.wrong_way_round",
}


def test_the_parts_of_the_subject_fit():
    check_subject(SUBJECT, at="reference/training_objective")
    assert load_concepts(ROOT / "questions").titles.keys() >= set(SUBJECT.concepts.values())


def test_each_has_the_signature_of_its_stage_and_can_be_imported():
    functions = [(e.id, e.stage, e.wrong) for e in MISCONCEPTIONS]
    functions += [(e.id, e.stage, e.other) for e in EQUIVALENTS]
    for id_, stage, function in functions:
        taken = list(inspect.signature(function).parameters)
        assert taken == list(inspect.signature(FUNCTIONS[stage]).parameters), id_
        assert getattr(sys.modules[function.__module__], function.__name__) is function


@pytest.mark.parametrize("id_", ENTRIES)
def test_the_sentence_is_that_of_the_quiz(id_):
    assert QUIZ.misconceptions.get(id_) == ENTRIES[id_].says


def test_every_mistake_of_the_quiz_that_a_stage_can_hold_is_there():
    of_code = {id_ for id_ in QUIZ.misconceptions if id_.partition(".")[0] in FUNCTIONS}
    assert of_code - ENTRIES.keys() == BELIEFS


def test_the_questions_to_practise_with_exist():
    for entry in MISCONCEPTIONS:
        assert entry.questions, entry.id
        assert len(set(entry.questions)) == len(entry.questions), entry.id
        assert set(entry.questions) <= QUESTIONS, entry.id


def test_sentences_and_hints_are_sentences_and_questions():
    for entry in MISCONCEPTIONS:
        assert entry.says.endswith("."), entry.id
        assert "?" in entry.hint, entry.id
        assert entry.hint[-1] in ".?", entry.id


def test_each_stage_has_mistakes_and_another_right_way():
    assert {entry.stage for entry in MISCONCEPTIONS} == set(FUNCTIONS)
    assert {entry.stage for entry in EQUIVALENTS} == set(FUNCTIONS)
    assert len(MISCONCEPTIONS) >= 190


def test_every_module_of_the_folder_is_loaded():
    folder = ROOT / "reference" / "training_objective" / "misconceptions"
    loaded = {Path(module.__file__).stem for module in MODULES}
    parts = {path.stem for path in folder.glob("*_parts.py")}
    assert {path.stem for path in folder.glob("*.py")} - {"__init__", "catalogue"} - parts == loaded
