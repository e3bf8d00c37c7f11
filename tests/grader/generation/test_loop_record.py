"""What a generation did, a row a step: its first wrong step, and no more than can be looked at."""

import pytest

from grader.generation.order import assert_data_flow, assert_stage_order, assert_step_inputs
from grader.harness.comparison import Mismatch
from tests.grader.generation.test_order import PROMPT, SCRIPT, forward, last, loop


def record(judge):
    """The record of the mismatch that a judge raises."""
    with pytest.raises(Mismatch) as raised:
        judge()
    return raised.value.look()


def test_a_loop_that_feeds_the_prompt_alone_is_wrong_from_its_second_step(trace_of):
    trace = trace_of(lambda stages: loop(stages, lambda prompt, generated: prompt), 16)
    found = record(lambda: assert_step_inputs(trace, prompt=PROMPT, context_length=16))
    assert (found.first_wrong, found.part, found.prompt) == (2, "ids", tuple(PROMPT))
    second = found.steps[1]
    assert second.embedded == tuple(PROMPT)
    assert second.expected == (*PROMPT, SCRIPT[0])
    assert [step.selected for step in found.steps] == SCRIPT
    assert [step.row for step in found.steps] == [1, 1, 1, 1]


def test_a_loop_that_selects_by_position_0_is_wrong_in_its_row(trace_of):
    def first_row(stages):
        ids = list(PROMPT)
        for _ in range(3):
            ids.append(stages.select(stages.softmax(forward(stages, ids)[0])))

    found = record(lambda: assert_data_flow(trace_of(first_row, 16)))
    assert (found.first_wrong, found.part) == (1, "row")
    assert [step.row for step in found.steps] == [0, 0, 0]


def test_a_loop_that_leaves_a_layer_out_shows_what_it_called(trace_of):
    def without_layers(stages):
        hidden = stages.embed(PROMPT)
        stages.select(stages.softmax(stages.output(hidden)[-1]))

    trace = trace_of(without_layers, 16)
    found = record(lambda: assert_stage_order(trace, n_layers=3, n_steps=1))
    assert found.part == "order"
    assert found.steps[0].calls == (
        "stages.embed",
        "stages.output",
        "stages.softmax",
        "stages.select",
    )


def test_of_a_long_generation_the_steps_around_the_first_wrong_one_are_kept(trace_of):
    script = list(range(1, 31))

    def late(stages):
        loop(stages, lambda p, g: [*p, *g][-16:] if len(g) != 20 else list(p), n_steps=30)

    trace = trace_of(late, 16, script=script)
    found = record(lambda: assert_step_inputs(trace, prompt=PROMPT, context_length=16))
    assert found.first_wrong == 21
    assert [step.number for step in found.steps] == list(range(17, 29))
    assert found.n_steps == 30


def test_of_many_ids_the_last_ones_are_kept_with_their_number(trace_of):
    prompt = list(range(1, 40))
    trace = trace_of(lambda stages: loop(stages, last(60), prompt, 1), 60)
    found = record(lambda: assert_step_inputs(trace, prompt=[*prompt, 2], context_length=60))
    (step,) = found.steps
    assert (len(step.embedded), step.n_embedded, step.embedded[-1]) == (24, 39, 39)
    assert step.n_expected == 40


def test_what_is_no_list_of_ids_is_said_in_words(trace_of):
    def text(stages):
        try:
            stages.embed("no ids")
        except Exception:  # noqa: BLE001 - as a student's code might
            return

    found = record(lambda: assert_step_inputs(trace_of(text, 16), prompt=[1], context_length=16))
    assert found.steps[0].instead == "text"
