import pytest

from grader.keys.short_forms import form_problems
from grader.keys.truths import Broken
from grader.quiz.bank.topics import read_item
from grader.quiz.items.verify_keys import PredicateRun

COMPUTED = {"answer": ["2 3 1", "2, 3, 1 and no more"], "generate.prompt_only": "2 2 2"}


def problems(claim, *, seeds="0..2", **changes):
    raw = {
        "id": "paths.greedy",
        "kind": "short",
        "stem": "Which ids are generated?",
        "accepted": ["2 3 1"],
        "near": [{"forms": ["2 2 2"], "misconception": "generate.prompt_only"}],
        **changes,
    }
    item = read_item(raw, at="paths.yaml#greedy")
    return form_problems(item, PredicateRun(claim="c", seeds=seeds), claim, run_with={})


def test_forms_that_are_computed_have_nothing_against_them():
    assert problems(lambda seed: COMPUTED) == ()
    assert problems(lambda seed: COMPUTED, accepted=["[2, 3, 1]", "2 3 1 and no more"]) == ()


def test_the_first_form_is_the_one_that_the_claim_gives_first():
    assert problems(lambda seed: COMPUTED, accepted=["2 3 1 and no more"]) == (
        "the answer is '2 3 1 and no more', and the reference gives '2 3 1'",
    )


def test_a_form_that_nobody_computes_is_named_once_for_all_seeds():
    assert problems(lambda seed: COMPUTED, accepted=["2 3 1", "2 3"]) == (
        "'2 3' is accepted, and the claim gives '2 3 1', '2, 3, 1 and no more'",
    )


def test_a_near_form_is_what_its_own_mistake_computes():
    other = {"answer": "2 3 1", "generate.prompt_only": "3 3 3", "generate.stale": "2 2 2"}
    assert problems(lambda seed: other) == ("'2 2 2' is a near form, and the claim gives '3 3 3'",)
    near = [{"forms": ["2 2 2"]}]
    assert problems(lambda seed: other, near=near) == ()
    assert problems(lambda seed: {"answer": "2 3 1"}, near=near) == (
        "'2 2 2' is a near form, and the claim gives no near form",
    )


def test_a_form_must_be_computed_on_every_seed():
    assert problems(lambda seed: {**COMPUTED, "answer": "2 3 1" if seed < 2 else "4"}) == (
        "the answer is '2 3 1', and the reference gives '4'",
        "'2 3 1' is accepted, and the claim gives '4'",
    )


@pytest.mark.parametrize(
    "given", [True, 4, {"other": "2 3 1"}, {"answer": 4}, {"answer": []}, {"answer": ["a", 1]}]
)
def test_a_claim_without_texts_is_a_sentence(given):
    with pytest.raises(Broken, match="the claim gave"):
        problems(lambda seed: given)


def test_a_short_text_needs_a_seed():
    with pytest.raises(Broken, match=r"no seed in 3\.\.1"):
        problems(lambda seed: COMPUTED, seeds="3..1")
