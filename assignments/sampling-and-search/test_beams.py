"""One step of beam search, and the search as a whole."""

import pytest

from grader.checks import needs, points, stage

OPEN = [False, False, False]
# Chosen so that no two known mistakes come to the same in all of them.
CASES = (
    dict(prompt=[3, 4, 4, 9, 12], seed=256, n_beams=4, n=6, alpha=0.8, eos_id=12, ends=1.0),
    dict(prompt=[8, 10], seed=31, n_beams=3, n=5, alpha=2.0, eos_id=0, ends=1.0),
    dict(prompt=[10, 6, 12, 3], seed=96, n_beams=3, n=3, alpha=2.0, eos_id=5, ends=0.0),
    dict(prompt=[12], seed=7, n_beams=1, n=3, alpha=0.7, eos_id=12, ends=0.0),
    dict(prompt=[3, 3, 9], seed=5, n_beams=2, n=1, alpha=1.0, eos_id=4, ends=0.5),
    dict(prompt=[7], seed=257, n_beams=4, n=5, alpha=0.5, eos_id=5, ends=2.0),
    dict(prompt=[12, 7], seed=32, n_beams=3, n=5, alpha=0.8, eos_id=4, ends=1.5),
    dict(prompt=[2], seed=353, n_beams=3, n=4, alpha=1.3, eos_id=2, ends=1.0),
)


@stage("beam_step")
@points(7)
def test_best_of_all(assert_steps, beams):
    """The best continuations of all beams together, best first, with their parents and sums."""
    sizes = {"vocabulary": 11, "eos_id": 10}
    assert_steps(
        beams(OPEN, n_beams=3, **sizes),
        beams(OPEN, n_beams=3, **sizes),
        beams([False] * 2, n_beams=5, vocabulary=7, eos_id=0),
        beams([False] * 5, n_beams=4, vocabulary=5, eos_id=2),
    )


@stage("beam_step")
@points(1)
def test_from_one_beam(assert_steps, beams):
    """One beam may go on as several, and one is enough."""
    assert_steps(
        beams([False], n_beams=4, vocabulary=9, eos_id=3),
        beams([False], n_beams=1, vocabulary=6, eos_id=5),
        beams([False] * 3, n_beams=1, vocabulary=6, eos_id=5),
    )


@stage("beam_step")
@points(5)
def test_finished_beams(assert_steps, beams):
    """A finished beam competes once, as it is: with EOS, and its score unchanged."""
    assert_steps(
        beams([False, True, False], n_beams=3, vocabulary=8, eos_id=5, comes_out=0),
        beams([True, False, True], n_beams=4, vocabulary=7, eos_id=2, comes_out=0),
        beams([False, True], n_beams=2, vocabulary=9, eos_id=8),
        beams([False, False, True], n_beams=3, vocabulary=6, eos_id=1, comes_out=2),
        beams([True, False], n_beams=2, vocabulary=10, eos_id=4, comes_out=2),
        beams([False, True, False], n_beams=2, vocabulary=5, eos_id=0, comes_out=1, ruled_out=True),
    )


@stage("beam_step")
@points(1)
@needs("best_of_all")
def test_arguments_are_left_alone(assert_left_alone, beams):
    """Scores and log-probabilities are not changed."""
    calls = (
        beams(OPEN, n_beams=3, vocabulary=7, eos_id=4),
        beams([True, False], n_beams=2, vocabulary=5, eos_id=4),
    )
    assert_left_alone("beam_step", *calls)


@pytest.fixture
def searches(student, case, searched):
    """Searches in which the mistakes show, made when they are asked for."""
    return lambda: student.once("searches", lambda: [searched(case(**one)) for one in CASES])


@stage("beam_search")
@points(4)
def test_what_is_asked(searches, judges):
    """Each step asks for the beams that are not finished: the prompt, and their tokens so far."""
    for search in searches():
        judges["asked"](search)


@stage("beam_search")
@points(6)
def test_best_text(searches, judges):
    """The generated tokens of the beam with the best score by its length come back."""
    for search in searches():
        judges["returned"](search)


@stage("beam_search")
@points(1)
@needs("best_text")
def test_the_prompt_is_left_alone(searches, judges):
    """The prompt that was handed in is not changed."""
    for search in searches():
        judges["left alone"](search)
