"""What an error looks like, in words, where no misconception explains it."""

from dataclasses import replace

import numpy as np
import pytest

from grader.diagnosis.patterns import pattern
from grader.diagnosis.seen_calls import calls_of
from grader.diagnosis.versions import Versions
from grader.observed_calls import Observation
from reference.decoder.misconceptions.catalogue import find
from reference.kv_cache import subject as kv_cache
from tests.grader.diagnosis.conftest import VERSIONS, explained, failing, run


def said(right, stage, change):
    """The pattern when every answer of a stage is changed so; what has one place tells of none."""
    answers = [(old, np.array(old.value, dtype=float)) for old in right[stage]]
    wide = [(old, value) for old, value in answers if 1 not in value.shape or value.ndim < 2]
    seen = [replace(old, value=change(value)) for old, value in wide]
    return pattern(VERSIONS, stage, calls_of(VERSIONS, stage, seen))


def spoilt(where):
    """Other values at one index, by the sizes of the array."""

    def change(array):
        index = where(array)
        noise = np.random.default_rng(3).normal(size=array.shape)
        array[index] += 1 + np.abs(noise[index])
        return array

    return change


CHANGES = {
    "Every entry is wrong by the same factor, about 1.7.": lambda a: 1.7 * a,
    "The result has the wrong sign everywhere": lambda a: -a,
    "Every entry is wrong by the same amount, about +0.3.": lambda a: a + 0.3,
    "The column axis runs in reverse.": lambda a: a[..., ::-1],
    "The position axis runs in reverse.": lambda a: a[..., ::-1, :],
    "The right entries stand one position too late.": lambda a: np.roll(a, 1, -2),
    "The right entries stand one position too early.": lambda a: np.roll(a, -1, -2),
    "The position axis and the column axis are exchanged.": lambda a: a.swapaxes(-1, -2).reshape(
        a.shape
    ),
    "The axes of the result stand in another order.": lambda a: a.swapaxes(-1, -2),
    "The result has the right entries in the right order, in another shape.": lambda a: a.reshape(
        1, 1, -1
    ),
    "The result has the right number of entries, in another shape.": lambda a: (2 * a).reshape(
        1, 1, -1
    ),
    "Whole rows are right, but they stand at another position.": lambda a: a[
        :, [1, 0, *range(2, a.shape[1])]
    ],
    "Wrong are the entries of the first position alone": spoilt(lambda a: np.s_[:, 0]),
    "Wrong are the entries of the last position alone": spoilt(lambda a: np.s_[:, -1]),
    "Wrong are the entries from position 3 on": spoilt(lambda a: np.s_[:, 3:]),
    "Wrong are the entries of every sequence but the first": spoilt(lambda a: np.s_[1:]),
    "Entries are NaN or infinite: the entries of the first position alone.": lambda a: np.where(
        np.arange(a.shape[1])[:, None] == 0, np.nan, a
    ),
}


@pytest.mark.parametrize("sentence", CHANGES)
def test_the_pattern_of_a_change_is_told(right, sentence):
    assert said(right, "feed_forward", CHANGES[sentence]).startswith(sentence)


def test_noise_has_no_pattern(right):
    rng = np.random.default_rng(4)
    for stage in ("embed", "feed_forward", "attention_weights", "output_logits"):
        found = said(right, stage, lambda a: a + 0.1 * rng.normal(size=a.shape))
        assert found in ("", "Some rows do not sum to one.")


WEIGHTS = {
    "Wrong are entries above the diagonal alone": lambda a: a + np.triu(np.full(a.shape, 0.1), 1),
    "Rows do not sum to one: those of every head but the first.": lambda a: (
        a * np.array([1, 1.5, 1.2, 1.7])[: a.shape[1], None, None]
    ),
    "The causal mask is right; the weights": lambda a: (
        np.tril(a**2) / (a**2).sum(-1, keepdims=True)
    ),
    "Wrong are the entries of some heads alone": lambda a: np.where(
        np.arange(a.shape[1])[:, None, None] == 1, a[..., ::-1, ::-1], a
    ),
}


