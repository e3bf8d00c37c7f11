"""Which answers are right, and the sentence about each that is not."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from grader.harness.comparison import (
    TOLERANCE,
    Arguments,
    Mismatch,
    as_floats,
    as_number,
    as_token,
    as_tokens,
    assert_close,
    assert_same,
    assert_unchanged,
    kind_of,
    strain_noted,
)
from grader.observed_calls import TooLarge

AXES = ("batch", "time")
ONES = np.ones((2, 3))
quick = settings(deadline=None, max_examples=50)


def sentence(judge, *arguments, **named):
    with pytest.raises(Mismatch) as raised:
        judge(*arguments, **named)
    return str(raised.value), raised.value.discreet


def with_entry(index, value, dtype=np.float32):
    array = np.ones((2, 3), dtype=dtype)
    array[index] = value
    return array


def said(actual, expected=ONES, **named):
    return sentence(assert_close, actual, expected, name="the weights", axes=AXES, **named)


floats = arrays_of.arrays(
    np.float64,
    arrays_of.array_shapes(max_dims=4, max_side=4),
    # Smaller numbers than these have no place in float32.
    elements=st.floats(-1e6, 1e6).map(lambda x: x if abs(x) > 1e-6 else 0.0),
)


@quick
@given(floats)
def test_the_expected_values_themselves_pass(expected):
    assert_close(expected, expected, name="x")
    assert_close(expected.copy(), expected.tolist(), name="x")


@quick
@given(floats)
def test_a_float32_copy_of_the_expected_values_passes(expected):
    assert_close(expected.astype(np.float32), expected, name="x")


@quick
@given(expected=floats, data=st.data())
def test_one_entry_off_by_more_than_the_tolerance_fails_at_its_place(expected, data):
    scale = np.abs(expected).max()
    assume(scale > 1e-3 and expected.size > 1)
    place = data.draw(st.tuples(*(st.integers(0, side - 1) for side in expected.shape)))
    off = data.draw(st.floats(1.01, 1e6)) * TOLERANCE * scale
    actual = expected.copy()
    actual[place] += off
    assume(abs(actual[place] - expected[place]) > TOLERANCE * scale)
    words, discreet = sentence(assert_close, actual, expected, name="x")
    assert words.startswith(f"1 of {expected.size} entries of x is wrong. The largest error is ")
    assert "".join(f"axis {i}, index {at}, " for i, at in enumerate(place))[:-2] in words
    assert discreet == "Some entries of x are wrong."


@quick
@given(expected=floats, part=st.floats(-0.99, 0.99))
def test_an_error_below_the_tolerance_passes(expected, part):
    scale = np.abs(expected).max()
    assert_close(expected + part * TOLERANCE * scale * 0.999, expected, name="x")


@quick
@given(expected=floats, data=st.data())
def test_no_array_of_another_shape_passes(expected, data):
    other = data.draw(
        st.sampled_from([expected[None], expected[..., None], expected[:0], expected[..., :-1]])
    )
    assume(other.shape != expected.shape)
    words, discreet = sentence(assert_close, other, expected, name="x")
    assert words == f"X has shape {other.shape}; {expected.shape} is expected."
    assert discreet == "X has the wrong shape."


@quick
@given(expected=floats, bad=st.sampled_from([math.nan, math.inf, -math.inf]), data=st.data())
def test_no_array_with_a_value_that_is_not_finite_passes(expected, bad, data):
    assume(expected.size > 1)
    place = data.draw(st.tuples(*(st.integers(0, side - 1) for side in expected.shape)))
    actual = expected.copy()
    actual[place] = bad
    words, _ = sentence(assert_close, actual, expected, name="x")
    assert words.startswith(f"1 of {expected.size} entries of x is NaN or infinite")


def test_wrong_entries_are_told_by_named_axes():
    words, discreet = said(with_entry((1, 2), 1.5))
    assert words == (
        "1 of 6 entries of the weights is wrong. The largest error is 0.5, at batch 1, time 2. "
        "The first wrong entry is at batch 1, time 2: got 1.5, expected 1."
    )
    assert discreet == "Some entries of the weights are wrong."


def test_the_first_wrong_entry_need_not_have_the_largest_error():
    array = with_entry((0, 1), 1.25)
    array[1, 0] = 4
    words, _ = said(array)
    assert words == (
        "2 of 6 entries of the weights are wrong. The largest error is 3, at batch 1, time 0. "
        "The first wrong entry is at batch 0, time 1: got 1.25, expected 1."
    )


def test_without_names_an_axis_has_its_number():
    words, _ = sentence(assert_close, with_entry((1, 2), 2), ONES, name="x")
    assert words.endswith("at axis 0, index 1, axis 1, index 2: got 2, expected 1.")


def test_an_entry_without_axes_has_no_place():
    words, _ = sentence(assert_close, np.array(2.0), 1.0, name="x")
    assert words == ("X is wrong: got 2, expected 1.")


@pytest.mark.parametrize(
    ("came", "told"), [(2.0, "wrong: got 2, expected 1."), (math.nan, "NaN or infinite.")]
)
def test_the_only_entry_of_an_array_needs_no_count_and_no_place(came, told):
    array = np.array([[came]])
    words, _ = sentence(assert_close, array, [[1.0]], name="the logits of one position")
    assert words == f"The only entry of the logits of one position is {told}"


def test_nan_is_told_before_wrong_values():
    words, discreet = said(with_entry((0, 2), math.nan) * 3)
    assert words == (
        "1 of 6 entries of the weights is NaN or infinite; the first is at batch 0, time 2."
    )
    assert discreet == "Some entries of the weights are NaN or infinite."


def test_the_shape_is_told_before_the_dtype():
    words, discreet = said(np.full((3, 2), math.nan, dtype=np.float16))
    assert words == "The weights have shape (3, 2); (2, 3) (batch, time) is expected."
    assert discreet == "The weights have the wrong shape."


def test_the_dtype_is_told_before_the_values():
    words, discreet = said(np.full((2, 3), math.nan, dtype=np.float16))
    assert words == "The weights have dtype float16; float32 or float64 is expected."
    assert discreet == "The weights have the wrong dtype; float32 or float64 is expected."


@pytest.mark.parametrize("dtype", ["float16", "int64", "uint8", "bool"])
def test_other_dtypes_are_no_answer(dtype):
    words, _ = said(np.ones((2, 3), dtype=dtype))
    assert words == f"The weights have dtype {dtype}; float32 or float64 is expected."


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "None (is a `return` missing?)"),
        ([[1.0, 1.0, 1.0]] * 2, "a list or tuple"),
        (1.0, "a float"),
        (1, "an int"),
        (True, "a bool"),
        ("ones", "text"),
        ({"ones": 1}, "a dict"),
        (object(), "something else"),
    ],
)
def test_what_is_no_array_is_called_by_its_name(value, kind):
    words, discreet = said(value)
    assert words == f"The weights are {kind}; a tensor or an array is expected."
    assert discreet == "The weights are not a tensor or an array."


def test_the_tolerance_is_relative_to_the_largest_expected_value():
    expected = np.array([1000.0, 0.0])
    assert_close(expected + 0.9 * TOLERANCE * 1000, expected, name="x")
    sentence(assert_close, expected + 1.1 * TOLERANCE * 1000, expected, name="x")


def test_zeros_are_expected_exactly():
    assert_close(np.zeros(3), np.zeros(3), name="x")
    sentence(assert_close, np.full(3, 1e-12), np.zeros(3), name="x")


def test_an_empty_array_is_right_where_an_empty_one_is_expected():
    assert_close(np.ones((0, 3)), np.ones((0, 3)), name="x")
    sentence(assert_close, np.ones((0, 3)), ONES, name="x")


def test_nothing_equals_an_expected_nan():
    """Otherwise a broken probe would give points for everything."""
    sentence(assert_close, np.ones(2), [math.nan, 1.0], name="x")
    sentence(assert_close, np.ones(2), [math.nan, math.nan], name="x")


@quick
@given(floats)
def test_equal_answers_are_the_same(array):
    assert_same(array, array.copy(), claim="They differ.")


@pytest.mark.parametrize(
    "other",
    [
        with_entry((0, 0), 1.1),
        with_entry((0, 0), math.nan),
        np.ones((3, 2), dtype=np.float32),
        np.ones((1, 1), dtype=np.float32),
    ],
)
def test_answers_that_differ_are_told_by_the_claim(other):
    claim = "Row 1 differs when it is alone."
    assert sentence(assert_same, other, ONES, claim=claim) == (claim, claim)
    assert sentence(assert_same, ONES, other, claim=claim) == (claim, claim)


@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e6])
def test_answers_that_agree_up_to_rounding_are_the_same(scale):
    ones, near, far = (np.array([scale, 0.0]) * factor for factor in (1, 1 + 1.9e-5, 1 + 2.1e-5))
    assert_same(near, ones, claim="They differ.")
    assert_same(ones, near, claim="They differ.")
    assert sentence(assert_same, far, ones, claim="They differ.") == ("They differ.",) * 2
    assert sentence(assert_same, ones, far, claim="They differ.") == ("They differ.",) * 2


def test_the_largest_entry_of_the_second_answer_says_what_rounding_is():
    second = np.array([-100.0, 1.0])
    assert_same(second + np.array([0, 1.9e-3]), second, claim="They differ.")
    sentence(assert_same, second + np.array([0, 2.1e-3]), second, claim="They differ.")


def test_rounding_may_be_just_as_large_as_is_accepted():
    second = np.array([50_000.0, 0.0])
    assert_same(second + np.array([0.0, 1.0]), second, claim="They differ.")
    sentence(assert_same, second + np.array([0.0, 1.000001]), second, claim="They differ.")


def test_beside_nothing_but_zeros_only_what_is_as_good_as_zero_agrees():
    zero = np.zeros(1)
    assert_same(np.array([1.9e-35]), zero, claim="They differ.")
    sentence(assert_same, np.array([2.1e-35]), zero, claim="They differ.")


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("place", [0, 1, (0, 1)])
def test_what_is_not_finite_agrees_with_nothing_and_is_no_strain(value, place):
    pair = np.ones((2, 1))
    pair[place, 0] = value
    with strain_noted() as strain:
        sentence(assert_same, *pair, claim="They differ.")
    assert strain.largest is None


def test_the_strain_of_two_answers_is_their_difference_in_parts_of_rounding():
    with strain_noted() as strain:
        assert_same(np.array([100.001, 1.0]), np.array([100.0, 1.0]), claim="They differ.")
        assert strain.largest == pytest.approx(0.5)
        sentence(assert_same, np.array([1.0]), np.array([0.5]), claim="They differ.")
        assert strain.largest == pytest.approx(50_000)
        sentence(assert_close, np.array([1.0]), [0.0], name="the array")
        assert strain.largest == pytest.approx(1e300)


def test_an_answer_of_another_kind_is_told_before_it_is_compared():
    words = "The answer is text; a tensor or an array is expected."
    assert sentence(assert_same, "x", ONES, claim="They differ.")[0] == words
    assert sentence(assert_same, ONES, "x", claim="They differ.")[0] == words


def test_an_entry_whose_error_is_just_accepted_is_not_counted_as_wrong():
    array = np.array([1.5, 9.0])
    words, _ = sentence(assert_close, array, [1.0, 4.0], name="the array", tolerance=0.125)
    assert words.startswith("1 of 2 entries of the array is wrong.")
    assert words.endswith("The first wrong entry is at axis 0, index 1: got 9, expected 4.")


def test_two_answers_of_nan_are_not_the_same():
    nan = with_entry((0, 0), math.nan)
    sentence(assert_same, nan, nan, claim="They differ.")


UNCHANGED = [np.ones((2, 2)), {"query": np.zeros(3), "layers": [np.ones(1)]}, [1, 2], 0.5, None]


def copied(value):
    match value:
        case np.ndarray():
            return value.copy()
        case dict():
            return {key: copied(item) for key, item in value.items()}
        case list():
            return [copied(item) for item in value]
        case _:
            return value


def test_unchanged_arguments_pass():
    assert_unchanged(copied(UNCHANGED), UNCHANGED)
    assert_unchanged(copied(UNCHANGED), tuple(UNCHANGED))


def test_what_is_no_number_is_unchanged_where_it_is_the_very_same():
    array = np.array([1.0, np.nan])
    assert_unchanged([array], [array])


CHANGED = {
    "a value": lambda a: a[0].__setitem__((0, 0), 2),
    "a shape": lambda a: a.__setitem__(0, np.ones((4,))),
    "a value deep inside": lambda a: a[1]["layers"][0].__setitem__(0, 2),
    "a key more": lambda a: a[1].__setitem__("new", 1),
    "a key less": lambda a: a[1].pop("query"),
    "a token more": lambda a: a[2].append(3),
    "a token less": lambda a: a[2].pop(),
    "a number": lambda a: a.__setitem__(3, 0.25),
    "an argument less": lambda a: a.pop(),
    "a list for an array": lambda a: a.__setitem__(0, [[1, 1], [1, 1]]),
    "an array for a number": lambda a: a.__setitem__(3, np.full(2, 0.5)),
    "an array for a list": lambda a: a.__setitem__(2, np.array([1, 2])),
    "a number for a list": lambda a: a.__setitem__(2, 7),
    "a list for a dict": lambda a: a.__setitem__(1, []),
    "None for a dict": lambda a: a.__setitem__(1, None),
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_a_changed_argument_is_told(change):
    after = copied(UNCHANGED)
    change(after)
    words, discreet = sentence(assert_unchanged, after, UNCHANGED)
    assert words == ("An argument was changed in place; the caller still needs it as it was.")
    assert discreet == words


def test_floats_become_float64():
    came = as_floats(np.ones((2, 3), dtype=np.float32), name="x", shape=(2, 3))
    assert came.dtype == np.float64


@pytest.mark.parametrize("value", [1.5, 2, np.array(1.5), np.array(3)])
def test_one_number(value):
    assert as_number(value, name="x") == float(value)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, "a bool"),
        (np.ones(1), "an array of shape (1,) and dtype float64"),
        ([1.5], "a list or tuple"),
        (None, "None (is a `return` missing?)"),
        (np.array(True), "a bool"),
    ],
)
def test_what_is_not_one_number(value, kind):
    words, discreet = sentence(as_number, value, name="the log-probability")
    assert words == f"The log-probability is {kind}; one number is expected."
    assert discreet == "The log-probability is not one number."


@pytest.mark.parametrize("value", [7, np.array(7), np.array(7, dtype=np.int32)])
def test_one_token(value):
    token = as_token(value, name="x")
    assert (token, type(token)) == (7, int)


@pytest.mark.parametrize("value", [7.0, np.array(7.0), np.array([7]), [7], True, None, "7"])
def test_what_is_not_one_token(value):
    words, discreet = sentence(as_token, value, name="the token")
    assert words.endswith("; one token id (an int) is expected.")
    assert discreet == "The token is not one token id (an int)."


@pytest.mark.parametrize(
    "value", [[1, 2], np.array([1, 2]), [np.array(1), 2], np.array([1, 2], dtype=np.int32)]
)
def test_tokens(value):
    assert as_tokens(value, name="x") == [1, 2]


def test_no_tokens():
    assert as_tokens([], name="x") == []


@pytest.mark.parametrize(
    "value",
    [None, 5, "12", [1, 2.0], [1, None], [[1, 2]], np.array([[1, 2]]), np.array([1.0]), {1: 2}],
)
def test_what_are_no_tokens(value):
    words, discreet = sentence(as_tokens, value, name="the result")
    assert "expected" in words
    assert "[" not in discreet


@pytest.mark.parametrize("value", [list(range(10_001)), np.arange(10_001)])
def test_far_too_many_tokens_are_counted_and_not_read(value):
    words, discreet = sentence(as_tokens, value, name="the result")
    assert words == "The result has 10,001 token ids; far fewer are expected."
    assert discreet == "The result has far too many token ids."


@pytest.mark.parametrize("value", [[7] * 10_000, np.full(10_000, 7)])
def test_many_tokens_are_read(value):
    assert as_tokens(value, name="the result") == [7] * 10_000


def test_the_largest_error_is_kept_as_a_part_of_what_is_accepted():
    with strain_noted() as strain:
        assert strain.largest is None
        assert_close(np.array([1.0, 2.00001]), [1, 2], name="the array", tolerance=1e-4)
        assert_same(np.array([1.0]), np.array([1.0]), claim="They differ.")
        assert strain.largest == pytest.approx(1e-5 / 2e-4)
        with pytest.raises(Mismatch):
            assert_close(np.array([1.0, 3.0]), [1, 2], name="the array", tolerance=0.1)
    assert strain.largest == pytest.approx(1 / 0.2)


def test_what_is_asserted_elsewhere_is_no_part_of_it():
    """Two gradings in one process, whose checks take turns or run in two threads."""
    with strain_noted() as outer:
        with strain_noted() as inner:
            assert_close(np.array([1.5]), [1], name="the array", tolerance=1)
        with ThreadPoolExecutor() as threads:
            threads.submit(assert_close, np.array([1.75]), [1], name="it", tolerance=1).result()
        assert_close(np.array([1.25]), [1], name="the array", tolerance=1)
    assert_close(np.array([1.875]), [1], name="the array", tolerance=1)
    assert (outer.largest, inner.largest) == (0.25, 0.5)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan, 1e308])
def test_what_is_not_finite_is_a_wrong_answer_where_numpy_raises(value):
    with np.errstate(all="raise"), pytest.raises(Mismatch):
        assert_close(np.array([value, 1.0]), [-1.7e308, 1.0], name="the array")
    with np.errstate(all="raise"), pytest.raises(Mismatch):
        assert_close(np.array([value]), [np.inf], name="the array")


@pytest.mark.parametrize(
    ("judge", "value", "words"),
    [
        (
            as_token,
            np.array(1.0),
            "The token is an array of shape () and dtype float64; "
            "one token id (an int) is expected.",
        ),
        (as_tokens, "x", "The token is text; a list of token ids is expected."),
        (
            as_tokens,
            [1, 2.0],
            "An entry of the token is a float; one token id (an int) is expected.",
        ),
    ],
)
def test_what_is_no_token_is_told_by_what_it_is(judge, value, words):
    assert sentence(judge, value, name="the token")[0] == words


def test_the_arguments_that_were_changed_are_named():
    before = [np.zeros(2), {"gain": np.ones(2)}, 3.0]
    after = Arguments([np.ones(2), {"gain": np.zeros(2)}, 3.0], ["x", "weights", "eps"])
    words, _ = sentence(assert_unchanged, after, before)
    assert words.startswith("The argument x and weights was changed in place")


@pytest.mark.parametrize(
    ("after", "before"),
    [
        ([np.ones(2)], [np.zeros(2)]),  # nobody knows their names
        (Arguments([np.ones(2)], ["x"]), np.zeros(2)),
    ],
)
def test_where_no_name_is_known_an_argument_was_changed(after, before):
    words, _ = sentence(assert_unchanged, after, before)
    assert words.startswith("An argument was changed in place")


def test_an_empty_array_of_floats_is_no_token_and_one_with_a_float_is_not_tokens():
    assert as_tokens(np.zeros(0, np.float32), name="the tokens") == []
    words, _ = sentence(as_tokens, np.zeros(1, np.float32), name="the tokens")
    assert "a list of token ids" in words


def test_what_is_too_large_to_be_kept_is_told_by_its_kind():
    assert kind_of(TooLarge("an array of shape (9, 9) and dtype float32")) == (
        "an array of shape (9, 9) and dtype float32"
    )


@pytest.mark.parametrize(
    ("name", "verb"),
    [("the bias of the layer", "has"), ("the analysis", "has"), ("the loss", "has")],
)
def test_a_word_that_ends_in_s_is_not_always_plural(name, verb):
    words, _ = sentence(as_floats, np.zeros(3), name=name, shape=(2,))
    assert f" {verb} " in words
