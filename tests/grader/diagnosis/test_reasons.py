"""What is said besides names and patterns, and at which checks names stand."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from grader.errors import Crashed
from reference.decoder.contract import FUNCTIONS
from reference.decoder.misconceptions.catalogue import find
from tests.grader.diagnosis.conftest import explained, failing, graded, run
from tests.grader.diagnosis.test_named import names, observed


def patterns(report):
    return [finding.pattern for finding in report.findings]


def answered(right, stage, change):
    return [replace(o, value=change(o)) for o in right[stage]]


def again(functions):
    """Calls made again, with other functions in the place of right ones."""

    def ask(stage, arguments, answers):
        return run(functions.get(stage, FUNCTIONS[stage]), arguments).value

    return ask


# --- answers without information


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda o: np.full_like(o.value, np.nan), "Every entry is NaN."),
        (lambda o: np.zeros_like(o.value), "Every entry is zero."),
        (lambda o: np.full_like(o.value, 0.3), "All entries of the result are the same number."),
        (lambda o: o.arguments[0], "The result is the argument `x`, unchanged."),
    ],
)
def test_answers_without_information_are_said_to_be_that(right, change, sentence):
    for stage in ("layer_norm", "feed_forward", "decoder_layer", "self_attention"):
        report = explained(failing(stage), answered(right, stage, change))
        assert patterns(report) == [sentence], stage
        assert names(report) == [()]


def test_one_number_for_every_call_has_no_other_pattern(right):
    seen = answered(right, "sequence_log_probability", lambda o: 0.5)
    visible = [replace(o, hidden=False) for o in seen]
    report = explained(failing("sequence_log_probability"), visible)
    assert patterns(report) == ["The result is the same number in every call."]
    # Of hidden calls alone nothing is said but a name from the list.
    report = explained(failing("sequence_log_probability"), [replace(o, hidden=True) for o in seen])
    assert report.findings == ()


def test_an_integer_mask_that_is_turned_around_has_its_name(right):
    id_ = "attention_weights.mask_bitwise_not"
    seen = observed(find(id_).wrong, right["attention_weights"])
    assert names(explained(failing("attention_weights"), seen)) == [(id_,)]


# --- what was changed


def test_an_argument_that_is_changed_in_another_way_gets_no_name(right):
    """Filtered logits set to minus infinity are no logits divided by the temperature."""
    stage = "next_token_distribution"
    seen = []
    for old in right[stage]:
        after = old.after
        if after is not None:
            logits = np.array(after[0])
            logits[..., 0] = -np.inf
            after = (logits, *after[1:])
        seen.append(replace(old, after=after))
    assert any(o.after is not None for o in seen)
    report = explained(failing(stage), seen)
    assert names(report) == [()]
    assert patterns(report)[0].startswith("An argument is changed in place")


def test_the_change_of_an_inner_function_is_not_blamed_on_the_stage(right):
    seen = []
    for old in right["decoder_layer"]:
        after = old.after
        if after is not None:
            weights = dict(after[1])
            weights.popitem()
            after = (after[0], weights, *after[2:])
        seen.append(replace(old, after=after))
    assert names(explained(failing("decoder_layer"), seen)) == [()]


def test_every_change_of_the_catalogue_is_still_named(right):
    stages = [stage for stage in FUNCTIONS if stage != "generate"]
    known = [f"{stage}.changes_its_input" for stage in stages]
    checked = 0
    for id_ in known:
        stage = id_.partition(".")[0]
        try:
            wrong = find(id_).wrong
        except KeyError:
            continue
        seen = observed(wrong, right[stage])
        if all(o.after is None for o in seen):
            continue
        checked += 1
        assert (id_,) in names(explained(failing(stage), seen)), id_
    assert checked >= 6


# --- the same equality as in the checks


def test_ids_that_are_floats_are_not_named_after_their_values(right):
    crop = observed(find("step_input.no_crop").wrong, right["step_input"])
    floats = [replace(o, value=[float(token) for token in o.value]) for o in crop]
    assert names(explained(failing("step_input"), crop)) == [("step_input.no_crop",)]
    assert not any(names(explained(failing("step_input"), floats)))


def test_one_call_that_crashes_does_not_silence_the_others(right):
    seen = observed(find("layer_norm.no_bias").wrong, right["layer_norm"])
    for place in range(len(seen)):
        one = replace(seen[place], value=None, failure=Crashed, after=None)
        mixed = [*seen[:place], one, *seen[place + 1 :]]
        assert ("layer_norm.no_bias",) in names(explained(failing("layer_norm"), mixed))


def test_a_name_stands_only_at_checks_that_fail_for_its_reason(right):
    stage = "next_token_distribution"
    seen = [
        replace(o, check="with" if o.arguments[2] is not None else "without")
        for o in observed(find(f"{stage}.top_k_ignored").wrong, right[stage])
    ]
    [failed] = failing(stage).stages
    checks = [replace(failed.checks[0], check=name) for name in ("with", "without", "no calls")]
    report = replace(failing(stage), stages=(replace(failed, checks=tuple(checks)),))
    at = {check.check: check.misconceptions for check in explained(report, seen).checks}
    assert at["with"][:1] == (f"{stage}.top_k_ignored",)
    assert at["without"] == ()
    assert at["no calls"] == at["with"]  # it judges what another check ran


# --- two faults of a loop


def played(*names_of_parts):
    """The report of a loop with several mistakes, and its calls."""
    return graded([" and ".join(f"generate.{name}" for name in names_of_parts)])


@pytest.mark.parametrize(
    "pair",
    [
        ("no_crop", "ignores_eos"),
        ("crop_first", "eos_not_appended"),
        ("float_ids", "no_crop"),
        ("drops_first", "returns_prompt"),
        ("second_last_row", "one_short"),
    ],
    ids=" and ".join,
)
def test_two_faults_of_a_loop_get_both_names(pair):
    [(report, seen)] = played(*pair).values()
    [found] = explained(report, [o for o in seen if o.stage == "generate"]).findings
    assert {f"generate.{name}" for name in pair} in map(set, found.pairs)


def test_one_fault_of_a_loop_is_never_made_two():
    [(report, seen)] = played("no_crop").values()
    [found] = explained(report, seen).findings
    assert found.misconceptions == ("generate.no_crop",)
    assert found.pairs == ()


# --- functions that draw numbers of their own


def test_a_function_that_answers_otherwise_the_second_time_is_said_to_do_so(right):
    rng = np.random.default_rng(1)

    def noisy(queries, keys):
        weights = FUNCTIONS["attention_weights"](queries, keys)
        return weights + float(rng.uniform(0.1, 0.2))

    ask = again({"attention_weights": noisy})
    seen = observed(noisy, right["attention_weights"])
    report = explained(failing("attention_weights"), seen, ask)
    assert patterns(report) == ["Two calls with the same input gave different answers."]
    assert names(report) == [()]


def test_dropout_has_a_name(right):
    def dropped(queries, keys):
        return torch.nn.functional.dropout(FUNCTIONS["attention_weights"](queries, keys), 0.2)

    seen = observed(dropped, right["attention_weights"])
    report = explained(failing("attention_weights"), seen, again({"attention_weights": dropped}))
    assert "as dropout leaves them" in patterns(report)[0]


def test_a_counter_is_found_though_two_new_calls_agree(right):
    wrong = find("layer_norm.no_bias").wrong
    first, *others = right["layer_norm"]
    report = explained(failing("layer_norm"), [first, *observed(wrong, others)], again({}))
    assert patterns(report) == ["Two calls with the same input gave different answers."]


@pytest.mark.parametrize("id_", ["layer_norm.no_bias", "softmax.base_two"])
def test_what_a_known_mistake_explains_in_every_call_is_not_called_again(right, id_):
    """No drawn floats fit it, and a process that has seen no hidden input costs a new one."""
    stage = find(id_).stage
    seen = observed(find(id_).wrong, right[stage])
    asked = []

    def ask(stage, arguments, answered):
        asked.append(arguments)

    assert names(explained(failing(stage), seen, ask)) == [(id_,)]
    assert not any(arguments is o.arguments for arguments in asked for o in seen)


def test_whole_numbers_that_a_known_mistake_explains_are_asked_again(right):
    stage = "step_input"
    wrong = find("step_input.crop_short").wrong
    report = explained(failing(stage), observed(wrong, right[stage]), again({}))
    assert patterns(report) == ["Two calls with the same input gave different answers."]


def test_a_mistake_that_repeats_itself_keeps_its_name(right):
    wrong = find("layer_norm.no_bias").wrong
    seen = observed(wrong, right["layer_norm"])
    report = explained(failing("layer_norm"), seen, again({"layer_norm": wrong}))
    assert names(report) == [("layer_norm.no_bias",)]


def test_inner_functions_that_were_answered_for_make_no_difference(right):
    """The check had the right softmax in place of the student's own, or the other way round."""
    wrong = find("layer_norm.no_bias").wrong
    seen = observed(wrong, right["layer_norm"])
    for answered_now in (True, False):

        def ask(stage, arguments, answers, is_same=answered_now):
            if stage != "layer_norm":
                return run(FUNCTIONS[stage], arguments).value
            value = run(wrong, arguments).value
            return value if bool(answers) is is_same else value + 1

        report = explained(failing("layer_norm"), seen, ask)
        assert names(report) == [("layer_norm.no_bias",)]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda o: 1.7 * o.value,
        lambda o: o.value + 3,
        lambda o: np.full_like(o.value, np.nan),
        lambda o: np.zeros_like(o.value),
        lambda o: np.where(np.arange(o.value.shape[-2])[:, None] >= 2, 9, o.value),
        lambda o: o.value[..., ::-1, :],
    ],
    ids=["factor", "amount", "nan", "zero", "position", "moved"],
)
def test_what_hidden_calls_alone_show_has_no_pattern(right, wrong):
    seen = [replace(o, value=wrong(o)) if o.hidden else o for o in right["feed_forward"]]
    assert any(o.hidden for o in seen)
    assert patterns(explained(failing("feed_forward"), seen)) == []


def test_a_pattern_of_visible_calls_does_not_wait_for_hidden_ones(right):
    wrong = [o if o.hidden else replace(o, value=1.7 * o.value) for o in right["feed_forward"]]
    said = patterns(explained(failing("feed_forward"), wrong))
    assert said == ["Every entry is wrong by the same factor, about 1.7."]
    noise = [replace(o, value=o.value + i) if o.hidden else o for i, o in enumerate(wrong)]
    assert patterns(explained(failing("feed_forward"), noise)) == said


def test_no_hidden_call_is_made_again(right):
    asked = []
    seen = [replace(o, value=1.7 * o.value) for o in right["feed_forward"]]

    def ask(function, arguments, answered):
        asked.append(arguments)

    explained(failing("feed_forward"), seen, ask)
    hidden = [o.arguments for o in seen if o.hidden]
    assert asked
    assert not [a for a in asked if any(a is h for h in hidden)]
