from datetime import timedelta

import pytest

from grader.batch.applied_policy import apply_policy
from grader.batch.class_grades import grades_kept
from grader.batch.results import Results
from grader.policies.policy import AttemptRule, Policy
from grader.staff.regrades import publish_regrade, regrade_changes, take_back_regrade
from tests.grader.staff.a_class import AT, report

LATER = AT + timedelta(days=1)


@pytest.fixture
def keeper(tmp_path):
    made = Results(tmp_path / "results")
    for name, shift in (("ada", 5), ("bo", 2), ("cy", 0)):
        keep(made, report(name, shift=shift))
    return made


@pytest.fixture
def trial(tmp_path):
    made = Results(tmp_path / "trial")
    for name, shift in (("ada", 5), ("bo", 4), ("cy", 0)):
        keep(made, report(name, shift=shift, key="new"))
    return made


def keep(keeper, one, *, at=AT):
    keeper.keep(one, one, at=at)


def points(keeper):
    return {grade.report.submission: grade.points for grade in grades_kept(keeper)}


def test_before_publishing_nothing_counts_and_the_changes_are_known(keeper, trial):
    [change] = regrade_changes(keeper, trial, enrolled={})
    assert (change.submission, change.difference) == ("bo", 2)
    assert points(keeper) == {"ada": 10, "bo": 7, "cy": 5}


def test_publishing_keeps_a_new_version_beside_the_old_one(keeper, trial):
    done = publish_regrade(keeper, trial, at=LATER)
    assert done.places == {name: (1, 2) for name in ("ada", "bo", "cy")}
    assert points(keeper) == {"ada": 10, "bo": 9, "cy": 5}
    assert [version.report.points for version in keeper.versions("bo")] == [7, 9]


def test_publishing_twice_changes_nothing_more(keeper, trial):
    publish_regrade(keeper, trial, at=LATER)
    again = publish_regrade(keeper, trial, at=LATER)
    assert again.places == {}
    assert len(keeper.versions("bo")) == 2


def test_what_was_handed_in_meanwhile_stays(keeper, trial):
    keep(keeper, report("bo", submission_digest="newer"), at=LATER)
    assert not [c for c in regrade_changes(keeper, trial, enrolled={}) if c.submission == "bo"]
    done = publish_regrade(keeper, trial, at=LATER)
    assert done.left == ("bo",)
    assert points(keeper)["bo"] == 10


def test_who_was_not_graded_again_keeps_the_grade(keeper, tmp_path):
    part = Results(tmp_path / "part")
    keep(part, report("bo", shift=5, key="new"))
    assert [c.submission for c in regrade_changes(keeper, part, enrolled={})] == ["bo"]
    publish_regrade(keeper, part, at=LATER)
    assert points(keeper) == {"ada": 10, "bo": 10, "cy": 5}


def test_a_regrade_is_taken_back(keeper, trial):
    done = publish_regrade(keeper, trial, at=LATER)
    changed, left = take_back_regrade(keeper, done.places, at=LATER)
    assert (changed, left) == (("ada", "bo", "cy"), ())
    assert points(keeper) == {"ada": 10, "bo": 7, "cy": 5}
    assert len(keeper.versions("bo")) == 3


def test_what_came_after_a_regrade_is_not_taken_back(keeper, trial):
    done = publish_regrade(keeper, trial, at=LATER)
    keep(keeper, report("bo", shift=1, submission_digest="newer"), at=LATER)
    _, left = take_back_regrade(keeper, done.places, at=LATER)
    assert left == ("bo",)
    assert points(keeper)["bo"] == 6


@pytest.fixture
def attempts(tmp_path):
    """A class in which the best attempt counts; the first is the better one, the second newer."""
    made, fresh = Results(tmp_path / "several"), Results(tmp_path / "several-again")
    apply_policy(
        made, Policy(attempts=AttemptRule(counts="best")), reason="rules", by="prof", at=AT
    )
    for number, shift in ((1, 4), (2, 1)):
        more = {"submission_digest": f"{number}", "handed_in_at": AT + timedelta(hours=number)}
        keep(made, report("ada", shift=shift, **more))
        keep(fresh, report("ada", shift=shift + 1, key="new", **more))
    return made, fresh


def test_every_attempt_is_graded_again_and_the_newest_stays_the_newest(attempts):
    made, fresh = attempts
    [change] = regrade_changes(made, fresh, enrolled={})
    assert (change.before.points, change.after.points) == (9, 10)
    done = publish_regrade(made, fresh, at=LATER)
    assert points(made) == {"ada": 10}
    assert made.newest()["ada"].submission_digest == "2"
    take_back_regrade(made, done.places, at=LATER)
    assert points(made) == {"ada": 9}
    assert made.newest()["ada"].submission_digest == "2"
