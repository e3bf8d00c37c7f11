"""A trap of a numeric question about the model is what the named mistake really computes."""

import pytest
import torch

from grader.quiz.bank.topics import load
from grader.settings import shipped
from reference.decoder import generation
from reference.decoder.answers.trials import run, small_model, wrong
from reference.decoder.misconceptions import decoder_layer as wrong_layers

ITEMS = {item.id: item for topic in load(shipped("questions")).topics for item in topic.items}


def double(*numbers):
    return torch.tensor(numbers, dtype=torch.float64)


def input_at_step_six(loop):
    seen = run(loop, small_model(0).stages(), range(7), tokens=6, context_length=10)
    return len(seen.inputs[5])


def layer_calls(loop):
    return len(run(loop, small_model(0, n_layers=3).stages(), [3, 1, 4], tokens=4).of("layer"))


def entry(mistake):
    tokens = double([1.0, 4.0], [2.0, -3.0], [0.0, 5.0])
    positions = double([0.5, 0.1], [0.2, 0.7], [-0.4, 0.3])
    return wrong(f"embed.{mistake}")(torch.tensor([[0, 1]]), tokens, positions)[0, 1, 1]


def weight(mistake, *, scaled=True):
    """The weight on key 1 of a query whose products with the keys are 2, 4 and 1."""
    queries, keys = torch.zeros(2, 1, 1, 3, 4, dtype=torch.float64)
    queries[..., 0] = 1 if scaled else 2  # twice the query undoes the division by the root of 4
    keys[..., 0] = double(2, 4, 1)
    return wrong(f"attention_weights.{mistake}")(queries, keys)[0, 0, 1, 1]


def norm_entry(mistake):
    ones, zeros = torch.ones(4).double(), torch.zeros(4).double()
    return wrong(f"layer_norm.{mistake}")(double(2, 4, 4, 6), ones, zeros, 1e-12)[-1]


LOOPS = ("no_crop", "prompt_only", "last_only")
TRAPS = {
    "generation-loop.input-length": {
        f"generate.{loop}": lambda loop=loop: input_at_step_six(wrong(f"generate.{loop}"))
        for loop in LOOPS
    },
    "decoder-stack.layer-calls": {
        "generation.all_at_once": lambda: layer_calls(wrong("generate.one_pass")),
        "kv_cache.extra_pass": lambda: layer_calls(
            lambda *given: generation.generate(*given[:2], given[2] + 1, *given[3:])
        ),
    },
    "embedding-and-positions.one-entry": {
        f"embed.{mistake}": lambda mistake=mistake: entry(mistake)
        for mistake in (
            "no_positions",
            "positions_start_at_one",
            "multiplies_positions",
            "id_off_by_one",
            "positions_all_zero",
        )
    },
    "self-attention.weight-of-one-key": {
        f"attention_weights.{mistake}": lambda mistake=mistake: weight(mistake)
        for mistake in ("no_scale", "no_mask", "scale_without_root", "mask_zero_fill")
    },
    "transformer-block.layer-norm-entry": {
        f"layer_norm.{mistake}": lambda mistake=mistake: norm_entry(mistake)
        for mistake in ("unbiased_variance", "variance_not_root", "no_centring")
    },
}


def assert_is_trap(question, misconception, computed):
    mark = ITEMS[question].mark(f"{float(computed):.8f}")
    assert misconception in mark.misconceptions, float(computed)


@pytest.mark.parametrize(
    ("question", "misconception"),
    [(question, name) for question, traps in TRAPS.items() for name in traps],
)
def test_a_trap_is_what_its_mistake_computes(question, misconception):
    assert_is_trap(question, misconception, TRAPS[question][misconception]())


def test_a_trap_without_mask_and_scale_is_what_both_mistakes_compute():
    computed = weight("no_mask", scaled=False)
    assert_is_trap("self-attention.weight-of-one-key", "attention_weights.no_mask", computed)


@pytest.mark.parametrize(
    "mistake",
    ["no_norm", "no_residual", "residual_from_normalized", "stale_residual", "post_norm"],
)
def test_a_trap_is_what_a_wrong_layer_computes(mistake, monkeypatch):
    monkeypatch.setattr(wrong_layers, "self_attention", lambda *_: double([[2, 0]]))
    monkeypatch.setattr(wrong_layers, "feed_forward", lambda normed, _: 3 * normed)
    weights = small_model(0, width=2, n_heads=1).weights["layers"][0]
    for norm in ("attention_norm", "feed_forward_norm"):
        weights |= {f"{norm}_gain": torch.ones(2).double(), f"{norm}_bias": double(0, 0)}
    computed = wrong(f"decoder_layer.{mistake}")(double([[4, 2]]), weights, 1, 1e-12)[0, 0, 0]
    assert_is_trap("transformer-block.follow-the-numbers", f"decoder_layer.{mistake}", computed)
