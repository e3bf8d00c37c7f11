"""The known mistakes about the Llama family: well-formed, wrong, and one with the quiz's ids."""

import copy
import inspect
from functools import cache
from pathlib import Path

import pytest
import torch

from grader.quiz.bank import topics
from grader.quiz.bank.concepts import load_concepts
from grader.subject.composition import composed
from grader.subject.values import identical
from reference.llama.contract import FUNCTIONS
from reference.llama.misconceptions import catalogue
from reference.llama.random_model import LlamaSizes, random_llama
from reference.llama.subject import SUBJECT

ROOT = Path(__file__).parents[4]
QUIZ = topics.load(ROOT / "questions")
CONCEPTS = load_concepts(ROOT / "questions").titles
QUESTIONS = {item.id for topic in QUIZ.topics for item in topic.items}
# Those of the loop are the decoder's, and are tested there.
ENTRIES = {e.id: e for e in SUBJECT.misconceptions if e.stage != "generate"}
EQUIVALENTS = {e.id: e for e in SUBJECT.equivalents if e.stage != "generate"}
SIZES = LlamaSizes(
    vocabulary_size=13,
    width=24,
    n_heads=6,
    n_groups=3,
    n_layers=3,
    inner_width=20,
    base=60.0,
    eps=0.3,
)
IN_PLACE = {"changes_its_input", "adds_in_place", "takes_layers_out"}


def probes():
    """Arguments by stage, in which gaps, several groups and rows with other positions come."""
    draw = torch.Generator().manual_seed(1)

    def normal(*shape, scale=1.0):
        return scale * torch.randn(shape, generator=draw, dtype=torch.float64)

    model, config = random_llama(SIZES, seed=3), SIZES.settings
    places = torch.tensor([[3, 5, 6, 11, 12], [0, 1, 7, 8, 20]])
    states, layers = normal(2, 5, 24), model["layers"]
    heads = normal(2, 6, 5, 4), normal(2, 3, 5, 4), normal(2, 3, 5, 4)
    gain = layers[0]["attention_norm_gain"]
    return {
        "rms_norm": [(normal(2, 5, 24, scale=s), gain, e) for s, e in ((1, 0.1), (1e-3, 1e-5))],
        "rotate": [(heads[0], places, 60.0), (normal(2, 2, 5, 6), places, 900.0)],
        "grouped_attention": [
            heads,
            (heads[0], normal(2, 2, 8, 4), normal(2, 2, 8, 4)),
            tuple(60 * x for x in heads),
        ],
        "llama_attention": [(states, layers[0]["attention"], places, config)],
        "swiglu": [(states, *layers[0]["feed_forward"].values())],
        "llama_layer": [(states, layers[0], places, config)],
        "llama_stack": [(states, layers, places, config)],
        "llama_logits": [(torch.tensor([[3, 0, 12, 7, 7], [1, 2, 9, 0, 4]]), model, config)],
    }


PROBES = probes()


def outcome(function, arguments, dtype=torch.float64):
    """What comes, or None where it raises, and the arguments afterwards."""
    given = [cast(a, dtype) for a in copy.deepcopy(arguments)]
    try:
        return function(*given), given
    except (RuntimeError, IndexError):
        return None, given


def cast(value, dtype):
    match value:
        case torch.Tensor():
            return value.to(dtype) if value.is_floating_point() else value
        case dict():
            return {key: cast(item, dtype) for key, item in value.items()}
        case list():
            return [cast(item, dtype) for item in value]
        case _:
            return value


@cache
def outcomes(id_):
    return [outcome(SUBJECT.function_of(id_), call) for call in PROBES[id_.partition(".")[0]]]


def far(a, b):
    """Whether two values are apart by several times what a check accepts."""
    if a is None or b is None or a.shape != b.shape:
        return a is not b
    unit = 8e-5 * float(b.nan_to_num().abs().max())
    return not torch.allclose(a, b, rtol=0, atol=unit, equal_nan=True)


