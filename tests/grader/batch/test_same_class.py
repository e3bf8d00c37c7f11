"""A results folder stays that of one class, and what is withdrawn is set aside and comes back."""

import shutil

import pytest

from grader.batch.class_run import run_batch
from grader.batch.results import Results
from grader.errors import CourseError
from grader.intake.class_intake import opened_class
from grader.settings import Course, load_assignment
from tests.grader.batch.test_class_run import AT


@pytest.fixture
def run(small, tmp_path):
    """Grades a folder, or refuses to; without a submission that needs a worker it takes no time."""

    def ran(folder="class", *, secret="", **options):
        with opened_class(tmp_path / folder) as intake:
            return run_batch(
                intake,
                Results(tmp_path / "results"),
                assignment=options.pop("assignment", None) or load_assignment(small),
                course=Course(secret=secret),
                require_level="none",
                told=lambda *_: None,
                now=lambda: AT,
                **{"n_workers": 1, "force": False} | options,
            )

    (tmp_path / "class").mkdir()
    for name in ("ada", "bob"):
        (tmp_path / "class" / f"{name}.txt").write_text("")
    return ran


def files(folder):
    """Every file with its content and the time of its last change."""
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"folder": "other"}, "those of the submissions in .*class\n"),
        ({"secret": "s"}, "made with a secret of their own, and this run has the secret of a cour"),
    ],
)
def test_results_of_another_class_are_left_alone_until_it_is_confirmed(
    run, tmp_path, change, sentence
):
    run()
    shutil.copytree(tmp_path / "class", tmp_path / "other")
    before = files(tmp_path / "results")
    with pytest.raises(CourseError, match=sentence) as refused:
        run(**change)
    assert "say --yes" in str(refused.value)
    assert files(tmp_path / "results") == before
    run(**change, confirmed=True)
    run(**change)
    with pytest.raises(CourseError):
        run()


def test_another_folder_s_assignment_grades_only_if_it_is_confirmed(run, small, tmp_path):
    run()
    other = tmp_path / "other" / small.name
    shutil.copytree(small, other)
    same = load_assignment(other)
    with pytest.raises(CourseError, match=r"graded by the assignment in .*/arithmetic, and this"):
        run(assignment=same)
    small.rename(tmp_path / "away")
    run(assignment=same)
    (tmp_path / "away").rename(small)
    settings = other / "assignment.yaml"
    settings.write_text(settings.read_text().replace("title: A", "title: An a"))
    run(assignment=load_assignment(other))
    before = files(tmp_path / "results")
    with pytest.raises(CourseError, match=r"graded by the assignment in .*other/ar") as refused:
        run()
    assert f"--assignment {other}" in str(refused.value)
    assert files(tmp_path / "results") == before
    run(confirmed=True)
    assert Results(tmp_path / "results").last_run().assignment_folder == str(small)


def test_all_are_withdrawn_only_if_it_is_confirmed(run, tmp_path):
    run()
    (tmp_path / "class" / "ada.txt").rename(tmp_path / "class" / "s1.txt")
    assert run().withdrawn == ("ada",)
    (tmp_path / "class" / "bob.txt").unlink()
    (tmp_path / "class" / "s1.txt").rename(tmp_path / "class" / "s2.txt")
    before = files(tmp_path / "results")
    with pytest.raises(CourseError, match="none of the 2 submissions there is handed in now"):
        run()
    assert files(tmp_path / "results") == before
    assert run(confirmed=True).withdrawn == ("bob", "s1")


def test_a_run_that_was_killed_at_once_is_remembered(run, tmp_path):
    def die(*_, **__):
        raise KeyboardInterrupt

    (tmp_path / "class" / "cy.py").write_text("x = 1\n")
    with pytest.raises(KeyboardInterrupt):
        run(start=die)
    with pytest.raises(CourseError, match="those of the submissions in"):
        run(folder="results")


def test_what_is_withdrawn_is_set_aside_and_comes_back(run, tmp_path):
    results = Results(tmp_path / "results")
    run()
    before = files(tmp_path / "results" / "reports") | files(tmp_path / "results" / "staff")
    (tmp_path / "class" / "bob.txt").rename(tmp_path / "bob.txt")
    assert run().withdrawn == ("bob",)
    assert list(results.newest()) == ["ada"]
    assert "bob" not in results.grades.read_text()
    kept = {path.parent.name for path in (tmp_path / "results" / "withdrawn").rglob("bob.json")}
    assert kept == {"reports", "staff"}
    (tmp_path / "bob.txt").rename(tmp_path / "class" / "bob.txt")
    assert run().withdrawn == ()
    assert list(results.newest()) == ["ada", "bob"]
    after = files(tmp_path / "results" / "reports") | files(tmp_path / "results" / "staff")
    assert {path: text for path, (text, _) in after.items()} == {
        path: text for path, (text, _) in before.items()
    }
    assert not list((tmp_path / "results" / "withdrawn").rglob("*.json"))