@pytest.mark.parametrize("sentence", WEIGHTS)
def test_attention_weights_have_patterns_of_their_own(right, sentence):
    assert said(right, "attention_weights", WEIGHTS[sentence]).startswith(sentence)


def test_lists_that_are_cut_or_too_long_are_told(right):
    changes = {
        "The result is right as far as it goes, but it ends too early.": lambda a: a[:-1],
        "The result ends as it should, but its first entries are missing.": lambda a: a[1:],
        "The result begins as it should, and then goes on too long.": lambda a: [*a, 36],
        "The result ends as it should, but it has more entries before.": lambda a: [36, *a],
    }
    for sentence, change in changes.items():
        assert said(right, "step_input", change) == sentence


def test_half_precision_is_told(right):
    assert said(right, "decoder_layer", lambda a: a.astype(np.float16)) == (
        "The result is right as far as float16 goes."
    )


def test_a_pattern_is_told_where_no_name_fits(right):
    seen = [replace(old, value=1.7 * np.asarray(old.value)) for old in right["feed_forward"]]
    [finding] = explained(failing("feed_forward"), seen).findings
    assert finding.misconceptions == ()
    assert finding.pattern == "Every entry is wrong by the same factor, about 1.7."


def test_the_erf_gelu_has_no_pattern(right):
    """Its error is small and everywhere: neither one factor nor some columns."""
    wrong = find("feed_forward.erf_gelu").wrong
    seen = [replace(old, value=run(wrong, old.arguments).value) for old in right["feed_forward"]]
    assert pattern(VERSIONS, "feed_forward", calls_of(VERSIONS, "feed_forward", seen)) == ""


def test_nan_in_some_calls_is_told_before_what_is_wrong_in_others(right):
    changes = iter([lambda a: np.where(a == a.flat[0], np.nan, a), *[lambda a: 2 * a] * 99])
    found = said(right, "next_token_distribution", lambda a: next(changes)(a))
    assert found == "In some of the wrong results entries are NaN or infinite."


def test_the_head_is_named_before_the_query(right):
    def one_head(array):
        array[:, 1, 1:, 0] += 0.1
        array[:, 1, 1:, 1] -= 0.1
        return array

    found = said(right, "attention_weights", one_head)
    assert found == "Wrong are the entries of some heads alone; everything else is right."


def test_an_error_near_what_is_accepted_has_no_pattern(right):
    for size in (2e-5, 5e-5, 1e-4):
        for change in (lambda a, s=size: a * (1 + s), lambda a, s=size: a + s * np.abs(a).max()):
            assert said(right, "feed_forward", change) == ""


def test_numbers_in_the_place_of_booleans_have_no_other_shape():
    versions = Versions(kv_cache.SUBJECT)
    masks = [(args, np.tri(args[1], sum(args), args[0])) for args in [(5, 3), (0, 4)]]
    for change in (lambda a: a, lambda a: 1 - a):
        seen = [
            Observation(stage="visible", check="mask", arguments=args, value=change(mask))
            for args, mask in masks
        ]
        calls = calls_of(versions, "visible", seen)
        assert all(call.wrongness > 1 for call in calls)
        assert pattern(versions, "visible", calls) == ""


def test_a_number_without_axes_is_one_number(right):
    found = said(right, "sequence_log_probability", lambda a: 1.5 * a)
    assert found == "The number is wrong by the same factor in every call, about 1.5."
    rng = np.random.default_rng(1)
    assert said(right, "sequence_log_probability", lambda a: a + rng.normal()) == ""
    assert said(right, "select_token", lambda a: a + 1) == ""


def test_no_number_of_a_hidden_call_is_told(right):
    hidden = [replace(o, hidden=True, value=1.7 * o.value) for o in right["feed_forward"]]
    calls = calls_of(VERSIONS, "feed_forward", hidden)
    found = pattern(VERSIONS, "feed_forward", calls)
    assert found == "Every entry is wrong by the same factor."


def test_few_digits_are_told(right):
    def cut(array):
        bits = np.array(array, dtype=np.float32).view(np.uint32) & 0xFFFF0000
        return bits.view(np.float32)

    assert "no more digits than bfloat16" in said(right, "feed_forward", cut)
