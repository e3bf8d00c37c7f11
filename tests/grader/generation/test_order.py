"""Judging a generation: which loops are right, and the sentence about the first deviation."""

import numpy as np
import pytest

from grader.generation.order import assert_data_flow, assert_stage_order, assert_step_inputs
from grader.generation.trace import GenerationTrace
from grader.observed_calls import StageCall

PROMPT, SCRIPT, STEPS, CONTEXT = [5, 9], [17, 4, 8, 21], 4, 16


def forward(stages, ids):
    """Logits for all positions."""
    hidden = stages.embed(ids)
    for layer in stages.layers:
        hidden = layer(hidden)
    return stages.output(hidden)


def loop(stages, step_input, prompt=PROMPT, n_steps=STEPS):
    """The right loop, but for what a step embeds."""
    generated = []
    for _ in range(n_steps):
        logits = forward(stages, step_input(prompt, generated))
        generated.append(stages.select(stages.softmax(logits[-1])))
    return generated


def last(context_length):
    return lambda prompt, generated: [*prompt, *generated][-context_length:]


@pytest.mark.parametrize("context_length", [1, 2, 3, 4, 5, 16])
def test_the_right_loop_passes_every_judge(trace_of, context_length):
    trace = trace_of(lambda stages: loop(stages, last(context_length)), context_length)
    assert_stage_order(trace, n_layers=3, n_steps=STEPS)
    assert_data_flow(trace)
    assert_step_inputs(trace, prompt=PROMPT, context_length=context_length)
    assert trace.selected == SCRIPT


def batched(stages):
    """With a batch axis of one, ids in an array, and softmax over all positions at once."""
    ids = np.array([PROMPT])
    for _ in range(STEPS):
        logits = forward(stages, ids)
        assert logits.ndim == 3
        token = stages.select(stages.softmax(logits)[:, -1])
        ids = np.concatenate([ids, [[token]]], axis=1)


def float64(stages):
    for step in range(STEPS):
        hidden = stages.embed([*PROMPT, *SCRIPT[:step]]).astype("float64")
        for layer in stages.layers:
            hidden = layer(hidden)
        stages.select(stages.softmax(stages.output(hidden)[-1]))


def one_forward_pass_more(stages):
    loop(stages, last(CONTEXT))
    forward(stages, [*PROMPT, *SCRIPT])


def one_embedding_more(stages):
    loop(stages, last(CONTEXT))
    stages.embed([*PROMPT, *SCRIPT])


@pytest.mark.parametrize("generate", [batched, float64, one_forward_pass_more, one_embedding_more])
def test_unusual_loops_that_are_right_pass_every_judge(trace_of, generate):
    trace = trace_of(generate)
    assert_stage_order(trace, n_layers=3, n_steps=STEPS)
    assert_data_flow(trace)
    assert_step_inputs(trace, prompt=PROMPT, context_length=CONTEXT)


# One step of a wrong loop, from its hidden states on, and the sentence on order.
def skips_a_layer(stages, hidden):
    return stages.select(
        stages.softmax(stages.output(stages.layers[2](stages.layers[0](hidden)))[-1])
    )


def repeats_a_layer(stages, hidden):
    return stages.layers[0](stages.layers[0](hidden))


def swaps_layers(stages, hidden):
    return stages.layers[0](stages.layers[1](hidden))


def all_layers(stages, hidden):
    for layer in stages.layers:
        hidden = layer(hidden)
    return hidden


def forgets_the_layers(stages, hidden):
    return stages.select(stages.softmax(stages.output(hidden)[-1]))


def forgets_output(stages, hidden):
    return stages.softmax(all_layers(stages, hidden)[-1])


def forgets_softmax(stages, hidden):
    return stages.select(stages.output(all_layers(stages, hidden))[-1])


def forgets_select(stages, hidden):
    return stages.softmax(stages.output(all_layers(stages, hidden))[-1])


def selects_twice(stages, hidden):
    distribution = forgets_select(stages, hidden)
    return stages.select(distribution), stages.select(distribution)


def outputs_after_each_layer(stages, hidden):
    return stages.output(stages.layers[0](hidden))


