"""Answers of several arrays as one: what is told apart, and what is put together again."""

import numpy as np
import torch

from grader.subject.values import answer_numbers, given, refilled

STATES = np.arange(6.0).reshape(2, 3)
CACHE = [{"keys": np.ones((2, 1)), "values": np.zeros((1, 2))}]


def test_one_array_keeps_its_shape_and_has_no_form():
    found = answer_numbers(STATES)
    assert found.array.shape == (2, 3)
    assert found.form == ""


def test_several_arrays_stand_one_after_the_other():
    found = answer_numbers([STATES, CACHE])
    assert found.array.tolist() == [0, 1, 2, 3, 4, 5, 1, 1, 0, 0]
    assert found.form == ".0 (2, 3); .1.0.keys (2, 1); .1.0.values (1, 2)"


def test_the_order_of_a_dict_does_not_matter_and_its_names_do():
    turned = [STATES, [dict(reversed(CACHE[0].items()))]]
    assert answer_numbers(turned).form == answer_numbers([STATES, CACHE]).form
    renamed = [STATES, [{"keys": CACHE[0]["keys"], "value": CACHE[0]["values"]}]]
    assert answer_numbers(renamed).form != answer_numbers([STATES, CACHE]).form


def test_booleans_are_no_numbers_of_the_same_value():
    mask = np.array([True, False])
    assert answer_numbers(mask).form != answer_numbers(mask.astype(int)).form


def test_what_holds_anything_else_is_no_answer_of_numbers():
    assert answer_numbers(None) is None
    assert answer_numbers([STATES, None]) is None
    assert answer_numbers([STATES, {"keys": b"bytes"}]) is None


def test_texts_are_told_apart_by_what_they_say_and_where_they_stand():
    pairs = [["l", "o"], ["lo", "w"]]
    assert answer_numbers(pairs).form == answer_numbers([("l", "o"), ("lo", "w")]).form
    others = [[["l", "o"]], [["lo", "w"], ["l", "o"]], [["l", "o"], ["lo", 1]], "low", [], {}]
    assert all(answer_numbers(other).form != answer_numbers(pairs).form for other in others)
    counts = answer_numbers({"lo": 3, "names": ["a"], "none": []})
    assert counts.array.tolist() == [3]
    assert counts.form == ".lo (); .names.0 'a'; .none []"


def test_tensors_are_read_like_arrays():
    found = answer_numbers((torch.from_numpy(STATES), {"keys": torch.ones(2)}))
    assert found.array.tolist() == [0, 1, 2, 3, 4, 5, 1, 1]


def test_other_numbers_are_filled_into_the_same_lists_and_dicts():
    value = [STATES.astype(np.float32), CACHE, {"name": "text", "none": []}]
    filled = refilled(value, answer_numbers(value).array + 1)
    assert answer_numbers(filled).form == answer_numbers(value).form
    assert np.array_equal(filled[0], STATES + 1)
    assert filled[0].dtype == np.float32
    assert np.array_equal(filled[1][0]["values"], np.ones((1, 2)))


def test_booleans_stay_booleans_on_the_way_to_a_version():
    assert given(np.array([True]), framework="torch", precision="float64").dtype == torch.bool
    assert given(np.array([1]), framework="torch", precision="float64").dtype == torch.int64
