"""What a generation costs: counted from its calls, and the reference's loops cost what is said."""

from dataclasses import replace

import numpy as np
import pytest

from grader.generation.cached_stages import ScriptedPasses
from grader.generation.cost import with_costs
from grader.observed_calls import Observation, StageCall
from grader.records import Report, Spent, Status, report_from_json, to_json
from reference.decoder.generation import Stages, generate
from reference.kv_cache.generation import CachedStages, generate_cached

PROMPT, SCRIPT, EOS = [5, 9, 3], [17, 4, 8, 21], 30
GRADED = Report(submission="ada", status=Status.GRADED, assignment="a", key="k", grader_version="1")


def observed(stage, calls, *, most=4, length=16, eos=EOS, **changes):
    seen = Observation(stage=stage, arguments=(PROMPT, {}, most, eos, length), calls=calls)
    return replace(seen, **changes)


def cost_of(*observations):
    (cost,) = with_costs(GRADED, observations).costs
    return cost


@pytest.fixture
def whole(scripted, as_student):
    """The calls of a loop without a cache."""

    def run(loop=generate, *, most=4, length=16, eos=EOS):
        stages = scripted(SCRIPT, length)
        view = as_student(stages)
        given = Stages(**{name: getattr(view, name) for name in Stages.__slots__})
        loop(PROMPT, given, most, eos, length)
        return stages.calls

    return run


def cached(loop=generate_cached, *, most=4, length=16, eos=EOS):
    """The calls of a loop with a cache."""
    stages = ScriptedPasses(
        logits=lambda ids: np.ones(37), script=SCRIPT, context_length=length, vocabulary_size=37
    )
    given = CachedStages(
        prefill=lambda ids: stages.answer("stages.prefill", [ids]),
        decode=lambda *both: stages.answer("stages.decode", list(both)),
        select=lambda logits: stages.answer("stages.select", [logits]),
    )
    loop(PROMPT, given, most, eos, length)
    return stages.calls


def everything_again(prompt, stages, most, eos, length):
    made = []
    for _ in range(most):
        logits, _ = stages.prefill([*prompt, *made][-length:])
        made.append(stages.select(logits))


@pytest.mark.parametrize("case", [{}, {"length": 5}, {"length": 2}, {"most": 1}, {"eos": 8}])
def test_the_loops_of_the_reference_cost_what_is_said_of_it(whole, case):
    for stage, calls in (("generate", whole(**case)), ("generate_cached", cached(**case))):
        cost = cost_of(observed(stage, calls, **case))
        assert cost.own == cost.reference
        assert cost.own.passes == cost.tokens == case.get("most", 3 if "eos" in case else 4)


def test_reading_the_prefix_again_is_counted_beside_one_position_a_step():
    cost = cost_of(observed("generate_cached", cached(everything_again)))
    weights, key = 12 * 768**2, 2 * 768
    again = sum(range(1, 4)) + sum(range(1, 5)) + sum(range(1, 6)) + sum(range(1, 7))
    assert cost.own == Spent(
        passes=4,
        positions=3 + 4 + 5 + 6,
        recomputed_keys=3 + 4 + 5,
        multiply_adds=12 * (18 * weights + again * key),
    )
    assert cost.reference == Spent(
        passes=4,
        positions=6,
        recomputed_keys=0,
        multiply_adds=12 * (6 * weights + sum(range(1, 7)) * key),
    )


def test_a_key_at_another_place_of_a_full_window_is_not_one_computed_again(whole):
    cost = cost_of(observed("generate", whole(length=3), length=3))
    assert (cost.own.positions, cost.own.recomputed_keys) == (12, 0)


def test_a_pass_that_a_stage_refused_costs_nothing():
    calls = [StageCall("stages.prefill", [99], None), *cached()]
    cost = cost_of(observed("generate_cached", calls))
    assert cost.own == cost.reference


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden": True},
        {"failure": RuntimeError},
        {"stopped": True},
        {"stage": "beam_search"},
        {"arguments": (PROMPT, {})},
        {"arguments": (PROMPT, {}, 5, EOS, 16)},  # it ended too early
        {"calls": [StageCall("stages.decode", 1, 2), *cached()]},  # of another table
    ],
)
def test_of_a_run_that_cannot_be_compared_nothing_is_said(changes):
    assert with_costs(GRADED, [replace(observed("generate_cached", cached()), **changes)]) == GRADED


def test_the_longest_run_is_shown_and_a_hidden_one_never():
    runs = [
        observed("generate_cached", cached(most=2), most=2),
        observed("generate_cached", cached(most=3), most=3),
        observed("generate_cached", cached(), hidden=True),
    ]
    assert cost_of(*runs).tokens == 3


def test_costs_are_json_both_ways_and_a_report_without_them_can_be_read():
    made = with_costs(GRADED, [observed("generate_cached", cached())])
    assert report_from_json(to_json(made)) == made
    old = to_json(GRADED).replace(b'  "costs": [],\n', b"")
    assert b"costs" not in old
    assert report_from_json(old) == GRADED
