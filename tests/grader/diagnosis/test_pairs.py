"""Two mistakes in one stage get both their names, and nothing else gets two."""

import random
from dataclasses import replace

import numpy as np
import pytest
import torch

from grader.diagnosis import arrays
from grader.diagnosis.seen_calls import calls_of
from grader.observed_calls import Observation
from grader.records import report_from_json, to_json
from grader.subject import composition as in_parts
from reference.decoder.contract import FUNCTIONS
from reference.decoder.misconceptions.catalogue import find
from reference.decoder.misconceptions.pairs.table import COMPOSITIONS
from reference.decoder.subject import SUBJECT
from tests.grader.diagnosis.conftest import VERSIONS, explained, failing, run
from tests.grader.diagnosis.test_named import names, observed

STAGES = [stage for stage in COMPOSITIONS if stage not in SUBJECT.loops]
ALL = [pair for stage in STAGES for pair in SUBJECT.pairs_of(stage)]
DRAWN = random.Random(4).sample(ALL, 50)
NO_BIAS = ("layer_norm.unbiased_variance", "layer_norm.no_bias")


def composed(ids):
    """A stage with these mistakes."""
    return in_parts.composed(COMPOSITIONS[ids[0].partition(".")[0]], ids)


@pytest.fixture(autouse=True)
def _all_the_time_it_takes(monkeypatch):
    """A machine that is busy with other tests may be slow."""
    monkeypatch.setattr(arrays, "SECONDS_FOR_PAIRS", 300.0)


def diagnosed(right, pair):
    stage = pair[0].partition(".")[0]
    return explained(failing(stage), observed(composed(pair), right[stage]))


def fits(found, pair):
    """Whether a finding names both of a pair, and both together."""
    return set(pair) in map(set, found.pairs) and set(pair) <= set(found.misconceptions)


def test_nine_of_ten_random_pairs_are_named_and_the_rest_by_one_mistake(right):
    """Where one of two mistakes makes the other idle, a single one explains everything."""
    unnamed = []
    for pair in DRAWN:
        [found] = diagnosed(right, pair).findings
        if not fits(found, pair):
            unnamed.append(pair)
            assert found.misconceptions or found.pattern == "Every entry is NaN.", pair
            assert found.pairs == (), pair
    assert len(unnamed) <= 0.1 * len(DRAWN), unnamed


@pytest.mark.parametrize(
    "pair",
    [
        ("attention_weights.no_scale", "attention_weights.no_mask"),
        ("self_attention.no_scale", "self_attention.no_mask"),
        NO_BIAS,
        ("feed_forward.erf_gelu", "feed_forward.no_inner_bias"),
        ("decoder_layer.no_attention_residual", "decoder_layer.no_second_norm"),
        (
            "next_token_distribution.temperature_ignored",
            "next_token_distribution.top_p_drops_crossing",
        ),
        ("step_input.crop_first", "step_input.generated_first"),
        ("embed.scaled_by_root_d", "embed.positions_start_at_one"),
        ("sequence_log_probability.mean", "sequence_log_probability.log_base_two"),
    ],
    ids=" and ".join,
)
def test_a_likely_pair_is_the_only_one_that_fits(right, pair):
    [found] = diagnosed(right, pair).findings
    assert [set(both) for both in found.pairs] == [set(pair)]
    assert {find(id_).hint for id_ in pair} == set(found.hints)
    assert {find(id_).says for id_ in pair} == set(found.says)


def test_double_precision_makes_no_difference(right):
    seen = observed(composed(NO_BIAS), right["layer_norm"], torch.float64)
    [found] = explained(failing("layer_norm"), seen).findings
    assert fits(found, NO_BIAS)


def test_a_single_mistake_is_never_made_two(right):
    for stage in STAGES:
        for name in COMPOSITIONS[stage].wrong:
            seen = observed(find(f"{stage}.{name}").wrong, right[stage])
            findings = explained(failing(stage), seen).findings
            assert not any(found.pairs for found in findings), name


def test_both_names_stand_at_the_failed_check_and_survive_json(right):
    report = diagnosed(right, NO_BIAS)
    assert [set(check.misconceptions) for check in report.checks] == [set(NO_BIAS)]
    assert report_from_json(to_json(report)) == report


def test_two_mistakes_in_some_calls_only_get_no_name(right):
    wrong = observed(composed(NO_BIAS), right["layer_norm"])
    for place in range(len(wrong)):
        mixed = [*wrong[:place], right["layer_norm"][place], *wrong[place + 1 :]]
        assert not any(names(explained(failing("layer_norm"), mixed)))


def test_two_mistakes_with_noise_get_no_name(right):
    rng = np.random.default_rng(5)
    for stage in ("attention_weights", "layer_norm", "decoder_layer"):
        for pair in random.Random(6).sample(SUBJECT.pairs_of(stage), 5):
            seen = [
                replace(old, value=old.value + 0.01 * rng.normal(size=old.value.shape))
                for old in observed(composed(pair), right[stage])
                if old.value is not None
            ]
            assert not any(names(explained(failing(stage), seen))), pair


def test_a_second_mistake_must_show_more_than_rounding_does():
    rng = np.random.default_rng(3)
    x, gain, bias = rng.normal(size=(2, 5, 8)), rng.normal(size=8), rng.normal(size=8)
    pair = ("layer_norm.no_bias", "layer_norm.eps_fixed")

    def named(eps):
        arguments = (x, gain, bias, eps)
        value = run(composed(pair), arguments, torch.float64).value
        seen = [Observation(stage="layer_norm", arguments=arguments, value=value)]
        return names(explained(failing("layer_norm"), seen))

    assert set(pair) <= set(named(eps=0.1)[0])
    assert not any(named(eps=9e-5))


def test_nothing_is_named_when_the_time_is_up(right, monkeypatch):
    monkeypatch.setattr(arrays, "SECONDS_FOR_PAIRS", 0.0)
    assert not any(names(diagnosed(right, NO_BIAS)))


def test_right_answers_are_no_pair(right):
    for stage in STAGES:
        calls = calls_of(VERSIONS, stage, observed(FUNCTIONS[stage], right[stage]))
        assert arrays.explaining_pairs(VERSIONS, stage, calls) == []
