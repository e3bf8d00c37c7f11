"""The catalogue as such: complete, well-formed, and one with the quiz's ids."""

import inspect
import sys
from pathlib import Path

import pytest

from grader.quiz.bank import topics
from grader.quiz.bank.concepts import load_concepts
from reference.decoder.contract import FUNCTIONS
from reference.decoder.misconceptions.catalogue import (
    MODULES,
    equivalents,
    find,
    misconceptions,
    of_stage,
)
from reference.decoder.subject import SUBJECT

ROOT = Path(__file__).parents[4]
QUIZ = topics.load(ROOT / "questions")
CONCEPTS = load_concepts(ROOT / "questions").titles
QUESTIONS = {item.id for topic in QUIZ.topics for item in topic.items}

ENTRIES = {entry.id: entry for entry in misconceptions()}
FUNCTIONS_BY_ID = {entry.id: (entry.stage, entry.wrong) for entry in misconceptions()}
FUNCTIONS_BY_ID |= {entry.id: (entry.stage, entry.other) for entry in equivalents()}

# These stand in code, but in no single stage: no function of the contract can hold them.
IN_NO_STAGE = {"embed.positions_every_layer"}


def test_each_has_the_signature_of_its_stage():
    for id_, (stage, function) in FUNCTIONS_BY_ID.items():
        assert id_ == f"{stage}.{function.__name__}"
        assert inspect.signature(function) == inspect.signature(FUNCTIONS[stage]), id_


def test_each_can_be_imported_by_its_name():
    for _, function in FUNCTIONS_BY_ID.values():
        assert getattr(sys.modules[function.__module__], function.__name__) is function


@pytest.mark.parametrize("id_", ENTRIES)
def test_the_sentence_is_that_of_the_quiz(id_):
    quiz, catalogue = QUIZ.misconceptions.get(id_), ENTRIES[id_].says
    assert quiz == catalogue, f"{id_}\n  quiz:      {quiz}\n  catalogue: {catalogue}"


def test_the_questions_to_practise_with_exist():
    for entry in ENTRIES.values():
        assert entry.questions, entry.id
        assert len(set(entry.questions)) == len(entry.questions), entry.id
        assert set(entry.questions) <= QUESTIONS, entry.id


def test_sentences_and_hints_are_sentences_and_questions():
    for entry in ENTRIES.values():
        assert entry.says.endswith("."), entry.id
        assert "?" in entry.hint, entry.id
        assert entry.hint[-1] in ".?", entry.id
        assert SUBJECT.concept_of(entry.id) in CONCEPTS, entry.id


def test_every_mistake_of_the_quiz_that_a_stage_can_hold_is_there():
    of_code = {id_ for id_ in QUIZ.misconceptions if id_.partition(".")[0] in FUNCTIONS}
    assert of_code - ENTRIES.keys() == IN_NO_STAGE


def test_every_module_of_the_folder_is_loaded():
    folder = ROOT / "reference" / "decoder" / "misconceptions"
    loaded = {Path(module.__file__).stem for module in MODULES}
    no_mistakes = {"__init__", "catalogue"}
    parts = {path.stem for path in folder.glob("*_parts.py")}
    assert {path.stem for path in folder.glob("*.py")} - no_mistakes - parts == loaded


def test_each_stage_has_its_own():
    assert all(of_stage(stage) for stage in FUNCTIONS)
    assert [e for stage in FUNCTIONS for e in of_stage(stage)] == list(misconceptions())
    assert of_stage("no_such_stage") == ()


def test_an_id_finds_its_misconception():
    entry = find("softmax.plain_ratio")
    assert (entry.stage, SUBJECT.concept_of(entry.id)) == ("softmax", 9)
    with pytest.raises(KeyError):
        find("softmax.no_such_mistake")
