"""The calls around the first wrong one."""

import pytest

from grader.harness.call_table import call_table


def test_the_first_difference_is_the_wrong_call():
    table = call_table(["a", "b", "d"], ["a", "c", "d"])
    assert (table.first, table.wrong, table.n_made) == (1, 2, 3)
    assert (table.made, table.expected) == (("a", "b", "d"), ("a", "c", "d"))


@pytest.mark.parametrize(("made", "expected"), [(["a"], ["a", "b"]), (["a", "b"], ["a"])])
def test_a_call_that_is_missing_or_too_many_is_wrong(made, expected):
    assert call_table(made, expected).wrong == 2


def test_of_many_calls_those_around_the_wrong_one_are_kept():
    made = [f"f{n}" for n in range(100)]
    table = call_table([*made[:50], "x", *made[51:]], made)
    assert (table.first, table.wrong, table.n_made) == (45, 51, 100)
    assert table.made == (*made[44:50], "x", *made[51:58])
    assert table.expected == tuple(made[44:58])


def test_where_nothing_is_wrong_there_is_nothing_to_show():
    with pytest.raises(ValueError, match="there is no wrong one"):
        call_table(["a"], ["a"])
