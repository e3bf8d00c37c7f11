"""Every known mistake gets its name from what the checks of the assignment see of it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from grader.errors import Crashed
from grader.records import report_from_json, to_json
from reference.decoder.contract import FUNCTIONS
from reference.decoder.misconceptions.catalogue import equivalents, find, misconceptions
from tests.grader.diagnosis.conftest import explained, failing, graded, run

LOOPS = [entry.id for entry in misconceptions() if entry.stage == "generate"]
OTHERS = [entry.id for entry in misconceptions() if entry.stage != "generate"]

# The calls of the checks cannot tell this from one that is named with it.
NAMED_SECOND = {"attention_weights.mask_tiny_fill"}
# All of its answers are NaN, which many a mistake gives: they are told to be that, and no more.
WITHOUT_INFORMATION = {"attention_weights.mask_times_infinity"}
IN_SINGLE_PRECISION_ONLY = {
    "sequence_log_probability.product_underflows",
    "sequence_log_probability.logarithm_of_zero",
}


@pytest.fixture(scope="session")
def loops():
    """For each wrong loop, the report without findings, and what was observed."""
    return graded(LOOPS)


def observed(function, observations, dtype=torch.float32):
    """What the same calls would have shown of another function."""
    seen = []
    for old in observations:
        try:
            returned = run(function, old.arguments, dtype)
        except (RuntimeError, IndexError, ValueError, TypeError):
            seen.append(replace(old, value=None, failure=Crashed, after=None))
        else:
            after = None if old.after is None else tuple(returned.arguments)
            seen.append(replace(old, value=returned.value, after=after))
    return seen


def names(report):
    return [finding.misconceptions for finding in report.findings]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_every_mistake_that_shows_is_named_first(right, dtype):
    missed = set()
    for id_ in OTHERS:
        stage = id_.partition(".")[0]
        report = explained(failing(stage), observed(find(id_).wrong, right[stage], dtype))
        if not any(found[:1] == (id_,) for found in names(report)):
            missed.add(id_)
    single = IN_SINGLE_PRECISION_ONLY if dtype is torch.float64 else set()
    second = {id_ for id_ in NAMED_SECOND if id_ in OTHERS}
    assert missed == second | WITHOUT_INFORMATION | single


def test_every_wrong_loop_that_shows_is_named_first(loops):
    missed = {id_ for id_ in LOOPS if [f[:1] for f in names(explained(*loops[id_]))] != [(id_,)]}
    assert missed == {id_ for id_ in NAMED_SECOND if id_ in LOOPS}


def test_95_of_100_mistakes_are_named_first():
    assert len(NAMED_SECOND) <= 0.05 * len(misconceptions())


@pytest.mark.parametrize("id_", sorted(NAMED_SECOND))
def test_mistakes_that_look_alike_are_all_named(right, loops, id_):
    stage = id_.partition(".")[0]
    if id_ in loops:
        report = explained(*loops[id_])
    else:
        report = explained(failing(stage), observed(find(id_).wrong, right[stage]))
    [found] = report.findings
    assert id_ in found.misconceptions
    assert len(found.misconceptions) == len(found.says) == 2


def test_names_stand_at_the_failed_checks_and_points_stay(loops):
    before, observations = loops["generate.prompt_only"]
    after = explained(before, observations)
    failed = [c for c in after.checks if c.verdict == "failed"]
    assert failed
    assert all(c.misconceptions == ("generate.prompt_only",) for c in failed)
    assert not any(c.misconceptions for c in after.checks if c not in failed)
    assert (after.points, after.max_points) == (before.points, 100)


def test_a_report_with_findings_survives_json(loops):
    report = explained(*loops["generate.prompt_only"])
    assert report.findings[0].hints
    assert report_from_json(to_json(report)) == report


def test_a_right_submission_gets_no_findings():
    report, observations = graded(["right"])["right"]
    assert explained(report, observations).findings == ()


@pytest.mark.parametrize("stage", [stage for stage in FUNCTIONS if stage != "generate"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_right_answers_are_never_accused(right, stage, dtype):
    functions = [
        FUNCTIONS[stage],
        *(e.other for e in equivalents() if e.stage == stage and not e.where),
    ]
    for function in functions:
        assert explained(failing(stage), observed(function, right[stage], dtype)).findings == ()


def test_noise_on_right_answers_gets_no_name(right):
    rng = np.random.default_rng(7)
    stages = [s for s in FUNCTIONS if s not in ("step_input", "select_token", "generate")]
    for trial in range(200):
        stage = stages[trial % len(stages)]
        size = 10 ** rng.uniform(-4, 0)
        seen = []
        for old in right[stage]:
            value = np.asarray(old.value)
            seen.append(replace(old, value=value + size * rng.normal(size=value.shape)))
        assert not any(names(explained(failing(stage), seen))), (stage, size)


def test_noise_in_one_call_alone_gets_no_name(right):
    rng = np.random.default_rng(8)
    for stage in FUNCTIONS:
        if stage in ("step_input", "select_token", "generate"):
            continue
        for place, old in enumerate(right[stage]):
            seen = list(right[stage])
            value = np.asarray(old.value)
            seen[place] = replace(old, value=value + 0.01 * rng.normal(size=value.shape))
            assert not any(names(explained(failing(stage), seen))), (stage, place)


def test_random_tokens_get_no_name(right):
    rng = np.random.default_rng(9)
    for stage in ("step_input", "select_token"):
        for _ in range(20):
            seen = [
                replace(old, value=rng.integers(0, 37, size=np.shape(old.value)).tolist())
                for old in right[stage]
            ]
            assert not any(names(explained(failing(stage), seen)))


def test_a_mistake_in_some_calls_only_gets_no_name(right):
    wrong = observed(find("attention_weights.no_scale").wrong, right["attention_weights"])
    mixed = [*wrong[:3], *right["attention_weights"][3:]]
    assert not any(names(explained(failing("attention_weights"), mixed)))


def test_exceptions_alone_name_nothing(right):
    crashed = [replace(o, value=None, failure=Crashed, after=None) for o in right["embed"]]
    assert explained(failing("embed"), crashed).findings == ()
    assert explained(failing("embed"), [*crashed[1:], right["embed"][0]]).findings == ()


def test_a_loop_that_raises_after_right_calls_gets_no_name(right):
    for length in (0, 1, 6, 13):
        seen = [
            replace(o, value=None, failure=Crashed, after=None, calls=o.calls[:length])
            for o in right["generate"]
        ]
        assert explained(failing("generate"), seen).findings == ()


def test_a_mistake_and_a_changed_argument_are_both_named(right):
    seen = observed(find("decoder_layer.post_norm").wrong, right["decoder_layer"])
    changing = find("decoder_layer.changes_its_input").wrong
    after = [o.after and tuple(run(changing, o.arguments).arguments) for o in seen]
    assert any(after)
    seen = [replace(o, after=changed) for o, changed in zip(seen, after, strict=True)]
    assert names(explained(failing("decoder_layer"), seen)) == [
        ("decoder_layer.post_norm",),
        ("decoder_layer.changes_its_input",),
    ]


def test_hidden_calls_are_left_out_where_the_course_says_so(right):
    seen = observed(find("embed.no_positions").wrong, [o for o in right["embed"] if o.hidden])
    assert names(explained(failing("embed"), seen)) == [("embed.no_positions",)]
    assert explained(failing("embed"), seen, with_hidden=False).findings == ()


def test_a_right_loop_is_never_accused(right):
    assert explained(failing("generate"), right["generate"]).findings == ()
