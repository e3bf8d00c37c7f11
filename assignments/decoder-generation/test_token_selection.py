"""From logits to the next token, and the probability of a whole sequence."""

import numpy as np

from grader.checks import (
    as_number,
    as_token,
    assert_close,
    assert_unchanged,
    needs,
    points,
    stage,
)

ROWS = ("batch", "vocabulary entry")
# The halves 1/2, 1/4, ... make every partial sum far from the values of p that are used.
HALVES = np.log([[1, 16, 2, 8, 4, 0.5], [4, 1, 16, 0.5, 8, 2]]).astype(np.float32)


def check_distribution(student, reference, *arguments):
    assert_close(
        student.next_token_distribution(*arguments),
        reference.next_token_distribution(*arguments),
        name="the next-token distribution",
        axes=ROWS,
    )


@stage("next_token_distribution")
@points(1)
def test_temperature(student, reference, probe):
    """Logits are divided by the temperature before softmax, for every row of the batch."""
    logits = probe.floats(2, 37, scale=2)
    for temperature in (1.0, 0.7, 1.6):
        check_distribution(student, reference, logits, temperature, None, None)


@stage("next_token_distribution")
@points(1)
def test_temperature_zero(student, reference, probe):
    """Temperature 0 is greedy: all probability on the arg max, with and without top-k and top-p."""
    logits = probe.floats(2, 37, scale=2)
    check_distribution(student, reference, logits, 0.0, None, None)
    check_distribution(student, reference, logits, 0.0, 3, 0.8)


@stage("next_token_distribution")
@points(1)
def test_top_k(student, reference, probe):
    """Exactly the k most probable tokens stay, at their own places, and sum to one again."""
    logits = probe.floats(2, 37, scale=2)
    for k in (1, 4, 37):
        check_distribution(student, reference, logits, 1.0, k, None)


@stage("next_token_distribution")
@points(2)
def test_top_p(student, reference):
    """The smallest set of most probable tokens whose mass reaches p stays, at least one token."""
    for p in (0.3, 0.6, 0.8, 1.0):
        check_distribution(student, reference, HALVES, 1.0, None, p)


@stage("next_token_distribution")
@points(1)
def test_order_of_filters(student, reference):
    """First temperature, then top-k, then top-p on what top-k left."""
    check_distribution(student, reference, HALVES, 2.0, None, 0.6)
    check_distribution(student, reference, HALVES, 1.0, 2, 0.6)
    check_distribution(student, reference, HALVES, 0.6, 4, 0.9)


@stage("next_token_distribution")
@points(1)
@needs("temperature")
def test_arguments_are_left_alone(student, probe):
    """The logits that were handed in are not changed."""
    arguments = [probe.floats(2, 37), 0.7, 5, 0.9]
    after = student.observe("next_token_distribution", *arguments).arguments
    assert_unchanged(after, arguments)


@stage("select_token")
@points(1)
def test_greedy(student, probe):
    """Without u, the most probable token is selected."""
    for place in (0, 3, 6):
        distribution = np.full(7, 0.1, dtype=np.float32)
        distribution[place] = 0.4
        came = as_token(student.select_token(distribution, None), name="the token")
        assert came == place, f"Token {came} was selected; the most probable one is {place}."


@stage("select_token")
@points(1)
def test_inverse_cdf(student):
    """With u, the first token whose cumulative probability exceeds u, in vocabulary order."""
    distribution = np.array([0.1, 0.4, 0.0, 0.2, 0.3], dtype=np.float32)
    cases = ((0.0, 0), (0.05, 0), (0.3, 1), (0.6, 3), (0.85, 4), (0.999, 4))
    answers = [student.select_token(distribution, u) for u, _ in cases]
    for (u, expected), answer in zip(cases, answers, strict=True):
        came = as_token(answer, name="the token")
        assert came == expected, f"For u = {u} token {came} was selected, expected {expected}."
    came = as_token(
        student.select_token(np.array([0, 0.25, 0.75], dtype=np.float32), 0.0), name="the token"
    )
    assert came == 1, f"For u = 0 token {came} was selected; token 0 has probability 0."


@stage("select_token")
@points(1)
@needs("greedy")
def test_distribution_is_left_alone(student):
    """The distribution that was handed in is not changed."""
    arguments = [np.array([0.1, 0.4, 0.0, 0.2, 0.3], dtype=np.float32), 0.6]
    assert_unchanged(student.observe("select_token", *arguments).arguments, arguments)


@stage("sequence_log_probability")
@points(1)
def test_sum_of_conditionals(student, reference, probe):
    """The log-probabilities of the given tokens are added up, one a position; no input changes."""
    logits, tokens = probe.floats(5, 37, scale=2), probe.ids(5)
    observed = student.observe("sequence_log_probability", logits, tokens)
    number = as_number(observed.value, name="the log-probability")
    expected = reference.sequence_log_probability(logits, tokens)
    assert_close(np.array([number]), np.array([float(expected)]), name="the log-probability")
    assert_unchanged(observed.arguments, [logits, tokens])


@stage("sequence_log_probability")
@points(1)
def test_long_sequence(student, reference, probe):
    """A sequence whose probability is too small for a float has a finite log-probability."""
    logits, tokens = probe.floats(60, 37, scale=6), probe.ids(60)
    came = student.sequence_log_probability(logits, tokens)
    number = as_number(came, name="the log-probability")
    expected = reference.sequence_log_probability(logits, tokens)
    assert_close(np.array([number]), np.array([float(expected)]), name="the log-probability")
