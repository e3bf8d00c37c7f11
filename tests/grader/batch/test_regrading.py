"""A regrade is looked at before it counts, keeps every version, and undoing restores what was."""

from datetime import UTC, datetime, timedelta

import pytest

from grader.batch.class_run import run_batch
from grader.batch.regrading import (
    applied_regrades,
    apply_trial,
    begin_trial,
    changes_anything,
    end_trial,
    undo_regrade,
)
from grader.batch.results import Results
from grader.courses.code_marks import CodeMarks
from grader.courses.grade_differences import difference_lines, grade_changes
from grader.errors import CourseError, GraderError
from grader.intake.class_intake import opened_class
from grader.settings import Course, load_assignment

AT = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
WHO = {"reason": "a point more", "by": "kim", "at": AT}


@pytest.fixture
def results(tmp_path):
    return Results(tmp_path / "results")


@pytest.fixture
def write(tmp_path):
    def written(**sources):
        (tmp_path / "class").mkdir(exist_ok=True)
        for name, source in sources.items():
            (tmp_path / "class" / f"{name}.py").write_text(source)

    return written


@pytest.fixture
def grade(small, tmp_path):
    times = iter(AT + timedelta(minutes=n) for n in range(1000))

    def graded(keeper):
        with opened_class(tmp_path / "class") as intake:
            return run_batch(
                intake,
                keeper,
                assignment=load_assignment(small),
                course=Course(secret="s"),
                n_workers=1,
                force=False,
                confirmed=True,
                require_level="none",
                told=lambda *_: None,
                now=lambda: next(times),
            )

    return graded


@pytest.fixture
def regrade(results, grade, tmp_path):
    def tried():
        trial = begin_trial(results, tmp_path / "class")
        grade(trial)
        end_trial(results)
        return trial

    return tried


@pytest.fixture
def dearer(small):
    """Makes `double` give one point more."""

    def made():
        settings, checks = small / "assignment.yaml", small / "test_visible.py"
        settings.write_text(
            settings.read_text().replace("points: 3,", "points: 4,").replace("total: 7", "total: 8")
        )
        text = checks.read_text()
        checks.write_text(
            text.replace('@points(1)\n@needs("twice")', '@points(2)\n@needs("twice")')
        )

    return made


def state(results):
    """All that counts, and not when it was kept."""
    run = results.last_run()
    return results.newest(), results.grades.read_bytes(), run.submissions, run.assignment_digest


def test_nothing_counts_before_it_is_applied_and_undoing_restores_it(
    results, grade, regrade, write, dearer, right
):
    write(ada=right, bo=right.replace("2 * x", "3 * x"))
    grade(results)
    CodeMarks(results).award("bo", "double", 1, **WHO)
    before = state(results)
    dearer()
    trial = regrade()
    assert state(results) == before
    lines = list(
        difference_lines(grade_changes(*(CodeMarks(r).grades() for r in (results, trial))))
    )
    assert lines == [
        "ada  7 of 7 -> 8 of 8 (+1)",
        "    double.repeated: passed, 1 of 1 -> 2 of 2",
        "bo  5 of 7 -> 5 of 8",
        "    double.repeated: blocked, 0 of 1 -> 0 of 2",
        "2 submissions: 1 more, 0 less, 1 otherwise; +1 point in all.",
    ]
    assert changes_anything(results)
    assert apply_trial(results, **WHO) == ("ada", "bo")
    assert [grade.final for grade in CodeMarks(results).grades()] == [8, 5]
    assert len(results.versions("ada")) == 2
    assert undo_regrade(results, **WHO) == (("ada", "bo"), ())
    assert state(results) == before
    assert [v.report.points for v in results.versions("ada")] == [7, 8, 7]
    assert not applied_regrades(results)


def test_only_what_is_touched_is_graded_again(results, grade, regrade, write, right):
    write(ada=right, bo=right)
    grade(results)
    write(bo=right.replace("2 * x", "3 * x"))
    regrade()
    assert apply_trial(results, **WHO) == ("bo",)
    assert len(results.versions("ada")) == 1
    regrade()
    assert not changes_anything(results)


def test_who_is_new_or_gone_comes_and_goes_with_it(results, grade, regrade, write, right, tmp_path):
    write(ada=right, bo=right)
    grade(results)
    before = state(results)
    (tmp_path / "class" / "bo.py").unlink()
    write(chen=right)
    regrade()
    assert state(results) == before
    apply_trial(results, **WHO)
    assert set(results.newest()) == {"ada", "chen"}
    undo_regrade(results, **WHO)
    assert state(results) == before
    assert (results.folder / "withdrawn" / "staff" / "chen.json").exists()


def test_what_was_decided_since_makes_it_be_looked_at_again(
    results, grade, regrade, write, dearer, right
):
    write(ada=right)
    grade(results)
    with pytest.raises(GraderError, match="no regrade waits"):
        apply_trial(results, **WHO)
    dearer()
    regrade()
    CodeMarks(results).award("ada", "double", 1, **WHO)
    before = state(results)
    with pytest.raises(GraderError, match="have changed since they were graded again"):
        apply_trial(results, **WHO)
    assert state(results) == before
    regrade()
    apply_trial(results, **WHO)
    assert CodeMarks(results).grades()[0].final == 5


def test_a_regrade_that_was_stopped_is_not_applied_and_goes_on(
    results, grade, write, dearer, right, tmp_path
):
    write(ada=right, bo=right)
    grade(results)
    dearer()
    grade(begin_trial(results, tmp_path / "class"))  # and never ended
    with pytest.raises(GraderError, match="no regrade waits"):
        apply_trial(results, **WHO)
    trial = begin_trial(results, tmp_path / "class")
    assert grade(trial).already_done == 2


def test_what_was_graded_since_stays_when_a_regrade_is_undone(
    results, grade, regrade, write, dearer, right
):
    write(ada=right, bo=right)
    grade(results)
    dearer()
    regrade()
    apply_trial(results, **WHO)
    write(bo=right.replace("2 * x", "3 * x"))
    grade(results)
    assert undo_regrade(results, **WHO) == (("ada",), ("bo",))
    assert [one.points for one in results.newest().values()] == [7, 4]
    with pytest.raises(GraderError, match="no regrade was applied"):
        undo_regrade(results, **WHO)


def test_a_folder_without_results_cannot_be_graded_again(results, tmp_path):
    with pytest.raises(CourseError, match="holds no results of a class"):
        begin_trial(results, tmp_path)
