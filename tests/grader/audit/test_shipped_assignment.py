"""The shipped assignment is fair: every known mistake is caught and named, no right code fails."""

import pytest

from grader.audit.cases import right_cases
from grader.settings import find_assignment
from grader.subject.loading import subject_of
from reference.decoder.misconceptions.catalogue import misconceptions

ASSIGNMENT = find_assignment("decoder-generation")
SUBJECT = subject_of(ASSIGNMENT)
# No numbers could tell these from one that is named first: see INDISTINGUISHABLE in the tests of
# the catalogue.
NAMED_SECOND = {"attention_weights.mask_tiny_fill"}
# All of its answers are NaN, which many a mistake gives: they are told to be that, and no more.
WITHOUT_INFORMATION = {"attention_weights.mask_times_infinity"}


@pytest.fixture
def figures(shipped):
    assert shipped.result, shipped.text
    return {figure.name: figure for figure in shipped.result.figures}


def test_the_command_ends_well(shipped):
    assert shipped.code == 0, shipped.text
    assert "Everything is as it must be." in shipped.text


def test_every_known_mistake_is_caught(figures):
    assert figures["caught"].exceptions == ()
    assert figures["caught"].good == figures["caught"].of == len(misconceptions())


def test_no_right_submission_loses_a_point(figures):
    assert figures["fair"].exceptions == ()
    assert figures["fair"].of >= 3 * (len(right_cases(ASSIGNMENT, SUBJECT)) - 2)


def test_at_least_ten_right_submissions_are_written_differently():
    written = [case for case in right_cases(ASSIGNMENT, SUBJECT) if not case.stages]
    assert len(written) >= 11  # and the reference


def test_mistakes_are_named_first(shipped, figures):
    second = {row.id for row in shipped.result.misconceptions if not row.named_first}
    assert second == NAMED_SECOND | WITHOUT_INFORMATION
    assert figures["named"].percent >= 95


def test_both_of_two_mistakes_are_named(figures):
    assert figures["named in pairs"].of == 200
    assert figures["named in pairs"].percent >= 90


def test_noise_is_never_called_a_mistake(figures):
    assert figures["no false accusation"].exceptions == ()
    assert figures["no false accusation"].of == 200


def test_tolerances_lie_between_rounding_and_mistakes(shipped, figures):
    assert figures["tolerances"].exceptions == ()
    by_stage = {row.stage: row for row in shipped.result.stages}
    compared = [row for row in by_stage.values() if row.rounding is not None]
    assert len(compared) >= 10  # all but those that return token ids
    assert all(0 < row.rounding <= 1 / 20 for row in compared)
    assert all(row.nearest >= 10 for row in compared)


def test_the_finest_mistake_is_the_one_that_the_contract_names(shipped):
    [row] = [row for row in shipped.result.stages if row.stage == "feed_forward"]
    assert row.nearest_id == "feed_forward.erf_gelu"


def test_no_check_repeats_another_and_each_sees_something(shipped):
    assert shipped.result.twins == ()
    assert [row.check for row in shipped.result.checks if not row.sees] == []


def test_every_stage_is_audited(shipped):
    assert [row.stage for row in shipped.result.stages] == list(SUBJECT.functions)
    assert shipped.result.not_audited == ()
    assert sum(row.misconceptions for row in shipped.result.stages) == len(misconceptions())


def test_the_full_matrix_shows_every_mistake_and_every_check(shipped):
    for row in (*shipped.result.misconceptions,):
        assert row.id in shipped.text
    for row in shipped.result.checks:
        assert row.check in shipped.text
