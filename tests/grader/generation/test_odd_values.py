"""Whatever a student's loop hands to its stages ends as a verdict: never as a fault of ours."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.diagnosis.played_loops import Played, play
from grader.errors import Crashed
from grader.generation.order import assert_data_flow, assert_stage_order, assert_step_inputs
from grader.harness.comparison import Mismatch
from grader.observed_calls import Observation
from grader.sandbox.contract import Refused, Stop
from reference.decoder.subject import SUBJECT
from tests.grader.odd_values import VALUES, crossed

NAMES = ["embed", "layers[0]", "layers[1]", "layers[2]", "output", "softmax", "select", "nothing"]
RIGHT = st.sampled_from([[5, 9], [[5, 9]], np.array([5, 9]), np.ones((2, 4)), np.ones(37)])
CALLS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.lists(RIGHT | VALUES, min_size=1, max_size=1))
    | st.tuples(st.sampled_from(NAMES), st.lists(VALUES, max_size=2)),
    max_size=12,
)
SETTINGS = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
LAYERS = ("layers[0]", "layers[1]", "layers[2]")


def discreet_words(judge):
    """What a hidden check says; empty if it passes."""
    try:
        judge()
    except Mismatch as mismatch:
        return mismatch.discreet
    return ""


def played(stages, calls, *, follows):
    """A loop that makes these calls and catches what is refused.

    Args:
        follows: whether what is called next gets what came last, now and then.
    """
    last = None
    for number, (name, arguments) in enumerate(calls):
        given = [last] if follows and last is not None and number % 2 else arguments
        try:
            last = stages.answer(f"stages.{name}", [crossed(value) for value in given])
        except Refused:
            continue
        except Stop:
            break
    return stages.trace


@SETTINGS
@given(calls=CALLS, follows=st.booleans())
def test_any_calls_are_judged(scripted, calls, follows):
    trace = played(scripted([17, 4, 8, 21]), calls, follows=follows)
    for judge in (
        lambda: assert_stage_order(trace, n_layers=3, n_steps=4),
        lambda: assert_data_flow(trace),
        lambda: assert_step_inputs(trace, prompt=[5, 9], context_length=16),
    ):
        assert not any(character.isdigit() for character in discreet_words(judge))


@SETTINGS
@given(calls=CALLS, follows=st.booleans(), value=VALUES, raised=st.booleans())
def test_any_calls_are_compared_with_known_loops(scripted, calls, follows, value, raised):
    stages = scripted([17, 4, 8, 21])
    trace = played(stages, calls, follows=follows)
    seen = Observation(
        stage="generate",
        arguments=([5, 9], stages.table(), 4, 0, 16),
        value=None if raised else crossed(value),
        failure=Crashed if raised else None,
        after=(crossed(value), None, 4, 0, 16),
        calls=tuple(trace.calls),
    )
    for version in ("generate", *(entry.id for entry in SUBJECT.of_stage("generate"))):
        assert play(SUBJECT, "generate", version, seen=seen) in Played


@pytest.mark.parametrize(
    "odd",
    [[[1], [2, 3]], "text", {"a": [1]}, None, 2**63 - 1, [[1, 2], "x"], [np.ones(2), np.ones(3)]],
    ids=["ragged", "text", "dict", "none", "huge", "mixed", "ragged arrays"],
)
@pytest.mark.parametrize("stage", ["embed", *LAYERS[:1], "output", "softmax", "select"])
def test_a_refusal_that_is_caught_is_the_students_failure(scripted, as_student, stage, odd):
    stages = scripted([17, 4, 8, 21])
    view = as_student(stages)
    hidden = view.embed([5, 9])
    for layer in view.layers:
        hidden = layer(hidden)
    with pytest.raises(Refused):
        stages.answer(f"stages.{stage}", [crossed(odd)])
    with pytest.raises(Mismatch):
        assert_stage_order(stages.trace, n_layers=3, n_steps=4)
    if stage != "embed":  # which begins a step of its own
        with pytest.raises(Mismatch):
            assert_data_flow(stages.trace)
