"""Text that a student wrote cannot act on a terminal, a page or a reader's eye."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.text import all_of, clean, clean_line, counted


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


@pytest.mark.parametrize("mark", ["\u0301", "\u0488", "\u20dd", "\u0e49", "\u0903"])
def test_piles_of_marks_are_cut(mark):
    assert clean("a" + mark * 100, 200) == "a" + mark * 3


def test_a_pile_of_marks_of_several_kinds_is_one_pile():
    assert clean("a" + "\u0301\u0488\u20dd\u0e49" * 25 + "b", 200) == "a\u0301\u0488\u20ddb"


def test_ordinary_text_stays():
    text = "Zeile 1\n\tträgt ½ — 漢字 🙂"
    assert clean(text, 100) == text


@given(st.text(st.characters()))
def test_a_line_stays_one_line(text):
    shown = clean_line(text, 100)
    assert "\t" not in shown
    assert len(shown.splitlines()) <= 1


def test_a_line_shows_where_lines_ended():
    assert clean_line("two\r\nlines\tof text", 100) == r"two\u000alines\u0009of text"


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 points"), (1, "1 point"), (2, "2 points"), (-1, "-1 points")]
)
def test_a_number_goes_with_its_noun(number, said):
    assert counted(number, "point") == said


@pytest.mark.parametrize(
    ("number", "said"), [(0, "all 0 checks"), (1, "the only check"), (2, "all 2 checks")]
)
def test_all_of_one_is_the_only_one(number, said):
    assert all_of(number, "check") == said
