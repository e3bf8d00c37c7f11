from fractions import Fraction

import pytest

from grader.quiz.item import Rejected


@pytest.mark.parametrize(
    ("typed", "points"),
    [("3.912", 1), ("3.907", 1), ("3.917", 1), ("3.9069", 0), ("3.9171", 0), ("-3.912", 0)],
)
def test_the_tolerance_includes_its_ends(question, typed, points):
    item = question("loss")
    assert item.mark(item.read_typed(typed, seed=0)).points == points


def test_decimals_are_compared_exactly(question):
    item = question("loss", answer=0.3, tolerance=0.1, traps=[])
    assert item.mark("0.4").points == 1  # as floats, 0.4 - 0.3 is more than 0.1
    assert item.mark("0.2").points == 1


def test_an_integer_is_exact_without_a_tolerance(question):
    item = question("loss", answer=12, tolerance=None, traps=[])
    assert item.mark("12").points == 1
    assert item.mark("12.0").points == 1
    assert item.mark("12.01").points == 0


def test_a_relative_tolerance_scales_with_the_answer(question):
    item = question("loss", answer=-4096, tolerance=None, rel_tolerance=0.01, traps=[])
    assert item.mark("-4130").points == 1
    assert item.mark("-4140").points == 0


@pytest.mark.parametrize("typed", ["0.25", ".25", "+0.25", "2.5e-1", "25E-2", "1/4", " 0.25 nats"])
def test_a_number_may_be_written_in_many_ways(question, typed):
    read = question("loss").read_typed(typed, seed=0)
    assert Fraction(read) == Fraction(1, 4)


def test_a_typographic_minus_is_a_minus(question):
    assert question("loss").read_typed("\N{MINUS SIGN}3", seed=0) == "-3"


@pytest.mark.parametrize(
    "text", ["", "x", "nan", "inf", "1e9999", "1/0", "0x10", "1 2", "1_000", "²", "1" * 61, "--1"]
)
def test_what_is_no_number_is_rejected(question, text):
    assert isinstance(question("loss").read_typed(text, seed=0), Rejected)


@pytest.mark.parametrize("text", ["3,912", "1,000,000"])
def test_a_comma_could_mean_two_things(question, text):
    assert "can be read in two ways" in question("loss").read_typed(text, seed=0).why


@pytest.mark.parametrize("value", [True, [1], None, float("nan")])
def test_a_value_that_is_no_number_is_rejected(question, value):
    assert isinstance(question("loss").read(value), Rejected)


@pytest.mark.parametrize("typed", ["5.644", "5.64", "5.6439", "5.65"])
def test_a_trap_is_recognised_however_it_is_rounded(question, typed):
    mark = question("loss").mark(typed)
    assert mark.feedback == ("You took the logarithm to base two.",)
    assert mark.misconceptions == ("loss.base_two",)


def test_any_other_wrong_number_gives_the_general_feedback(question):
    mark = question("loss").mark("50")
    assert mark.feedback == ("Take minus the logarithm of the probability.",)
    assert mark.misconceptions == ()


def test_the_nearest_trap_counts(question):
    traps = [
        {"value": 100, "misconception": "loss.base_two", "feedback": "far"},
        {"value": 100.4, "misconception": "loss.base_two", "feedback": "near"},
    ]
    assert question("loss", traps=traps).mark("100.3").feedback == ("near",)
