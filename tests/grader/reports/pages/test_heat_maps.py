"""Numbers as pictures: enough digits to see the error, masked is not small, places are named."""

from dataclasses import replace

import pytest

from grader.evidence import ArrayWindow
from grader.reports.pages.heat_maps import array_picture, written

WEIGHTS = ArrayWindow(
    name="the attention weights",
    axes=("batch", "head", "query", "key"),
    shape=(2, 4, 20, 20),
    first=(1, 3, 5, 0),
    worst=(1, 3, 6, 1),
    wrong=7,
    got=((0.5, 0.5, 0.0), (0.25, 0.75, 0.0)),
    expected=((0.5, 0.5, 0.0), (0.4, 0.6, 0.0)),
)


def texts(heat_map):
    return [[cell.text for cell in cells] for _, cells in heat_map.rows]


@pytest.mark.parametrize(
    ("number", "decimals", "text"),
    [
        (0.429, 2, ".43"),
        (-0.05, 2, "\N{MINUS SIGN}.05"),
        (12.0, 1, "12.0"),
        (-0.001, 2, ".00"),
        (1.0, 2, "1.00"),
        (0.4, 0, "0"),
        (123456.0, 0, "1.2e+05"),
    ],
)
def test_numbers_are_short_and_a_minus_is_no_hyphen(number, decimals, text):
    assert written(number, decimals) == text


def test_rows_and_columns_bear_the_letters_of_their_axes_and_their_index():
    came, _, _ = array_picture(WEIGHTS).maps
    assert came.columns == ("k0", "k1", "k2")
    assert [head for head, _ in came.rows] == ["q5", "q6"]


def test_the_place_says_what_part_of_the_array_is_shown():
    place = array_picture(WEIGHTS).place
    assert place == "batch 1, head 3, query 5 to 6 of 20, key 0 to 2 of 20"


def test_a_masked_weight_is_a_dot_in_all_three():
    for heat_map in array_picture(WEIGHTS).maps:
        assert [row[2] for row in texts(heat_map)] == ["·", "·"]


def test_a_weight_where_the_mask_should_be_is_shown():
    leak = replace(WEIGHTS, got=((0.5, 0.4, 0.1), (0.25, 0.75, 0.0)))
    came, expected, difference = (texts(m)[0][2] for m in array_picture(leak).maps)
    assert (came, expected, difference) == (".10", "·", "+.10")


def test_the_worst_entry_is_framed_in_all_three_and_alone():
    for heat_map in array_picture(WEIGHTS).maps:
        framed = [
            (i, j) for i, (_, r) in enumerate(heat_map.rows) for j, c in enumerate(r) if c.is_worst
        ]
        assert framed == [(1, 1)]


def test_a_small_error_gets_the_digits_that_show_it():
    near = replace(WEIGHTS, got=((0.5, 0.5, 0.0), (0.4, 0.60083, 0.0)))
    came, expected, difference = (texts(m)[1][1] for m in array_picture(near).maps)
    assert came != expected
    assert difference == "+.00083"


def test_differences_have_two_hues_and_weights_one():
    came, _, difference = array_picture(WEIGHTS).maps
    hues = [{c.colour.split("-")[0] for _, row in m.rows for c in row} for m in (came, difference)]
    assert hues == [{"heat", "zero"}, {"more", "less", "zero"}]


def test_what_is_not_finite_stands_by_its_name():
    broken = replace(WEIGHTS, got=(("NaN", 0.5, 0.0), (0.25, 0.75, "inf")))
    came, _, difference = array_picture(broken).maps
    assert texts(came)[0][0] == "NaN"
    assert texts(came)[1][2] == "inf"
    assert texts(difference)[0][0] == "NaN"


def test_without_what_is_right_there_is_one_map():
    (came,) = array_picture(replace(WEIGHTS, expected=())).maps
    assert came.title == "Came"


def test_a_vector_is_one_row_and_a_number_has_no_picture():
    vector = ArrayWindow(
        name="it",
        axes=(),
        shape=(3,),
        first=(0,),
        worst=(2,),
        wrong=1,
        got=((1.0, 2.0, 4.0),),
        expected=((1.0, 2.0, 3.0),),
    )
    came = array_picture(vector).maps[0]
    assert (came.columns, len(came.rows)) == (("0", "1", "2"), 1)
    assert array_picture(replace(vector, shape=(), first=(), worst=(), got=((4.0,),))) is None
