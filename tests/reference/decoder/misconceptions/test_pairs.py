"""Stages in parts: with one part wrong they are the catalogue's mistakes, with none the stages."""

from functools import partial

import pytest
import torch

from grader.subject import composition as in_parts
from reference.decoder.contract import FUNCTIONS
from reference.decoder.misconceptions.catalogue import find, of_stage
from reference.decoder.misconceptions.pairs.table import COMPOSITIONS
from reference.decoder.subject import SUBJECT
from tests.reference.decoder.misconceptions.test_recorded_calls import distance

# What is no matter of one part: another order, all at once, or the arguments changed in place.
WHOLE = {
    "step_input.keeps_prompt_start",
    "softmax.largest_takes_all",
    "decoder_layer.feed_forward_first",
    "decoder_layer.adds_attention_in_place",
    "next_token_distribution.always_greedy",
    "next_token_distribution.top_p_without_top_k_only",
    "next_token_distribution.filters_first_row_only",
    "next_token_distribution.uniform_after_filters",
    "next_token_distribution.not_renormalized_after_top_k",
    "next_token_distribution.not_renormalized_after_top_p",
    "next_token_distribution.always_sorted",
    "next_token_distribution.sorted_back_by_gather",
    "next_token_distribution.sorted_mask",
    "self_attention.values_from_keys",
    "self_attention.output_bias_by_head",
    "feed_forward.inner_bias_after_activation",
    "decoder_layer.second_eps_fixed",
    "sequence_log_probability.all_tokens_in_each_row",
    "generate.overwrites_last",
    "generate.prepends",
    "generate.appends_twice",
    "generate.crop_persists",
    "generate.one_pass",
    "generate.stale_hidden",
    "generate.hidden_carried",
}


def composed(ids):
    """A stage with these mistakes."""
    return in_parts.composed(COMPOSITIONS[ids[0].partition(".")[0]], ids)


def same(calls, one, other):
    for call in calls:
        a, b = (call.run(function, torch.float64) for function in (one, other))
        assert (a.error is None) == (b.error is None)
        assert distance(a.value, b.value, 1e-9) <= 1


@pytest.mark.parametrize("stage", COMPOSITIONS)
def test_the_right_parts_make_the_stage(calls, stage):
    composition = COMPOSITIONS[stage]
    same(calls[stage], partial(composition.stage, composition.right), FUNCTIONS[stage])


@pytest.mark.parametrize("stage", COMPOSITIONS)
def test_one_mistake_in_its_part_is_that_of_the_catalogue(calls, stage):
    for name in COMPOSITIONS[stage].wrong:
        id_ = f"{stage}.{name}"
        same(calls[stage], composed([id_]), find(id_).wrong)


def test_every_mistake_that_is_one_of_parts_is_there():
    whole = {
        entry.id
        for stage, composition in COMPOSITIONS.items()
        for entry in of_stage(stage)
        if entry.id.partition(".")[2] not in composition.wrong
    }
    assert {id_ for id_ in whole if not id_.endswith(".changes_its_input")} == WHOLE


def test_a_mistake_replaces_parts_that_are_there():
    for composition in COMPOSITIONS.values():
        for parts in composition.wrong.values():
            assert parts
            assert parts.keys() <= composition.right.keys()


def test_a_pair_has_both_mistakes_in_it():
    x, gain, bias = torch.tensor([[1.0, 3.0]]), torch.tensor([2.0, 2.0]), torch.tensor([5.0, 7.0])
    wrong = composed(["layer_norm.unbiased_variance", "layer_norm.no_bias"])
    torch.testing.assert_close(wrong(x, gain, bias, 0.0), torch.tensor([[-(2**0.5), 2**0.5]]))


def test_two_mistakes_about_one_part_are_no_pair():
    pairs = SUBJECT.pairs_of("layer_norm")
    assert ("layer_norm.unbiased_variance", "layer_norm.no_bias") in pairs
    assert ("layer_norm.no_affine", "layer_norm.no_bias") not in pairs
    assert SUBJECT.pairs_of("select_token") == ()
