"""Results of the reference are computed once, and nobody can change what is remembered."""

import copy
import enum
import math
import struct
import tracemalloc
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.remembered import Digests, content_digest, remembered


@pytest.fixture
def counted():
    """A remembered function, and the list of the calls that reached it."""
    calls = []

    def double(*arguments):
        calls.append(arguments)
        return arguments[0] * 2

    return remembered(double), calls


def test_equal_content_is_computed_once(counted):
    double, calls = counted
    first, second = double(np.ones(3), {"a": [1]}), double(np.ones(3), {"a": [1]})
    assert np.array_equal(first, second)
    assert len(calls) == 1


def test_a_result_that_is_changed_does_not_change_the_memory(counted):
    double, _ = counted
    double(np.ones(3))[:] = 7
    assert np.array_equal(double(np.ones(3)), [2, 2, 2])
    double(np.ones(3))[:] = 7
    assert np.array_equal(double(np.ones(3)), [2, 2, 2])
    double([1]).append(7)
    assert double([1]) == [1, 1]


def test_large_results_are_not_kept(counted):
    double, calls = counted
    for _ in range(2):
        double(np.ones(1 << 20))
    assert len(calls) == 2


def test_errors_are_not_remembered():
    answers = iter([0, 5])
    function = remembered(lambda: 10 / next(answers))
    with pytest.raises(ZeroDivisionError):
        function()
    assert function() == 2


DIFFERENT = [
    1,
    1.0,
    True,
    "1",
    None,
    [1],
    [[1]],
    [1, 1],
    {"a": 1},
    {"b": 1},
    {"a": 1, "b": 1},
    np.array([1]),
    np.array([1.0]),
    np.array([1.0], dtype=np.float32),
    np.array([[1.0]]),
    np.array([1.0, 0.0], dtype=np.float32),
    np.array([], dtype=np.float32),
    [np.array([1.0]), np.array([2.0])],
    [np.array([1.0, 2.0])],
    ["a';str'b"],
    ["a", "b"],
]


def test_different_content_has_different_digests():
    assert len({content_digest(value) for value in DIFFERENT}) == len(DIFFERENT)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=2), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(plain, plain)
def test_equal_digests_mean_equal_content(a, b):
    assert (content_digest(a) == content_digest(b)) == (repr(a) == repr(b))


@given(st.lists(st.sampled_from(DIFFERENT), max_size=12), st.integers(1, 3))
def test_digests_in_a_row_are_content_digests(values, n_times):
    digests = Digests()
    for value in values * n_times:
        assert digests.of(copy.deepcopy(value)) == content_digest(value)


@given(plain, plain)
@settings(deadline=None)
def test_what_is_expected_and_does_not_come_is_no_mistake(first, second):
    digests = Digests()
    for value in (first, second, first, first, second):
        assert digests.of(value) == content_digest(value)


def test_what_is_expected_is_not_changed_by_the_caller():
    digests, array = Digests(), np.ones(3)
    for _ in range(2):
        array[:] = 1
        assert digests.of([array]) == content_digest([np.ones(3)])
        array[:] = 2
        assert digests.of([array]) == content_digest([np.full(3, 2.0)])


def test_what_is_expected_takes_bounded_memory():
    digests = Digests()
    digests.of(np.zeros(1))
    tracemalloc.start()
    for number in range(3000):
        digests.of(np.full(4 << 10, float(number)))
    assert tracemalloc.get_traced_memory()[0] < 30 << 20
    tracemalloc.stop()


@pytest.mark.parametrize("kind", ["text", "keys", "lists"])
def test_text_that_is_expected_takes_bounded_memory(kind):
    digests = Digests()
    tracemalloc.start()
    for number in range(600):
        text = f"{number}" + "x" * (1 << 18)
        digests.of({"text": text, "keys": {text: 1}, "lists": [[text]]}[kind])
    assert tracemalloc.get_traced_memory()[0] < 30 << 20
    tracemalloc.stop()


def test_results_take_bounded_memory():
    function = remembered(lambda number: np.full(8 << 10, float(number)))
    tracemalloc.start()
    for number in range(4000):
        function(number)
    assert tracemalloc.get_traced_memory()[0] < 100 << 20
    tracemalloc.stop()
    assert np.array_equal(function(0), np.zeros(8 << 10))


def test_a_bounded_number_of_small_results_is_kept(counted):
    double, calls = counted
    for number in [*range(5000), 4999, 0]:
        double(number)
    assert len(calls) == 5001  # the last one was kept, and the first one was not


class Number(enum.IntEnum):
    ONE = 1


ALIKE = [
    (Number.ONE, 1),
    (Decimal("1.0"), "1.0"),
    ({1, 2}, [1, 2]),
    ({1: "x"}, {1.0: "x"}),
    ({1: "x"}, {True: "x"}),
    ({1: "x"}, [[1, "x"]]),
    (np.float64(1), 1.0),
    (2**70, float(2**70)),
    (b"a", "a"),
    (0.0, -0.0),
    ([1, {"a": 0.0}], [1, {"a": -0.0}]),
    ({0.0: 1}, {-0.0: 1}),
    (np.zeros(1), -np.zeros(1)),
]


@pytest.mark.parametrize(("a", "b"), ALIKE)
def test_what_python_takes_for_equal_may_be_told_apart(a, b):
    digests = Digests()
    for value in (a, a, b, a, b):
        assert digests.of([value]) == content_digest([value])
    assert content_digest(a) != content_digest(b)


def test_there_is_more_than_one_nan():
    (other,) = struct.unpack("<d", struct.pack("<Q", 0x7FF8_0000_0000_0001))
    digests = Digests()
    for value in (math.nan, other, math.nan, other):
        assert digests.of([value]) == content_digest([value])
    assert content_digest([math.nan]) != content_digest([other])


def test_a_list_of_very_many_things_is_looked_at_whole():
    digests, many = Digests(), list(range(100_000))
    for value in (many, [*many[:-1], 0], many):
        assert digests.of(value) == content_digest(value)


def test_what_depends_on_the_sign_of_zero_is_computed_for_each():
    direction = remembered(lambda y: math.atan2(y, -1.0))
    assert [direction(y) for y in (0.0, -0.0, 0.0, -0.0)] == [math.pi, -math.pi] * 2
    sign = remembered(lambda x: np.copysign(np.ones(2), x))
    assert [sign(x)[0] for x in (np.zeros(2), -np.zeros(2), np.zeros(2))] == [1, -1, 1]


@pytest.mark.parametrize("odd", ["\ud800", 2**200, {2**70: 1}, SimpleNamespace(a=np.ones(2)), np])
def test_odd_values_have_digests(odd):
    digests = Digests()
    assert {digests.of([odd]) for _ in range(3)} == {content_digest([odd])}


def test_a_remembered_result_keeps_its_order_of_memory():
    turned = remembered(lambda x: x.T)
    x = np.random.default_rng(0).normal(size=(7, 5)).astype(np.float32)
    assert turned(x).strides == turned(x).strides == x.T.strides
