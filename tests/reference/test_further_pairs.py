"""Two mistakes in one stage get both names, in the subjects beside the first one."""

import random
from functools import cache, partial

import numpy as np
import pytest
import torch

from grader.diagnosis import arrays
from grader.settings import find_assignment
from grader.subject.composition import composed
from grader.subject.loading import subject_of
from grader.subject.subject import both
from tests.reference.decoder.misconceptions.test_recorded_calls import distance
from tests.reference.graded_here import GradedHere

NAMES = ("training-objective", "kv-cache", "sampling-and-search")
ASSIGNMENTS = {name: find_assignment(name) for name in NAMES}
SUBJECTS = {name: subject_of(one) for name, one in ASSIGNMENTS.items()}
STAGES = [(name, stage) for name, one in SUBJECTS.items() for stage in one.compositions]
DRAWN = 40  # of the pairs of a stage; more only take time
# What is no matter of one part: the end of the run, the choice of one beam among a few, the order
# of what is done, the arguments changed in place, or several parts at once.
WHOLE = {
    "mask_targets.padding_is_token_zero",
    "cross_entropy.one_target_more",
    "cross_entropy.over_the_positions",
    "cross_entropy.squared_error",
    "adamw_step.eps_is_a_floor",
    "adamw_step.v_never_falls",
    "adamw_step.returns_the_root",
    "train_step.reads_all_parts_first",
    "train_step.times_the_count",
    "train_step.returns_the_last_share",
    "cached_attention.split_by_reshape",
    "cached_attention.columns_dealt_to_heads",
    "cached_attention.no_output_projection",
    "cached_attention.output_transposed",
    "cached_attention.no_query_bias",
    "cached_attention.no_value_bias",
    "cached_attention.hidden_scores_are_zero",
    "cached_attention.softmax_over_heads",
    "cached_layer.norms_swapped",
    "cached_layer.no_second_norm",
    "cached_layer.feed_forward_first",
    "prefill.mean_of_positions",
    "prefill.scaled_embeddings",
    "prefill.tied_output",
    "decode.tied_projection",
    "decode.decode_to_probabilities",
    "decode.final_norm_twice",
    "generate_cached.refilled_without_the_prompt",
    "beam_step.places_for_tokens",
    "beam_step.finished_ones_come_first",
    "beam_search.parents_are_not_used",
    "train_step.reads_the_targets",
    "train_step.empties_the_batches",
    "train_step.skips_empty_parts",
    "cached_attention.changes_its_cache",
    "cached_attention.joined_before_turning",
    "cached_attention.no_output_bias",
    "cached_layer.normalized_afterwards",
    "cached_layer.side_by_side",
    "cached_layer.changes_its_cache",
    "prefill.kept_in_the_model",
    "decode.changes_its_cache",
    "generate_cached.changes_the_prompt",
    "generate_cached.chooses_by_itself",
    "beam_search.no_length",
    "beam_search.prompt_counts_in_the_length",
    "beam_search.multiplies_by_the_length",
    "beam_search.always_the_whole_length",
    "beam_search.length_of_another_formula",
    "beam_search.eos_is_no_length",
    "beam_search.one_step_less",
    "beam_search.returns_the_last",
    "beam_search.finished_ones_alone",
}
LIKELY = [
    ("training-objective", "mask_targets.prompt_counts", "mask_targets.always_minus_hundred"),
    ("training-objective", "cross_entropy.softmax_twice", "cross_entropy.ignored_in_denominator"),
    ("training-objective", "cross_entropy.log_base_two", "cross_entropy.mean_of_row_means"),
    ("training-objective", "adamw_step.no_correction", "adamw_step.decay_in_the_gradient"),
    ("training-objective", "adamw_step.no_decay", "adamw_step.eps_in_the_root"),
    ("training-objective", "train_step.zeroes_each_part", "train_step.clips_after_the_step"),
    ("training-objective", "train_step.never_clips", "train_step.mean_of_means"),
    ("training-objective", "train_step.never_zeroes", "train_step.never_schedules"),
    ("training-objective", "train_step.one_backward", "train_step.mean_of_means"),
    ("kv-cache", "cached_attention.no_scale", "cached_attention.mask_not_shifted"),
    ("kv-cache", "cached_attention.new_before_past", "cached_attention.no_mask"),
    ("kv-cache", "cached_layer.no_residual", "cached_layer.old_cache_returned"),
    ("kv-cache", "prefill.every_position", "prefill.no_final_norm"),
    ("kv-cache", "decode.position_zero", "decode.cache_not_grown"),
    ("kv-cache", "generate_cached.stale_cache", "generate_cached.eos_ignored"),
    ("kv-cache", "generate_cached.decodes_on", "generate_cached.one_too_many"),
    ("sampling-and-search", "beam_step.adds_probabilities", "beam_step.parents_are_lost"),
    ("sampling-and-search", "beam_step.finished_ones_go_on", "beam_step.averages"),
    ("sampling-and-search", "beam_search.starts_with_copies", "beam_search.returns_the_prompt"),
    ("sampling-and-search", "beam_search.prompt_is_lost", "beam_search.one_step_more"),
]


