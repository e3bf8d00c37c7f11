"""A class under a policy: it is kept with the results, attempts stay, and regrades lose nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from grader.batch.applied_policy import policy_that_holds
from grader.batch.class_run import run_batch
from grader.batch.results import Results
from grader.courses.code_marks import CodeMarks
from grader.intake.class_intake import ClassAttempt, ClassEntry, ClassIntake, opened_class
from grader.policies.policy import NO_POLICY
from grader.records import Submission
from grader.settings import load_assignment, load_course

AT = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
BEST = """
secret: s
zone: Europe/Zurich
late: {percent: 10}
attempts: {counts: best}
assignments:
  - id: arithmetic
    due: 2026-01-04 23:59
"""


@pytest.fixture
def results(tmp_path):
    return Results(tmp_path / "results")


@pytest.fixture
def grade(small, tmp_path, results):
    times = iter(AT + timedelta(minutes=n) for n in range(1000))

    def graded(course="secret: s\n", *, force=False, **sources):
        (tmp_path / "class").mkdir(exist_ok=True)
        for name, source in sources.items():
            (tmp_path / "class" / f"{name}.py").write_text(source)
        (tmp_path / "course.yaml").write_text(course)
        with opened_class(tmp_path / "class") as intake:
            return run_batch(
                intake,
                results,
                assignment=load_assignment(small),
                course=load_course(tmp_path / "course.yaml"),
                n_workers=1,
                force=force,
                require_level="none",
                told=lambda *_: None,
                now=lambda: next(times),
            )

    return graded


def only(results):
    [grade] = CodeMarks(results).grades()
    return grade


def test_a_resubmission_is_another_attempt_and_a_regrade_is_not(grade, results, right):
    worse = right.replace("2 * x", "3 * x")
    grade(BEST, ada=right)
    grade(BEST, ada=worse)
    best = only(results)
    assert (best.final, best.attempt, best.n_attempts) == (7, 1, 2)
    assert "Attempt 1 of 2 counts, the best." in results.grades.read_text()
    grade(BEST, force=True)
    assert (only(results).attempt, only(results).n_attempts) == (1, 2)
    assert len(results.versions("ada")) == 3, "both results stay, and the regrade is a version"
    grade(BEST.replace("best", "last"))
    assert (only(results).final, only(results).attempt) == (4, 2)


def test_a_policy_holds_from_the_run_that_brought_it_and_is_told_when_it_changes(
    grade, results, right
):
    assert not grade(ada=right).has_new_policy
    assert list(results.entries()) == [], "without a policy nothing is added"
    plain = results.grades.read_bytes()
    assert grade(BEST).has_new_policy
    assert policy_that_holds(results).due == datetime(2026, 1, 4, 22, 59, tzinfo=UTC)
    assert not grade(BEST).has_new_policy
    assert len(results.entries()) == 1
    assert "It is not known when it was handed in" in results.grades.read_text()
    assert grade().has_new_policy
    assert policy_that_holds(results) == NO_POLICY
    assert results.grades.read_bytes() == plain


def test_all_attempts_of_a_download_are_graded_where_an_earlier_one_may_count(
    small, results, right, tmp_path
):
    sources = {1: right, 2: right.replace("2 * x", "3 * x"), 3: "shift = None\n"}

    def attempt(number):
        at = datetime(2026, 1, 4, 20 + number, tzinfo=UTC)
        submission = Submission(
            name="ada",
            cells=(("submission.py", sources[number]),),
            modules={},
            digest=f"digest {number}",
            handed_in_at=at,
        )
        return ClassAttempt(read=lambda: submission, shown="ada", handed_in_at=at)

    entry = ClassEntry(name="ada", attempts=tuple(map(attempt, (1, 2, 3))))
    intake = ClassIntake(source=tmp_path, layout="x", title="x", entries=(entry,))

    def grade(course):
        (tmp_path / "course.yaml").write_text(course)
        return run_batch(
            intake,
            results,
            assignment=load_assignment(small),
            course=load_course(tmp_path / "course.yaml"),
            n_workers=2,
            force=False,
            require_level="none",
            told=lambda *_: None,
            now=lambda: AT,
        )

    grade("secret: s\n")
    assert (only(results).final, len(results.versions("ada"))) == (0, 1), "the newest alone"
    grade(BEST)
    assert (only(results).final, only(results).attempt, only(results).n_attempts) == (7, 1, 3)
    assert results.newest()["ada"].points == 0, "the newest is the one to be looked at first"
    n_versions = len(results.versions("ada"))
    grade(BEST)
    assert len(results.versions("ada")) == n_versions, "nothing is graded twice"
    grade(BEST.replace("counts: best", "counts: last, at_most: 2"))
    assert (only(results).final, only(results).attempt) == (4, 2)
