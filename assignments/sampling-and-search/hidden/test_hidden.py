"""Sampling and search on inputs drawn from the course secret."""

import numpy as np

from grader.checks import points, stage

ROWS = ("sequence", "vocabulary entry")


@stage("min_p")
@points(4)
def test_random_distributions(assert_right, probe):
    """Random distributions and thresholds."""
    sizes = [int(n) for n in probe.rng.permutation(np.arange(5, 15))[:2]]
    calls = [(probe.distributions(3, size), float(probe.rng.uniform(0.05, 0.6))) for size in sizes]
    assert_right("min_p", *calls, name="the distribution", axes=ROWS, has_zeros=True)


@stage("repetition_penalty")
@points(4)
def test_random_tokens(assert_right, probe):
    """Random logits, tokens and penalties."""
    size = int(probe.rng.integers(8, 15))
    tokens = [int(i) for i in probe.rng.integers(0, size, size=6)]
    calls = [(probe.floats(size, scale=2), tokens[:n], 1 + n / 5) for n in (2, 6)]
    assert_right("repetition_penalty", *calls, name="the logits", axes=ROWS[1:])


@stage("acceptance")
@points(4)
def test_random_pairs(assert_right, probe):
    """Random pairs of distributions."""
    calls = [tuple(probe.distributions(2, size)) for size in (6, 13)]
    assert_right("acceptance", *calls, name="the acceptance", axes=ROWS[1:])


@stage("residual")
@points(5)
def test_residual_of_random_pairs(assert_right, probe):
    """Random pairs of distributions."""
    calls = [tuple(probe.distributions(2, size)) for size in (5, 14)]
    assert_right("residual", *calls, name="the residual", axes=ROWS[1:], has_zeros=True)


@stage("speculative_step")
@points(6)
def test_random_rounds(assert_rounds, rounds, rng):
    """Random rounds, of which some end early and some do not."""
    fates = [(rng.integers(0, 3, size=1 + k % 4) > 0).tolist() for k in range(8)]
    assert_rounds(*[rounds(one, vocabulary=8) for one in [*fates, [True] * 3]])


@stage("beam_step")
@points(6)
def test_random_beams(assert_steps, beams, rng):
    """Random beams, some of them finished."""
    calls = []
    for n in (2, 4):
        size = int(rng.integers(6, 12))
        finished = rng.permutation([True] + [False] * n).tolist()
        rank, eos_id = int(rng.integers(0, n + 1)), int(rng.integers(1, size))
        calls.append(beams(finished, vocabulary=size, n_beams=n, eos_id=eos_id, comes_out=rank))
    assert_steps(*calls)


@stage("beam_search")
@points(5)
def test_random_searches(steady_case, searched, judges, rng):
    """Searches by random models, with several prompts, numbers of beams and limits."""
    for n_beams, n, alpha in ((3, 6, 0.7), (2, 5, 1.0), (4, 4, 0.0), (1, 3, 0.5)):
        limits = {"n_beams": n_beams, "n": n, "alpha": alpha}
        search = searched(steady_case(rng, ends=0.5, **limits))
        for judge in judges.values():
            judge(search)
