"""Sentences are held against what was really done, and a false one is found."""

import numpy as np
import pytest

from grader.audit import sentences
from grader.audit.check_inputs import check_inputs
from grader.audit.sentence_truth import ExactAnswer, is_true
from grader.audit.wrong_outputs import random_change, scaled_down
from grader.settings import find_assignment
from grader.subject.loading import subject_of

AXES = ("column", "position", "sequence")
WEIGHTS = ("key", "query", "head", "sequence")
RIGHT = np.random.default_rng(1).normal(size=(2, 4, 6))


@pytest.fixture(scope="module")
def inputs():
    assignment = find_assignment("decoder-generation")
    return check_inputs(assignment, subject_of(assignment), "audit")


def changed(change, right=RIGHT):
    wrong = right.copy()
    change(wrong)
    return [ExactAnswer(wrong, right)]


def one_column(array):
    array[..., 1] += 1


def from_two_on(array):
    array[:, 2:] += 1


def nearly_everywhere(array):
    array[:, 2:] += 1
    array[:, :2] += 1e-5 * np.abs(array).max()


def test_every_stage_but_the_loop_has_inputs(inputs):
    subject = subject_of(find_assignment("decoder-generation"))
    assert inputs.keys() == subject.functions.keys() - {"generate"}


def test_no_sentence_is_false_and_many_are_said(inputs):
    subject = subject_of(find_assignment("decoder-generation"))
    figure = sentences.no_false_sentence(subject, inputs, samples=30)
    assert figure.exceptions == ()
    assert figure.of > 100


def test_a_false_sentence_is_found(inputs, monkeypatch):
    subject = subject_of(find_assignment("decoder-generation"))
    said = "Every entry is wrong by the same factor, about 0.9999."
    monkeypatch.setattr(sentences, "pattern_of", lambda result, answers: said)
    figure = sentences.no_false_sentence(subject, inputs, samples=1)
    assert not figure.is_right
    assert f"{said!r} is not true." in figure.exceptions[0]


@pytest.mark.parametrize(
    ("sentence", "change", "truth"),
    [
        ("Wrong are the entries from position 2 on; everything else is right.", from_two_on, True),
        ("Wrong are the entries from position 1 on; everything else is right.", from_two_on, False),
        (
            "Wrong are the entries from position 2 on; everything else is right.",
            nearly_everywhere,
            False,
        ),
        (
            "Wrong are the entries of the last column alone; everything else is right.",
            one_column,
            False,
        ),
        ("Every entry is wrong by the same amount, about +1.", one_column, False),
        ("The position axis runs in reverse.", from_two_on, False),
        ("A sentence that nobody knows.", from_two_on, False),
    ],
)
def test_a_sentence_is_true_or_not(sentence, change, truth):
    assert is_true(sentence, AXES, changed(change)) is truth


def test_a_position_is_not_named_for_the_mistake_of_one_head():
    right = np.full((1, 3, 4, 4), 0.25)
    wrong = right.copy()
    wrong[:, 1, 1:] += 0.1
    said = "Wrong are the entries of every query but the first; everything else is right."
    assert not is_true(said, WEIGHTS, [ExactAnswer(wrong, right)])
    wrong[:, :, 1:] += 0.1
    assert is_true(said, WEIGHTS, [ExactAnswer(wrong, right)])


def test_a_mistake_is_scaled_to_a_few_times_what_is_accepted():
    rng = np.random.default_rng(2)
    for _ in range(20):
        [small] = scaled_down(changed(one_column), rng)
        assert 1 <= small.error().max() / 2e-5 <= 20.001


def test_random_changes_keep_shapes_and_do_something():
    rng = np.random.default_rng(3)
    shapes, different = set(), 0
    for _ in range(300):
        wrong = random_change(rng)(RIGHT)
        shapes.add(wrong.shape)
        different += not np.array_equal(wrong, RIGHT)
    assert shapes == {RIGHT.shape}
    assert different > 270