@pytest.fixture(autouse=True)
def _all_the_time_it_takes(monkeypatch):
    """A machine that is busy with other tests may be slow."""
    monkeypatch.setattr(arrays, "SECONDS_FOR_PAIRS", 300.0)


@pytest.fixture(autouse=True, scope="module")
def _one_thread():
    """As a worker has it: on small arrays several threads only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@cache
def here(name):
    return GradedHere(ASSIGNMENTS[name], SUBJECTS[name])


def singles(name, stage):
    return [f"{stage}.{mistake}" for mistake in SUBJECTS[name].compositions[stage].wrong]


def finding(report):
    """What is said of the one stage that is there; None if nothing is."""
    found = [f for f in report.findings if f.misconceptions or f.pattern]
    return found[0] if found else None


def largest(value):
    """The largest finite size of a number in a value."""
    match value:
        case dict():
            return max(map(largest, value.values()), default=0.0)
        case list():
            return max(map(largest, value), default=0.0)
        case None:
            return 0.0
        case _:
            sizes = np.abs(np.asarray(value, dtype=np.float64))
            return float(sizes[np.isfinite(sizes)].max(initial=0.0))


def unit(value):
    """What may be rounding in single precision."""
    return 1e-4 * max(largest(value), 1e-3)


def assert_same(one, other):
    """Both did the same in all calls of the checks."""
    for a, b in zip(one, other, strict=True):
        assert (a.failure is None) == (b.failure is None)
        assert distance(a.value, b.value, unit(a.value)) <= 1
        made = [[[call.stage, call.received] for call in seen.calls] for seen in (a, b)]
        assert distance(*made, 1e-5) <= 1


@pytest.mark.parametrize(("name", "stage"), STAGES)
def test_a_stage_in_parts_is_the_stage_and_each_mistake_its_own(name, stage):
    composition, versions = SUBJECTS[name].compositions[stage], [stage, *singles(name, stage)]

    def in_parts(version):
        if version == stage:
            return partial(composition.stage, composition.right)
        return composed(composition, [version])

    whole = here(name).observations(versions)
    made = GradedHere(ASSIGNMENTS[name], SUBJECTS[name], in_parts).observations(versions)
    for version in versions:
        assert_same(whole[version][1], made[version][1])


@pytest.mark.parametrize("name", NAMES)
def test_every_mistake_that_is_one_of_parts_is_there(name):
    subject = SUBJECTS[name]
    known = {e.id for stage in subject.compositions for e in subject.of_stage(stage)}
    in_parts = {id_ for stage in subject.compositions for id_ in singles(name, stage)}
    whole = {id_ for id_ in known - in_parts if not id_.endswith(".changes_its_input")}
    assert in_parts <= known
    assert whole == {id_ for id_ in WHOLE if id_ in known}


@pytest.mark.parametrize(("name", "stage"), STAGES)
def test_a_mistake_replaces_parts_that_are_there(name, stage):
    composition = SUBJECTS[name].compositions[stage]
    for parts in composition.wrong.values():
        assert parts
        assert parts.keys() <= composition.right.keys()


@pytest.mark.parametrize(("name", "stage"), STAGES)
def test_most_random_pairs_are_named_and_the_rest_by_one_mistake(name, stage):
    """Where one of two mistakes makes the other idle, a single one explains everything."""
    pairs = SUBJECTS[name].pairs_of(stage)
    drawn = random.Random(4).sample(pairs, min(DRAWN, len(pairs)))
    unnamed = []
    for version, report in here(name).reports(map(both, drawn)).items():
        found, pair = finding(report), set(version.split(" and "))
        if found is None or pair not in map(set, found.pairs):
            unnamed.append(version)
            assert found is None or found.pairs == (), version
    assert len(unnamed) <= 0.15 * len(drawn), unnamed


@pytest.mark.parametrize(("name", "one", "other"), LIKELY)
def test_a_likely_pair_is_the_only_one_that_fits(name, one, other):
    [report] = here(name).reports([both((one, other))]).values()
    found = finding(report)
    assert [set(pair) for pair in found.pairs] == [{one, other}]
    assert set(found.says) == {SUBJECTS[name].find(id_).says for id_ in (one, other)}


@pytest.mark.parametrize(("name", "stage"), STAGES)
def test_a_single_mistake_is_never_made_two(name, stage):
    versions = [entry.id for entry in SUBJECTS[name].of_stage(stage)]
    for id_, report in here(name).reports(versions).items():
        assert not any(found.pairs for found in report.findings), id_


def late_zero(batches, stages, max_norm, ignore_index):
    """Right but for what the model reads: zero right before backward is early enough."""
    for _, targets in batches:
        loss = stages.loss(stages.forward(targets), targets)
        stages.zero()
        stages.backward(loss)


def test_a_run_that_ends_at_once_accuses_of_one_mistake_at_most():
    name = "training-objective"
    graded = GradedHere(ASSIGNMENTS[name], SUBJECTS[name], lambda version: late_zero)
    [report] = graded.reports(["train_step"]).values()
    assert finding(report) is None or len(finding(report).misconceptions) < 2
