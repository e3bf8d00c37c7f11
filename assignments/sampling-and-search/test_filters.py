"""Min-p and the repetition penalty."""

from grader.checks import needs, points, stage

ROWS = ("sequence", "vocabulary entry")


@stage("min_p")
@points(6)
def test_kept_tokens(assert_right, probe):
    """Tokens with at least this part of the row's largest probability stay, renormalized."""
    steep, flat = probe.distributions(3, 11), probe.distributions(2, 7, scale=0.5)
    calls = (steep, 0.1), (steep, 0.45), (flat, 0.6), (flat[:1], 0.35)
    assert_right("min_p", *calls, name="the distribution", axes=ROWS, has_zeros=True)


@stage("min_p")
@points(1)
def test_ends_of_the_threshold(assert_right, probe):
    """A threshold of 0 keeps all tokens, one of 1 the most probable token alone."""
    rows, one = probe.distributions(2, 9), probe.distributions(1, 5)
    calls = (rows, 0.0), (rows, 1.0), (one, 1.0)
    assert_right("min_p", *calls, name="the distribution", axes=ROWS)


@stage("min_p")
@points(1)
@needs("kept_tokens")
def test_the_distribution_is_left_alone(assert_left_alone, probe):
    """The distribution that was handed in is not changed."""
    rows = probe.distributions(2, 6)
    assert_left_alone("min_p", (rows, 0.5), (rows[:1], 1.0))


@stage("repetition_penalty")
@points(5)
def test_penalized_logits(assert_right, probe):
    """Positive logits of tokens that occur are divided, negative ones multiplied."""
    logits, others = probe.floats(11, scale=2), probe.floats(11, scale=2)
    calls = (logits, [3, 0, 7, 10], 1.3), (others, [1, 2, 4, 5, 9], 2.0), (others, [6, 8], 1.3)
    assert_right("repetition_penalty", *calls, name="the logits", axes=ROWS[1:])


@stage("repetition_penalty")
@points(2)
def test_tokens_that_occur_again(assert_right, probe):
    """How often a token occurs does not matter; without any token nothing changes."""
    logits = probe.floats(7, scale=2)
    calls = (logits, [2, 5, 2, 2, 0, 5], 1.5), (logits, [], 1.5), (logits, [6, 1, 6], 1.0)
    assert_right("repetition_penalty", *calls, name="the logits", axes=ROWS[1:])


@stage("repetition_penalty")
@points(1)
@needs("penalized_logits")
def test_the_logits_are_left_alone(assert_left_alone, probe):
    """Neither the logits nor the tokens are changed."""
    assert_left_alone("repetition_penalty", (probe.floats(6), [3, 1, 3, 0], 1.4))
