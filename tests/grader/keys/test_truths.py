import pytest

from grader.keys.truths import (
    Broken,
    claimed,
    numeric_problems,
    truth_problems,
)
from grader.quiz.items.verify_keys import AblationRun, PredicateRun

ALWAYS = {"all": True, "last": False, "square": False}


def claim_giving(**by_option):
    """A claim whose options are true on the seeds that are listed for them."""
    return lambda seed: {name: seed in seeds for name, seeds in by_option.items()}


def predicate(question, claim, **backing):
    return truth_problems(
        question("shape"), PredicateRun(claim="c", seeds="0..3", **backing), claim
    )


def ablation(question, claim, **backing):
    return truth_problems(question("shape"), AblationRun(claim="c", seeds="0..3", **backing), claim)


def test_a_right_key_has_nothing_against_it(question):
    assert predicate(question, lambda seed: ALWAYS) == ()
    assert ablation(question, lambda seed: ALWAYS) == ()


def test_a_right_option_that_fails_once_is_named_with_its_seed(question):
    claim = claim_giving(all=[0, 1, 3], last=[], square=[])
    [problem] = predicate(question, claim)
    assert problem == "option 'all' is marked right, and is false on seed 2"
    [problem] = ablation(question, claim)
    assert problem == "option 'all' is marked right, and did not hold on seed 2"


def test_a_distractor_that_is_true_is_named(question):
    claim = claim_giving(all=range(4), last=range(4), square=[])
    assert predicate(question, claim) == (
        "option 'last' is marked wrong, and is true on all 4 seeds",
    )
    assert ablation(question, claim) == ("option 'last' is marked wrong, and held on all 4 seeds",)


def test_one_seed_against_a_statement_about_all_makes_it_false(question):
    claim = claim_giving(all=range(4), last=[0, 1, 2], square=[])
    assert ablation(question, claim) == ()
    assert predicate(question, claim) == (
        "option 'last' is marked wrong, and is true on seed 0 and 2 more of 4",
    )


def test_what_may_happen_needs_one_seed_and_a_wrong_may_needs_none(question):
    claim = claim_giving(all=[2], last=[1], square=[])
    assert ablation(question, claim, holds="some") == ()
    assert ablation(question, claim, may=("all",)) == ()
    assert ablation(question, claim, may=("all", "last")) == (
        "option 'last' says «may» and is marked wrong, and held on seed 1",
    )
    never = claim_giving(all=[], last=[], square=[])
    assert ablation(question, never, holds="some") == (
        "option 'all' is marked right, and held on no seed",
    )


@pytest.mark.parametrize(("answer", "sound"), [(True, True), (False, False)])
def test_a_statement_is_compared_with_its_answer(question, answer, sound):
    item = question("encoder", answer=answer)
    problems = truth_problems(item, PredicateRun(claim="c"), lambda seed: True)
    assert (problems == ()) == sound
    if not sound:
        assert problems == ("the statement is marked wrong, and is true on all 10 seeds",)


@pytest.mark.parametrize(
    ("claim", "says"),
    [
        (lambda seed: {"all": True, "last": False}, "says nothing of option 'square'"),
        (lambda seed: {**ALWAYS, "sqare": True}, "speaks of 'sqare'. Did you mean 'square'?"),
        (lambda seed: {**ALWAYS, "last": 0.5}, "gave 0.5 for option 'last'"),
        (lambda seed: 1 / 0, "raised ZeroDivisionError on seed 0"),
    ],
)
def test_a_claim_that_does_not_answer_is_a_sentence(question, claim, says):
    with pytest.raises(Broken, match=says.replace("?", r"\?")):
        predicate(question, claim)


def test_an_unknown_option_in_may_is_a_sentence(question):
    with pytest.raises(Broken, match=r"`may` names no option: 'al'\. Did you mean 'all'"):
        ablation(question, lambda seed: ALWAYS, may=("al",))


def test_seeds_from_last_to_first_are_none(question):
    with pytest.raises(Broken, match=r"no seed in 3\.\.1"):
        truth_problems(question("shape"), PredicateRun(claim="c", seeds="3..1"), lambda s: ALWAYS)


@pytest.mark.parametrize(
    ("value", "sound"), [(3.91202, True), (3.9124, True), (3.9155, False), (3.92, False)]
)
def test_a_key_is_the_computed_number_rounded_whatever_its_tolerance(question, value, sound):
    item = question("loss", traps=())
    problems, stored = numeric_problems(item, lambda seed: value)
    said = [] if sound else [f"the answer is 3.912, and the reference computes {value}"]
    assert (problems, stored) == (said, value)


def test_a_key_rounded_as_far_as_its_tolerance_is_no_key(question):
    item = question("loss", answer=-2.3, tolerance=0.003, traps=())
    assert numeric_problems(item, lambda seed: -2.302585)[0] != []
    assert numeric_problems(question("loss", answer=4100, tolerance=50, traps=()), lambda s: 4096)


def test_a_trap_is_what_its_own_mistake_computes(question):
    item = question("loss")
    right = {"answer": 3.91202}
    assert numeric_problems(item, lambda seed: {**right, "loss.base_two": 5.64386})[0] == []
    assert numeric_problems(item, lambda seed: {**right, "other.name": [1, 5.64386]})[0] == []
    for given, computed in (
        ({"loss.base_two": 5.7, "other": 5.64386}, "5.7"),
        ({"other": [1.5, 2]}, "1.5, 2"),
        ({}, "no trap"),
    ):
        claimed_numbers = {**right, **given}
        [problem] = numeric_problems(item, lambda seed, given=claimed_numbers: given)[0]
        assert problem == f"a trap is 5.644, and the claim computes {computed}"


def test_a_number_without_tolerance_survives_binary_rounding(question):
    item = question("loss", answer=0.3, tolerance=None, traps=())
    assert numeric_problems(item, lambda seed: 0.1 + 0.2)[0] == []


@pytest.mark.parametrize("value", [True, {"a": True}, float("nan")])
def test_a_claim_that_gives_no_number_is_a_sentence(question, value):
    with pytest.raises(Broken, match="the claim gave"):
        numeric_problems(question("loss"), lambda seed: value)


def test_an_unknown_claim_is_asked_for_by_its_likely_name():
    with pytest.raises(Broken, match=r"there is no claim 'sofmax'\. Did you mean 'softmax'"):
        claimed("sofmax", {"softmax": lambda seed: True, "norm": lambda seed: True})
