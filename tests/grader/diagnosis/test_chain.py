"""The stages put together: where they leave the right values, and which one mends them."""

import numpy as np
import pytest

from grader.diagnosis import chain
from reference.decoder.contract import FUNCTIONS
from reference.decoder.misconceptions.catalogue import find
from tests.grader.diagnosis.conftest import VERSIONS, failing, run


def put_together(*ids, failed=None):
    """The sentence for right stages among which these are wrong."""
    wrong = {id_.partition(".")[0]: find(id_).wrong for id_ in ids}
    stages = [stage for name in failed or wrong for stage in failing(name).stages]

    def ask(stage, arguments, answered):
        return run(wrong.get(stage, FUNCTIONS[stage]), arguments).value

    return chain.put_together(stages, ask, VERSIONS)


@pytest.mark.parametrize(
    ("id_", "place"),
    [
        ("embed.no_positions", "the embedding"),
        ("decoder_stack.reversed", "the output of decoder layer 1"),
        ("output_logits.no_final_norm", "the logits"),
    ],
)
def test_the_first_wrong_value_and_the_stage_behind_it_are_told(id_, place):
    stage = id_.partition(".")[0]
    assert put_together(id_) == (
        f"Put together, your stages leave the right values first at {place}. "
        f"With {stage} put right, the next-token distribution is right."
    )


def test_that_the_last_stage_mends_its_own_result_is_not_said():
    said = put_together("next_token_distribution.temperature_ignored")
    place = "first at the next-token distribution."
    assert said == f"Put together, your stages leave the right values {place}"


def test_two_wrong_stages_are_not_mended_by_one():
    said = put_together("embed.no_positions", "output_logits.no_final_norm")
    assert said.endswith("No single stage, put right alone, mends the next-token distribution.")


def test_what_does_not_show_is_said_not_to_show():
    said = put_together("layer_norm.changes_its_input")
    assert said.startswith("Put together, your stages give the right next-token distribution")


def test_a_right_chain_is_not_spoken_of():
    assert put_together("softmax.unstable", failed=["step_input"]) == ""


def test_an_answer_that_is_no_array_ends_the_chain():
    def ask(stage, arguments, answered):
        value = run(FUNCTIONS[stage], arguments).value
        return value.tolist() if stage == "output_logits" else np.asarray(value)

    assert "first at the logits. With output_logits put right" in chain.put_together(
        failing("output_logits").stages, ask, VERSIONS
    )
