"""Speculative sampling: distributions exactly, and rounds with given numbers."""

import numpy as np

from grader.checks import needs, points, stage

ENTRY = ("vocabulary entry",)


def both(probe, vocabulary, scale=1.5):
    return tuple(probe.distributions(2, vocabulary, scale=scale))


@stage("acceptance")
@points(4)
def test_ratio(assert_right, probe):
    """Each token is accepted with the target's probability over the draft's, at most 1."""
    calls = both(probe, 11), both(probe, 11), both(probe, 3, scale=0.4), both(probe, 19)
    assert_right("acceptance", *calls, name="the acceptance", axes=ENTRY)


@stage("acceptance")
@points(1)
def test_same_distributions(assert_right, probe):
    """A draft that is the target is always accepted; a token that the target never has, never."""
    same, other = both(probe, 7)
    target = other.copy()
    target[3] = 0
    calls = (same, same.copy()), ((target / target.sum()).astype(np.float32), other)
    assert_right("acceptance", *calls, name="the acceptance", axes=ENTRY)


@stage("acceptance")
@points(1)
@needs("ratio")
def test_both_are_left_alone(assert_left_alone, probe):
    """Neither distribution is changed."""
    assert_left_alone("acceptance", both(probe, 6), both(probe, 10))


@stage("residual")
@points(7)
def test_missing_mass(assert_right, probe):
    """What the draft gives too little, renormalized; exactly 0 where it gives enough."""
    calls = both(probe, 11), both(probe, 11), both(probe, 4, scale=0.4), both(probe, 17)
    assert_right("residual", *calls, name="the residual", axes=ENTRY, has_zeros=True)


@stage("residual")
@points(1)
def test_nothing_is_missing(assert_right, probe):
    """Where draft and target are the same, the target comes back; where nearly, what is missing."""
    same, other = both(probe, 6)
    near = same * np.array([1.02, 0.99, 1.01, 0.98, 1, 1], dtype=np.float32)
    calls = (same, same.copy()), ((near / near.sum()).astype(np.float32), same), (same, other)
    assert_right("residual", *calls, name="the residual", axes=ENTRY)


@stage("residual")
@points(1)
@needs("missing_mass")
def test_distributions_are_left_alone(assert_left_alone, probe):
    """Neither distribution is changed."""
    assert_left_alone("residual", both(probe, 5), both(probe, 9))


@stage("speculative_step")
@points(4)
def test_first_rejection(assert_rounds, rounds):
    """A round ends at the first rejected token, and a draw from the residual takes its place."""
    fates = (
        [True, True, False, True, True],
        [False, True, True],
        [True, False],
        [False],
        [True, False],
    )
    assert_rounds(*[rounds(f, vocabulary=7 + 2 * k) for k, f in enumerate(fates)])


@stage("speculative_step")
@points(3)
def test_all_accepted(assert_rounds, rounds):
    """Where all are accepted, a draw from the target's last distribution follows them."""
    fates = [True] * 4, [True], [True, True], [True] * 4
    assert_rounds(*[rounds(f, vocabulary=11 - 2 * k) for k, f in enumerate(fates)])


@stage("speculative_step")
@points(2)
def test_many_rounds(assert_rounds, rounds, rng):
    """Rounds of all lengths and fates, one after the other."""
    fates = [rng.integers(0, 4, size=1 + k % 5) > 0 for k in range(14)]
    assert_rounds(*[rounds(one.tolist(), vocabulary=9) for one in fates])


@stage("speculative_step")
@points(1)
@needs("many_rounds")
def test_the_round_is_left_alone(assert_left_alone, rounds):
    """Neither the distributions nor the lists of a round are changed."""
    fates = [True, False, True], [True, True]
    assert_left_alone("speculative_step", *[rounds(f, vocabulary=8).arguments for f in fates])