def embeds_only(stages, hidden):
    return None


ORDERS = {
    skips_a_layer: "Step 1 called stages.layers[2] after stages.layers[0], "
    "where stages.layers[1] is expected.",
    repeats_a_layer: "Step 1 called stages.layers[0] after stages.layers[0], "
    "where stages.layers[1] is expected.",
    swaps_layers: "Step 1 called stages.layers[1] after stages.embed, "
    "where stages.layers[0] is expected.",
    forgets_the_layers: "Step 1 called stages.output after stages.embed, "
    "where stages.layers[0] is expected.",
    forgets_output: "Step 1 called stages.softmax after stages.layers[2], "
    "where stages.output is expected.",
    forgets_softmax: "Step 1 called stages.select after stages.output, "
    "where stages.softmax is expected.",
    forgets_select: "Step 1 ended after stages.softmax; stages.select was never called.",
    selects_twice: "Step 1 called stages.select again after stages.select.",
    outputs_after_each_layer: "Step 1 called stages.output after stages.layers[0], "
    "where stages.layers[1] is expected.",
    embeds_only: "Step 1 ended after stages.embed; stages.layers[0] was never called.",
}


@pytest.mark.parametrize(
    ("step", "sentence"), ORDERS.items(), ids=lambda s: getattr(s, "__name__", "")
)
def test_stages_in_another_order_are_told(judged, trace_of, step, sentence):
    def generate(stages):
        for i in range(STEPS):
            step(stages, stages.embed([*PROMPT, *SCRIPT[:i]]))

    words, discreet = judged(assert_stage_order, trace_of(generate), n_layers=3, n_steps=STEPS)
    assert words == sentence
    assert discreet == "A step does not call its stages in the right order, once each."


def test_the_first_step_that_deviates_is_told(judged, trace_of):
    def generate(stages):
        loop(stages, last(CONTEXT))
        skips_a_layer(stages, stages.embed([*PROMPT, *SCRIPT]))

    words, _ = judged(assert_stage_order, trace_of(generate), n_layers=3, n_steps=STEPS)
    assert words.startswith("Step 5 called stages.layers[2] after stages.layers[0]")


def test_a_generation_without_calls_is_told(judged):
    words, _ = judged(assert_stage_order, GenerationTrace(), n_layers=3, n_steps=STEPS)
    assert words == "generate returned without calling any of its stages."


def test_a_first_call_that_is_not_embed_is_told(judged, trace_of):
    trace = trace_of(lambda stages: stages.layers[0](np.ones((2, 4))))
    words, _ = judged(assert_stage_order, trace, n_layers=3, n_steps=STEPS)
    assert words == "Step 1 called stages.layers[0], where stages.embed is expected."


# A whole generation with wrong data flow, and the sentence.
def selects_by_the_first_row(stages):
    stages.select(stages.softmax(forward(stages, PROMPT)[0]))


def softmaxes_all_and_selects_by_the_first_row(stages):
    stages.select(stages.softmax(forward(stages, PROMPT))[0])


def gives_each_layer_the_embedding(stages):
    hidden = stages.embed(PROMPT)
    for layer in stages.layers:
        deeper = layer(hidden)
    stages.select(stages.softmax(stages.output(deeper)[-1]))


def gives_output_the_embedding(stages):
    hidden = stages.embed(PROMPT)
    all_layers(stages, hidden)
    stages.select(stages.softmax(stages.output(hidden)[-1]))


def uses_the_hidden_states_of_the_step_before(stages):
    before = all_layers(stages, stages.embed(PROMPT))
    stages.select(stages.softmax(stages.output(before)[-1]))
    all_layers(stages, stages.embed([*PROMPT, 17]))
    stages.select(stages.softmax(stages.output(before)[-1]))


def uses_the_logits_of_the_step_before(stages):
    before = forward(stages, PROMPT)
    stages.select(stages.softmax(before[-1]))
    forward(stages, [*PROMPT, 17])
    stages.select(stages.softmax(before[-1]))


def selects_from_its_own_softmax(stages):
    logits = forward(stages, PROMPT)[-1]
    stages.softmax(logits)
    stages.select(np.exp(logits * 2) / np.exp(logits * 2).sum())


