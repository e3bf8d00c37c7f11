"""From logits to the next token, and the probability of a whole sequence."""

import numpy as np

from grader.checks import as_number, as_token, assert_close, assert_unchanged, needs, points, stage

ROWS = ("batch", "vocabulary entry")
# The halves 1/2, 1/4, ... make every partial sum far from the values of p that are used.
HALVES = np.log([[1, 16, 2, 8, 4, 0.5], [4, 1, 16, 0.5, 8, 2]]).astype(np.float32)
NOT_ZERO = "A token that is left out has a probability that is not exactly 0."


def calls(logits, *settings):
    """Calls of `next_token_distribution`, by what their answers are called."""
    named = {}
    for temperature, top_k, top_p in settings:
        filters = [f"top-k {top_k}"] * (top_k is not None) + [f"top-p {top_p}"] * bool(top_p)
        name = f"the distribution for {', '.join([f'temperature {temperature}', *filters])}"
        named[name] = (logits, temperature, top_k, top_p)
    return named


@stage("next_token_distribution")
@points(1)
def test_temperature(assert_right, probe):
    """Logits are divided by the temperature before softmax, for every row of the batch."""
    logits = probe.logits()
    alone = probe.sized(batch=1).logits()
    named = calls(logits, (1.0, None, None), (0.7, None, None))
    named |= calls(alone * 8, (9, None, None))
    named["the distribution of other logits"] = (probe.logits(), 1.0, None, None)
    named["the distribution of a single token"] = (alone[:, :1], 0.5, None, None)
    assert_right("next_token_distribution", named, axes=ROWS)
    # What a small temperature divides, it makes larger with its rounding.
    least = calls(alone / 20, (0.05, None, None))
    assert_right("next_token_distribution", least, axes=ROWS, tolerance=1e-4)


@stage("next_token_distribution")
@points(1)
def test_temperature_zero(assert_right, probe):
    """Temperature 0 is greedy: all probability on the arg max, with and without top-k and top-p."""
    named = calls(probe.logits(), (0.0, None, None), (0.0, 3, 0.8))
    named |= calls(probe.sized(batch=1).spread_logits(step=0.01), (0, None, None))
    assert_right("next_token_distribution", named, axes=ROWS, zeros=NOT_ZERO)


@stage("next_token_distribution")
@points(1)
def test_top_k(assert_right, probe):
    """Exactly the k most probable tokens stay, at their own places, and sum to one again."""
    logits = probe.spread_logits()
    vocabulary = probe.sizes.vocabulary
    named = calls(logits, *((1.0, k, None) for k in (1, 4, vocabulary)))
    named |= calls(logits[:1], (1.0, vocabulary + 5, None))
    assert_right("next_token_distribution", named, axes=ROWS, zeros=NOT_ZERO)


@stage("next_token_distribution")
@points(2)
def test_top_p(assert_right, probe):
    """The smallest set of most probable tokens whose mass reaches p stays, at least one token."""
    named = calls(HALVES, *((1.0, None, p) for p in (0.3, 0.6, 0.8, 1.0)))
    named |= calls(HALVES[1:], (1.0, None, 0.01))
    # Of many rows there are some whose sum is rounded to less than 1.
    rows = probe.sized(batch=12, vocabulary=43).logits()
    named["the distribution of many rows for top-p 1"] = (rows, 1.0, None, 1.0)
    assert_right("next_token_distribution", named, axes=ROWS, zeros=NOT_ZERO)


@stage("next_token_distribution")
@points(1)
def test_order_of_filters(assert_right):
    """First temperature, then top-k, then top-p on what top-k left."""
    named = calls(HALVES, (2.0, None, 0.6), (1.0, 2, 0.6), (0.6, 4, 0.9))
    assert_right("next_token_distribution", named, axes=ROWS, zeros=NOT_ZERO)


@stage("next_token_distribution")
@points(1)
@needs("temperature")
def test_arguments_are_left_alone(assert_left_alone):
    """The logits that were handed in are not changed."""
    assert_left_alone("next_token_distribution")


def assert_tokens(answers_to, distribution, cases):
    """Each case: u, and the token that it selects."""
    answers = answers_to("select_token", *((distribution, u) for u, _ in cases))
    for (u, expected), answer in zip(cases, answers, strict=True):
        came = as_token(answer, name="the token")
        assert came == expected, f"For u = {u} token {came} was selected, expected {expected}."


@stage("select_token")
@points(1)
def test_greedy(answers_to, probe):
    """Without u, the most probable token is selected."""
    for size, place in ((7, 0), (probe.sizes.vocabulary, 20), (4, 3)):
        distribution = np.full(size, 0.6 / size, dtype=np.float32)
        distribution[place] += 0.4 - 2**-20  # what adds up to less than 1 is left alone, too
        [answer] = answers_to("select_token", (distribution, None))
        came = as_token(answer, name="the token")
        assert came == place, f"Token {came} was selected; the most probable one is {place}."


@stage("select_token")
@points(1)
def test_inverse_cdf(answers_to):
    """With u, the first token whose cumulative probability exceeds u, in vocabulary order."""
    cases = ((0, 0), (0.3, 1), (0.6, 3), (0.85, 4), (0.999, 4))
    assert_tokens(answers_to, np.array([0.1, 0.4, 0.0, 0.2, 0.3], dtype=np.float32), cases)
    # Token 0 and the last one are impossible; in float32 the others add up to less than the last u.
    rounded = np.array([0, 0.25, 0.75 - 2**-22, 0, 0], dtype=np.float32)
    assert_tokens(answers_to, rounded, ((0.0, 1), (1 - 2**-24, 2)))
    assert_tokens(answers_to, np.ones(1, dtype=np.float32), ((0.3, 0),))


@stage("select_token")
@points(1)
@needs("greedy")
def test_distribution_is_left_alone(assert_left_alone):
    """The distribution that was handed in is not changed."""
    assert_left_alone("select_token")


def assert_log_probability(student, reference, *cases):
    """Each case: the logits, and the tokens."""
    seen = [student.observe("sequence_log_probability", *case) for case in cases]
    for case, observed in zip(cases, seen, strict=True):
        number = as_number(observed.value, name="the log-probability")
        expected = float(reference.sequence_log_probability(*case))
        assert_close(np.array(number), np.array(expected), name="the log-probability")
        assert_unchanged(observed.arguments, case)


@stage("sequence_log_probability")
@points(1)
def test_sum_of_conditionals(student, reference, probe):
    """The log-probabilities of the given tokens are added up, one a position; no input changes."""
    vocabulary = probe.sizes.vocabulary
    cases = [(probe.floats(time, vocabulary, scale=2), probe.ids(time)) for time in (5, 1)]
    assert_log_probability(student, reference, *cases)


@stage("sequence_log_probability")
@points(1)
def test_long_sequence(student, reference, probe):
    """What is too improbable for a float has a finite log-probability, long or not."""
    vocabulary = probe.sizes.vocabulary
    logits, tokens = probe.floats(40, vocabulary, scale=6), probe.ids(40)
    # One of three tokens is so improbable that softmax gives it 0.
    steep = logits[:3] * 6
    chosen = np.array([steep[0].argmin(), steep[1].argmax(), steep[2].argmax()])
    # Each row is far from the others, but in none of them is the chosen token improbable.
    apart = probe.floats(2, vocabulary, scale=2) + np.array([[400], [-400]], dtype=np.float32)
    cases = (logits, tokens), (steep, chosen), (apart, probe.ids(2))
    assert_log_probability(student, reference, *cases)
