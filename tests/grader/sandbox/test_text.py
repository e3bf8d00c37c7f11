"""Text of a student's process cannot act on a terminal, a page or a reader's eye."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.sandbox.text import clean


@given(st.text(st.characters()), st.integers(0, 50))
def test_nothing_is_left_that_acts(text, limit):
    shown = clean(text, limit)
    allowed = {"\n", "\t"}
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c not in allowed]


@pytest.mark.parametrize(
    "hostile", ["\x1b[2J", "\x9b31m", "\r", "\x08", "\u202e", "\u2066", "\u200b", "\ud800", "\x00"]
)
def test_hostile_characters_are_shown_as_escapes(hostile):
    shown = clean(f"a{hostile}b", 100)
    assert hostile not in shown
    assert "\\u" in shown


def test_long_text_is_cut_and_the_rest_counted():
    assert clean("x" * 3000, 10) == "x" * 10 + "... (2,990 more characters)"


def test_piles_of_marks_are_cut():
    assert len(clean("a" + "\u0301" * 100, 200)) == 4


def test_ordinary_text_stays():
    text = "Zeile 1\n\tträgt ½ — 漢字 🙂"
    assert clean(text, 100) == text
