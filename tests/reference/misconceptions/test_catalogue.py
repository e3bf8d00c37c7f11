"""The catalogue as such: complete, well-formed, and one with the quiz's ids."""

import inspect
from pathlib import Path

import pytest

from grader.quiz import bank
from reference.contract import FUNCTIONS
from reference.misconceptions.catalogue import (
    MODULES,
    equivalent,
    equivalents,
    find,
    misconception,
    misconceptions,
    of_stage,
)
from reference.softmax import softmax

ROOT = Path(__file__).parents[3]
QUIZ = bank.load(ROOT / "questions")
QUESTIONS = {item.id for topic in QUIZ.topics for item in topic.items}

ENTRIES = {entry.id: entry for entry in misconceptions()}
ALL = [(entry.id, entry.stage, entry.wrong) for entry in misconceptions()]
ALL += [(entry.id, entry.stage, entry.other) for entry in equivalents()]

# These stand in code, but in no single stage: no function of the contract can hold them.
IN_NO_STAGE = {"embed.positions_every_layer"}


@pytest.fixture(params=ENTRIES.values(), ids=ENTRIES.keys())
def entry(request):
    return request.param


@pytest.mark.parametrize(("id_", "stage", "function"), ALL, ids=[id_ for id_, _, _ in ALL])
def test_each_has_the_signature_of_its_stage(id_, stage, function):
    assert id_ == f"{stage}.{function.__name__}"
    assert inspect.signature(function) == inspect.signature(FUNCTIONS[stage])


def test_the_sentence_is_that_of_the_quiz(entry):
    quiz = QUIZ.misconceptions.get(entry.id)
    assert quiz == entry.says, f"{entry.id}\n  quiz:      {quiz}\n  catalogue: {entry.says}"


def test_the_questions_to_practise_with_exist(entry):
    assert entry.questions
    assert set(entry.questions) <= QUESTIONS
    assert len(set(entry.questions)) == len(entry.questions)


def test_sentence_and_hint_are_a_sentence_and_a_question(entry):
    assert entry.says.endswith(".")
    assert "?" in entry.hint
    assert entry.hint[-1] in ".?"
    assert 1 <= entry.concept <= 17
    for text in (entry.says, entry.hint, entry.differs_only):
        assert text == text.strip()


def test_every_mistake_of_the_quiz_that_a_stage_can_hold_is_there():
    of_code = {id_ for id_ in QUIZ.misconceptions if id_.partition(".")[0] in FUNCTIONS}
    assert of_code - ENTRIES.keys() == IN_NO_STAGE


def test_every_module_of_the_folder_is_loaded():
    folder = ROOT / "reference" / "misconceptions"
    loaded = {Path(module.__file__).stem for module in MODULES}
    no_mistakes = {"__init__", "catalogue", "record"}
    parts = {path.stem for path in folder.glob("*_parts.py")}
    assert {path.stem for path in folder.glob("*.py")} - no_mistakes - parts == loaded


def test_each_stage_has_its_own():
    assert all(of_stage(stage) for stage in FUNCTIONS)
    assert [e for stage in FUNCTIONS for e in of_stage(stage)] == list(misconceptions())
    assert of_stage("no_such_stage") == ()


def test_an_id_finds_its_misconception():
    entry = find("softmax.plain_ratio")
    assert (entry.stage, entry.concept) == ("softmax", 9)
    with pytest.raises(KeyError):
        find("softmax.no_such_mistake")


def test_two_functions_cannot_have_one_id():
    def twice(logits):
        return logits

    with pytest.raises(ValueError, match=r"softmax\.twice"):
        misconception(replaces=softmax, says="", hint="")(twice)
    with pytest.raises(ValueError, match=r"softmax\.twice"):
        equivalent(replaces=softmax, says="")(twice)
