"""Catalogues of subjects beside the first one: complete, well-formed, one with the quiz's ids."""

import importlib
import inspect
import sys
from pathlib import Path

import pytest

from grader.quiz.bank import topics
from grader.quiz.bank.concepts import load_concepts
from grader.subject.arrival import check_subject
from reference.sampling_and_search.subject import SUBJECT as SEARCH
from reference.training_objective.subject import SUBJECT as TRAINING

ROOT = Path(__file__).parents[2]
QUIZ = topics.load(ROOT / "questions")
QUESTIONS = {item.id for topic in QUIZ.topics for item in topic.items}
# What no code holds of a mistake, though it is about what a stage is called after.
BELIEFS = {
    "min_p.keeps_a_fixed_number",
    "min_p.keeps_fewer_when_flat",
    "perplexity.compares_any_models",
    "perplexity.depends_on_the_text_alone",
    "perplexity.tokens_are_characters",
    "perplexity.wrong_way_round",
    "residual.blocks_attention",  # of residual connections
    "residual.implicit_skip",
    "residual.only_scales",
}


@pytest.fixture(params=[TRAINING, SEARCH], ids=lambda subject: subject.name)
def subject(request):
    return request.param


def test_the_parts_of_the_subject_fit(subject):
    check_subject(subject, at=f"reference/{subject.name}")
    assert load_concepts(ROOT / "questions").titles.keys() >= set(subject.concepts.values())


def test_each_has_the_signature_of_its_stage_and_can_be_imported(subject):
    functions = [(e.id, e.stage, e.wrong) for e in subject.misconceptions]
    functions += [(e.id, e.stage, e.other) for e in subject.equivalents]
    for id_, stage, function in functions:
        taken = list(inspect.signature(function).parameters)
        assert taken == list(inspect.signature(subject.functions[stage]).parameters), id_
        assert getattr(sys.modules[function.__module__], function.__name__) is function


@pytest.mark.parametrize(
    "entry", [*TRAINING.misconceptions, *SEARCH.misconceptions], ids=lambda e: e.id
)
def test_the_sentence_is_that_of_the_quiz(entry):
    assert QUIZ.misconceptions.get(entry.id) == entry.says


def test_every_mistake_of_the_quiz_that_a_stage_can_hold_is_there(subject):
    known = {entry.id for entry in subject.misconceptions}
    of_code = {i for i in QUIZ.misconceptions if i.partition(".")[0] in subject.functions}
    assert of_code - known <= BELIEFS


def test_the_questions_to_practise_with_exist(subject):
    for entry in subject.misconceptions:
        assert entry.questions, entry.id
        assert len(set(entry.questions)) == len(entry.questions), entry.id
        assert set(entry.questions) <= QUESTIONS, entry.id


def test_sentences_and_hints_are_sentences_and_questions(subject):
    for entry in subject.misconceptions:
        assert entry.says.endswith("."), entry.id
        assert "?" in entry.hint, entry.id
        assert entry.hint[-1] in ".?", entry.id


def test_each_stage_has_mistakes_and_another_right_way(subject):
    assert {entry.stage for entry in subject.misconceptions} == set(subject.functions)
    assert {entry.stage for entry in subject.equivalents} == set(subject.functions)


def test_every_module_of_the_folder_is_loaded(subject):
    catalogue = importlib.import_module(f"{subject.package}.misconceptions.catalogue")
    loaded = {Path(module.__file__).stem for module in catalogue.MODULES}
    folder = subject.folder / "misconceptions"
    parts = {path.stem for path in folder.glob("*_parts.py")}
    assert {path.stem for path in folder.glob("*.py")} - {"__init__", "catalogue"} - parts == loaded
