import dataclasses
import itertools

import pytest
import torch

from reference.decoder.generation import generate
from reference.decoder.generation_trace import ReferenceTrace

PROMPT = [0, 30, 7]


@pytest.fixture
def traced(model):
    trace = ReferenceTrace()
    return generate(PROMPT, trace.observe(model.stages()), 3, None, 4), trace.calls


def test_the_stages_run_in_the_order_of_the_flow(traced):
    _, calls = traced
    one_step = [("embed", None), *(("layer", n) for n in range(3))]
    one_step += [("output", None), ("softmax", None), ("select", None)]
    expected = [(step, *stage) for step in (1, 2, 3) for stage in one_step]
    assert [(call.step, call.stage, call.layer) for call in calls] == expected


def test_each_stage_reads_what_the_stage_before_it_gave(traced):
    _, calls = traced
    for before, after in itertools.pairwise(calls):
        if after.stage == "softmax":
            assert torch.equal(after.input, before.output[-1])
        elif after.stage != "embed":
            assert torch.equal(after.input, before.output)


def test_each_step_embeds_the_window_of_what_was_selected(traced):
    tokens, calls = traced
    assert [call.output for call in calls if call.stage == "select"] == tokens
    everything = PROMPT + tokens
    windows = [tuple(everything[max(0, step - 1) : 3 + step]) for step in range(3)]
    assert [call.input for call in calls if call.stage == "embed"] == windows


def test_the_trace_changes_no_result(model, traced):
    assert traced[0] == generate(PROMPT, model.stages(), 3, None, 4)


def test_records_keep_what_was_true_at_the_call(model):
    """A stage that writes into its input does not change the record of the stage before it."""
    spoilt = dataclasses.replace(model.stages(), layers=[lambda hidden: hidden.mul_(0)])
    trace = ReferenceTrace()
    generate(PROMPT, trace.observe(spoilt), 1, None, 4)
    embedded, layer = trace.calls[:2]
    assert (embedded.output != 0).all()
    assert (layer.input != 0).all()
    assert (layer.output == 0).all()


def test_records_are_frozen(traced):
    with pytest.raises(dataclasses.FrozenInstanceError):
        traced[1][0].step = 7