def selects_from_the_logits(stages):
    logits = forward(stages, PROMPT)[-1]
    stages.softmax(logits)
    stages.select(logits)


def scales_the_logits(stages):
    stages.select(stages.softmax(forward(stages, PROMPT)[-1] / 0.7))


def changes_hidden_states_in_between(stages):
    hidden = stages.layers[0](stages.embed(PROMPT))
    hidden = stages.layers[1](hidden + 1)
    stages.select(stages.softmax(stages.output(stages.layers[2](hidden))[-1]))


def gives_the_last_position_only(stages):
    hidden = all_layers(stages, stages.embed(PROMPT))
    stages.select(stages.softmax(stages.output(hidden[-1:])[-1]))


def goes_on_from_the_hidden_states(stages):
    hidden = stages.embed(PROMPT)
    for _ in range(2):
        hidden = all_layers(stages, hidden)
        stages.select(stages.softmax(stages.output(hidden)[-1]))


FLOWS = {
    goes_on_from_the_hidden_states: "Step 1: stages.layers[0] received what stages.layers[2] "
    "returned in this step; it should receive what stages.embed returned in this step.",
    selects_by_the_first_row: "Step 1: stages.softmax received the row of position 0; "
    "it should receive the last row of the logits of this step.",
    softmaxes_all_and_selects_by_the_first_row: "Step 1: stages.select received the row of "
    "position 0; it should receive the distribution that stages.softmax returned "
    "for the last position of this step.",
    gives_each_layer_the_embedding: "Step 1: stages.layers[1] received what stages.embed returned "
    "in this step; it should receive what stages.layers[0] returned in this step.",
    gives_output_the_embedding: "Step 1: stages.output received what stages.embed returned in this "
    "step; it should receive what stages.layers[2] returned in this step.",
    uses_the_hidden_states_of_the_step_before: "Step 2: stages.output received what "
    "stages.layers[2] returned in step 1; it should receive what stages.layers[2] returned "
    "in this step.",
    # The earlier rows of a causal model are those of the step before.
    uses_the_logits_of_the_step_before: "Step 2: stages.softmax received the row of position 1; "
    "it should receive the last row of the logits of this step.",
    selects_from_its_own_softmax: "Step 1: stages.select received an array that no stage returned; "
    "it should receive the distribution that stages.softmax returned for the last position "
    "of this step.",
    selects_from_the_logits: "Step 1: stages.select received the last row of the logits of this "
    "step; it should receive the distribution that stages.softmax returned for the last "
    "position of this step.",
    scales_the_logits: "Step 1: stages.softmax received an array that no stage returned; "
    "it should receive the last row of the logits of this step.",
    changes_hidden_states_in_between: "Step 1: stages.layers[1] received an array that no stage "
    "returned; it should receive what stages.layers[0] returned in this step.",
    gives_the_last_position_only: "Step 1: stages.output received an array that no stage returned; "
    "it should receive what stages.layers[2] returned in this step.",
}


@pytest.mark.parametrize(
    ("generate", "sentence"), FLOWS.items(), ids=lambda s: getattr(s, "__name__", "")
)
def test_data_from_elsewhere_is_told_with_its_origin(judged, trace_of, generate, sentence):
    words, discreet = judged(assert_data_flow, trace_of(generate))
    assert words == sentence
    assert discreet == "In a step, a stage received another array than it should."


@pytest.mark.parametrize("step", [selects_twice, repeats_a_layer, swaps_layers])
def test_stages_in_another_order_are_not_told_as_data_from_elsewhere(trace_of, step):
    assert_data_flow(trace_of(lambda stages: step(stages, stages.embed(PROMPT))))


def test_the_last_step_that_was_asked_for_must_be_whole(judged, trace_of):
    def generate(stages):
        one_step_less = loop(stages, last(CONTEXT), n_steps=STEPS - 1)
        stages.embed([*PROMPT, *one_step_less])

    words, _ = judged(assert_stage_order, trace_of(generate), n_layers=3, n_steps=STEPS)
    assert words == "Step 4 ended after stages.embed; stages.layers[0] was never called."


