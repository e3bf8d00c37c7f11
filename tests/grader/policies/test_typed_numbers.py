"""What a person types as a number is read exactly, or is none."""

from fractions import Fraction

import pytest

from grader.policies.typed_numbers import typed_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("63.5", Fraction(127, 2)),
        (" 63,5 ", Fraction(127, 2)),
        ("1/3", Fraction(1, 3)),
        ("-2", Fraction(-2)),
        (".5", Fraction(1, 2)),
        ("24.", Fraction(24)),
    ],
)
def test_a_number_is_read_exactly(text, number):
    assert typed_number(text) == number


@pytest.mark.parametrize(
    "text", ["", ".", "x", "1/0", "1e99999999", "1e3", "9" * 5000, "nan", "inf", "\u0661", "1 2"]
)
def test_what_is_no_number_or_would_fill_the_memory_is_none(text):
    assert typed_number(text) is None
