"""A reference that is broken on purpose turns the right questions red, and leaves others alone."""

from dataclasses import replace

import pytest

from grader.keys.bank_check import check_topic
from grader.quiz.bank.topics import read_topic
from grader.settings import shipped
from reference.decoder.answers import trials
from reference.decoder.answers.answer_keys import KEYS

# What the reference does wrong, questions that must turn red, and one that it does not concern.
BREAKS = {
    "attention_weights.no_mask": (
        "self-attention.order-sub-layer self-attention.read-a-matrix training.one-pass",
        "transformer-block.order-pre-norm",
    ),
    "attention_weights.no_scale": (
        "self-attention.order-sub-layer self-attention.no-scale",
        "generation-loop.order-loop-control",
    ),
    "attention_weights.mask_after_softmax": (
        "self-attention.order-sub-layer self-attention.weight-of-one-key",
        "transformer-block.layer-norm-entry",
    ),
    "decoder_layer.post_norm": (
        "transformer-block.order-pre-norm transformer-block.follow-the-numbers",
        "self-attention.order-sub-layer",
    ),
    "decoder_layer.no_residual": (
        "transformer-block.order-pre-norm transformer-block.no-residual",
        "output-and-softmax.order-softmax",
    ),
    "embed.no_positions": (
        "embedding-and-positions.one-entry embedding-and-positions.order-ids-to-layers",
        "transformer-block.order-pre-norm",
    ),
    "feed_forward.no_activation": (
        "transformer-block.no-activation",
        "self-attention.order-sub-layer",
    ),
    "layer_norm.no_centring": (
        "transformer-block.layer-norm-entry",
        "output-and-softmax.softmax-of-three",
    ),
    "softmax.not_divided": (
        "output-and-softmax.order-softmax output-and-softmax.softmax-of-three",
        "transformer-block.layer-norm-entry",
    ),
    "step_input.crop_first": (
        "generation-loop.window-content embedding-and-positions.order-ids-to-layers",
        "transformer-block.order-pre-norm",
    ),
    "step_input.ignores_generated": (
        "generation-loop.input-length generation-loop.order-two-steps",
        "transformer-block.order-pre-norm",
    ),
    "select_token.sorted_order": (
        "token-selection.inverse-cdf",
        "token-selection.nucleus-size",
    ),
    "next_token_distribution.temperature_multiplies": (
        "token-selection.order-sampler token-selection.temperature-two",
        "output-and-softmax.softmax-of-three",
    ),
    "next_token_distribution.top_p_drops_crossing": (
        "token-selection.order-sampler token-selection.nucleus-size",
        "output-and-softmax.softmax-of-three",
    ),
    "sequence_log_probability.mean": (
        "output-and-softmax.order-log-probability output-and-softmax.log-probability",
        "output-and-softmax.softmax-of-three",
    ),
    "generate.eos_not_appended": (
        "generation-loop.order-loop-control",
        "generation-loop.order-two-steps",
    ),
    "generate.first_row": (
        "generation-loop.order-two-steps generation-loop.order-one-token",
        "self-attention.order-sub-layer",
    ),
}


def are_sound(ids):
    """Whether the keys of these questions hold, question by question."""
    sound = {}
    for name in ids:
        path = shipped("questions") / f"{name.partition('.')[0]}.yaml"
        topic = read_topic(path, with_evidence=False).topic
        [outcome] = check_topic(KEYS, replace(topic, items=(topic.item(name),))).outcomes
        sound[name] = outcome.is_sound
    return sound


@pytest.mark.parametrize("mistake", BREAKS)
def test_a_broken_reference_turns_the_right_questions_red(mistake):
    red, unconcerned = BREAKS[mistake]
    stage = mistake.partition(".")[0]
    with trials.replaced(**{stage: trials.wrong(mistake)}):
        found = are_sound([*red.split(), unconcerned])
    assert found == {**dict.fromkeys(red.split(), False), unconcerned: True}


def test_the_same_questions_are_sound_on_the_reference_as_it_is():
    names = {name for red, other in BREAKS.values() for name in (*red.split(), other)}
    assert [name for name, sound in are_sound(sorted(names)).items() if not sound] == []