# Traces made by hand: each call is a stage, what it received and what it returned.

ROWS = np.array([[1.0, 2.0], [3.0, 4.0]])
LONG = np.arange(6.0).reshape(3, 2)


def trace(*calls):
    made = GenerationTrace()
    made.calls += [StageCall(f"stages.{name}", came, back) for name, came, back in calls]
    return made


@pytest.mark.parametrize(
    "calls",
    [
        [("embed", [5], None), ("layers[0]", ROWS, ROWS)],
        [("output", ROWS, np.array(3.0)), ("softmax", np.array(3.0), np.array(1.0))],
        [("output", ROWS, np.zeros((0, 2))), ("select", np.zeros((0, 2)), 1)],
        [("output", ROWS, ROWS), ("softmax", ROWS[-1] * (1 + 9e-6), ROWS[-1])],
        [("embed", [5], np.zeros(2)), ("layers[0]", np.full(2, 9e-8), ROWS)],
    ],
)
def test_data_that_flows_on_or_was_never_there_is_no_mistake(calls):
    assert_data_flow(trace(*calls))


@pytest.mark.parametrize(
    ("calls", "came"),
    [
        ([("output", ROWS, np.array(3.0)), ("softmax", np.array(4.0), ROWS)], "an array that no"),
        ([("output", ROWS, np.zeros((2, 0))), ("softmax", np.ones(3), ROWS)], "an array that no"),
        ([("output", ROWS, ROWS), ("softmax", ROWS[-1] * (1 + 1.5e-5), ROWS)], "an array that no"),
        ([("embed", [5], np.zeros(2)), ("layers[0]", np.full(2, 1.5e-7), 0)], "an array that no"),
        ([("output", 0, LONG[None]), ("softmax", LONG[1], ROWS)], "the row of position 1"),
        # of two stages that returned the same the later one is named, and never the call itself
        (
            [
                ("embed", [5], ROWS),
                ("layers[0]", ROWS, ROWS),
                ("layers[1]", ROWS, 2 * ROWS),
                ("output", ROWS, ROWS),
            ],
            "what stages.layers[0] returned in this step",
        ),
        ([("embed", [5], ROWS), ("layers[0]", 2 * ROWS, 2 * ROWS)], "an array that no"),
        (
            [("embed", [5], None), ("layers[0]", ROWS, ROWS), ("layers[1]", np.array(3.0), 0)],
            "an array that no",
        ),
    ],
)
def test_what_came_instead_is_named_by_what_returned_it(judged, calls, came):
    words, _ = judged(assert_data_flow, trace(*calls))
    assert f"received {came}" in words


def test_a_list_of_other_things_than_ids_is_told_by_its_kind(judged, trace_of):
    odd = trace_of(lambda stages: stages.embed([0.5]))
    words, _ = judged(assert_step_inputs, odd, prompt=PROMPT, context_length=CONTEXT)
    assert words == "Step 1 embedded a list or tuple; it should have embedded [5, 9]."


# --- what goes on after a selection


def draws_once_more(stages):
    """A second softmax and selection, as for a debug print."""
    for i in range(STEPS):
        logits = forward(stages, [*PROMPT, *SCRIPT[: 2 * i]])
        stages.select(stages.softmax(logits[-1]))
        stages.select(stages.softmax(logits[-1]))


def test_a_second_selection_in_a_step_is_no_wrong_flow(judged, trace_of):
    trace = trace_of(draws_once_more)
    assert_data_flow(trace)
    words, _ = judged(assert_stage_order, trace, n_layers=3, n_steps=STEPS)
    assert words == "Step 1 called stages.softmax again after stages.select."


def test_hidden_states_that_are_carried_on_should_have_been_the_embedded_ones(judged, trace_of):
    def generate(stages):
        hidden = stages.embed(PROMPT)
        for _ in range(STEPS):
            hidden = all_layers(stages, hidden)
            stages.select(stages.softmax(stages.output(hidden)[-1]))

    words, _ = judged(assert_data_flow, trace_of(generate))
    assert words == (
        "Step 1: stages.layers[0] received what stages.layers[2] returned in this step; "
        "it should receive what stages.embed returned in this step."
    )
