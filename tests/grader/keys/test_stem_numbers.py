import pytest
import yaml

from grader.keys.registry import prints
from grader.keys.stem_numbers import NUMBER, number_problems, parameters_of
from grader.keys.truths import Broken
from grader.quiz.items.verify_keys import NumericRun, PredicateRun
from tests.grader.quiz.conftest import BANK


def length(seed, *, window=10, prompt=7):
    """How many ids are fed."""
    return {"answer": min(window, prompt)}


def problems(stem, claim=length, **backing):
    run = NumericRun(claim="c", **backing)
    return number_problems(stem, run, claim=claim, run_with=parameters_of(claim, run))


@pytest.mark.parametrize(
    ("stem", "numbers"),
    [
        ("$C = 10$ and $-2.50$, `[3, -1]`", "10 -2.50 3 -1"),
        ("$y_1$, $W_2$, $x^2$ and h4 are names", ""),
        ("positions $0 \\dots T-1$ and 1/8 of 7.", "0 1 1/8 7"),
        ("the range 3-5, and (4, 2)", "3 5 4 2"),
    ],
)
def test_numbers_are_what_is_written_in_digits_outside_of_names(stem, numbers):
    assert NUMBER.findall(stem) == numbers.split()


def test_a_stem_with_the_numbers_of_its_run_has_nothing_against_it():
    assert problems("The window has 10 ids, the prompt 7.") == []


@pytest.mark.parametrize("stem", ["A window of 9, a prompt of 7", "A window of 7, a prompt of 10"])
def test_another_number_or_another_order_is_told(stem):
    assert problems(stem)[0].endswith("where window is 10")


def test_a_number_too_many_is_told_with_the_way_out():
    [said] = problems("Position 0 is first. A window of 10, a prompt of 7.")
    assert said == (
        "the stem holds 0 10 7, and the run 10 7:"
        " say with `numbers:` what each number of the stem is"
    )
    assert problems("Position 0, 7 ids, 10 places", numbers=(0, "prompt", "window")) == []


def test_other_parameters_are_those_that_the_stem_must_hold():
    assert problems("A window of 4, a prompt of 7", with_={"window": 4}) == []
    assert problems("A window of 10, a prompt of 7", with_={"window": 4}) != []
    with pytest.raises(Broken, match=r"`with` names no parameter: 'windw'\. Did you mean 'window'"):
        problems("10 7", with_={"windw": 4})


def test_what_a_claim_prints_is_compared_as_it_is_rounded():
    def log(window, prompt):
        return {"log": [[1, 0.12549], [2, -3.9]]}

    printing = prints(log)(lambda seed, *, window=10, prompt=7: True)
    names = {"numbers": ("log",)}
    assert problems("1 0.125, 2 -3.90", printing, **names) == []
    assert problems("1 0.126, 2 -3.90", printing, **names) == [
        "the stem says 0.126 where log is 0.12549"
    ]
    with pytest.raises(Broken, match="names nothing that is run or printed: 'lag'"):
        problems("1", printing, numbers=("lag",))


def test_a_parameter_is_never_rounded():
    run = PredicateRun(claim="c")
    assert number_problems("p is 0.6", run, claim=length, run_with={"p": 0.64}) != []
    assert number_problems("p is 0.60", run, claim=length, run_with={"p": 0.6}) == []


def test_a_question_of_ones_own_has_its_own_numbers(outcome_of):
    raw = next(
        each
        for each in yaml.safe_load((BANK / "sample.yaml").read_text())["questions"]
        if each["id"] == "sample.loss"
    )
    own = {
        "stem": "What is the loss when all of 100 tokens are equally probable?",
        "verify": {"kind": "numeric", "claim": "loss_at_the_start", "with": {"vocabulary": 100}},
        "traps": [{"value": 6.644, "misconception": "own.bits", "feedback": "In bits."}],
    }
    assert outcome_of(yaml.safe_dump(raw), **own, answer=4.605).problems == ()
    wrong = outcome_of(yaml.safe_dump(raw), **own, answer=4.607).problems
    assert wrong == ("the answer is 4.607, and the reference computes 4.60517",)
    own["traps"][0]["value"] = 6.7
    [trap] = outcome_of(yaml.safe_dump(raw), **own, answer=4.605).problems
    assert trap.startswith("a trap is 6.7, and the claim computes 6.64386")