@pytest.mark.parametrize("id_", ENTRIES)
def test_a_mistake_shows(id_):
    stage, _, name = id_.partition(".")
    pairs = list(zip(outcomes(id_), outcomes(stage), strict=True))
    in_values = any(far(came, right) for (came, _), (right, _) in pairs)
    in_arguments = any(not identical(list(a), list(b)) for (_, a), (_, b) in pairs)
    assert in_arguments == (name in IN_PLACE)
    # Scores of 4000 overflow in float64 as well; NaN is far from every number.
    assert in_values != in_arguments or id_ == "grouped_attention.softmax_unstable"


@pytest.mark.parametrize("stage", PROBES)
def test_two_mistakes_of_a_stage_are_told_apart(stage):
    ids = [id_ for id_ in ENTRIES if id_.startswith(f"{stage}.")]
    assert len(ids) >= 14
    visible = [id_ for id_ in ids if id_.partition(".")[2] not in IN_PLACE]
    for number, one in enumerate(visible):
        for other in visible[:number]:
            pairs = zip(outcomes(one), outcomes(other), strict=True)
            assert any(far(a, b) for (a, _), (b, _) in pairs), f"{one} and {other}"


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("id_", EQUIVALENTS)
def test_another_right_way_is_right(id_, dtype):
    entry = EQUIVALENTS[id_]
    for call in PROBES[entry.stage]:
        came, given = outcome(entry.other, call, dtype)
        right, _ = outcome(FUNCTIONS[entry.stage], call)
        largest = float(right.abs().max())
        assert (came - right).abs().max() <= 1e-3 * largest
        assert identical(given, [cast(a, dtype) for a in call])


@pytest.mark.parametrize("stage", sorted(set(SUBJECT.compositions) - {"generate"}))
def test_a_stage_in_parts_is_the_stage_and_each_mistake_its_own(stage):
    composition = SUBJECT.compositions[stage]
    for call in PROBES[stage]:
        right = FUNCTIONS[stage](*copy.deepcopy(call))
        torch.testing.assert_close(composition.stage(composition.right, *call), right)
    for name in composition.wrong:
        made = composed(composition, [f"{stage}.{name}"])
        for call, (came, _) in zip(PROBES[stage], outcomes(f"{stage}.{name}"), strict=True):
            again, _ = outcome(made, call)
            assert not far(again, came)


def test_each_has_the_signature_of_its_stage():
    functions = {e.id: (e.stage, e.wrong) for e in ENTRIES.values()}
    functions |= {e.id: (e.stage, e.other) for e in EQUIVALENTS.values()}
    for id_, (stage, function) in functions.items():
        assert id_ == f"{stage}.{function.__name__}"
        assert inspect.signature(function) == inspect.signature(FUNCTIONS[stage]), id_


@pytest.mark.parametrize("id_", ENTRIES)
def test_the_sentence_is_that_of_the_quiz(id_):
    assert QUIZ.misconceptions.get(id_) == ENTRIES[id_].says


def test_every_mistake_of_the_quiz_about_a_stage_is_there():
    stages = set(FUNCTIONS) - {"generate"}
    of_code = {id_ for id_ in QUIZ.misconceptions if id_.partition(".")[0] in stages}
    assert of_code == set(ENTRIES)


def test_hints_are_questions_and_questions_to_practise_with_exist():
    for entry in ENTRIES.values():
        assert entry.says.endswith("."), entry.id
        assert "?" in entry.hint, entry.id
        assert entry.hint[-1] in ".?", entry.id
        assert entry.questions, entry.id
        assert len(set(entry.questions)) == len(entry.questions), entry.id
        assert set(entry.questions) <= QUESTIONS, entry.id
        assert SUBJECT.concept_of(entry.id) in CONCEPTS, entry.id


def test_every_module_of_the_folder_is_loaded():
    folder = ROOT / "reference" / "llama" / "misconceptions"
    names = {path.stem for path in folder.glob("*.py") if not path.stem.endswith("_parts")}
    loaded = {Path(m.__file__).stem for m in catalogue.MODULES if "llama" in m.__name__}
    assert names - {"__init__", "catalogue", "compositions"} == loaded
