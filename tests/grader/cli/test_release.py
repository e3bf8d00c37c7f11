"""`grader release` makes a folder that can be checked with, or says why it cannot."""

import shutil

import pytest

from tests.grader.subject.conftest import FILES

RIGHT = "def mean(x):\n    return x.mean(-1)\n"
SUM = "def mean(x):\n    return x.sum(-1)\n"


@pytest.fixture
def assignment(tmp_path):
    """A small assignment with a hidden check, whose visible one asks the reference."""
    folder = tmp_path / "mean"
    (folder / "hidden").mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text.lstrip())
    (folder / "handout.md").write_text("# Mean\n")
    (folder / "starter.py").write_text("def mean(x):\n    raise NotImplementedError\n")
    visible = FILES["test_mean.py"].replace("student, rng", "student, reference, rng")
    visible = visible.replace("x.mean(-1)", "reference.mean(x)").replace("points(2)", "points(1)")
    (folder / "test_mean.py").write_text(visible)
    hidden = visible.replace("test_rows", "test_secret_rows")
    (folder / "hidden" / "test_hidden.py").write_text(hidden)
    return folder


@pytest.fixture
def release(grader, assignment, tmp_path):
    ran = grader("release", assignment, "-o", tmp_path / "given")
    assert ran.returncode == 0, ran.stderr
    return tmp_path / "given"


def test_a_check_in_the_folder_takes_it(grader, release):
    (release / "right.py").write_text(RIGHT)
    ran = grader("check", "right.py", cwd=release)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "The only visible check passed: 1 of 1 point." in ran.stdout
    assert "1 hidden check, worth 1 point, is run" in ran.stdout


def test_a_known_mistake_is_named_without_its_code(grader, release, assignment, tmp_path):
    shutil.rmtree(assignment)
    (tmp_path / "sum.py").write_text(SUM)
    ran = grader("check", tmp_path / "sum.py", "--assignment", release)
    assert ran.returncode == 1
    assert "I add the entries of a row and do not divide." in ran.stdout
    assert "Ask yourself: What is the mean of 2 and 4?" in ran.stdout
    assert sorted(path.name for path in release.iterdir()) == [
        "answers.recorded",
        "assignment.yaml",
        "conftest.py",
        "handout.md",
        "starter.py",
        "test_mean.py",
    ]


def test_a_failing_input_is_written_as_a_script(grader, release, tmp_path):
    (tmp_path / "sum.py").write_text(SUM)
    ran = grader("debug", tmp_path / "sum.py", "mean", "--assignment", release)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (tmp_path / "debug_mean.py").is_file()


def test_nothing_is_overwritten(grader, assignment, release):
    (release / "submission.py").write_text(RIGHT)
    ran = grader("release", assignment, "-o", release)
    assert ran.returncode == 2
    assert "there is something in this folder, and nothing is overwritten" in ran.stderr
    assert (release / "submission.py").read_text() == RIGHT


def test_a_class_is_not_graded_with_it(grader, release, tmp_path):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ada.py").write_text(RIGHT)
    words = ("batch", tmp_path / "class", "-o", tmp_path / "results", "--assignment", release)
    ran = grader(*words, "--require-level", "none")
    assert ran.returncode == 2
    assert "it has no hidden checks" in ran.stderr
    assert "Traceback" not in ran.stderr


def refused(grader, assignment, tmp_path):
    ran = grader("release", assignment, "-o", tmp_path / "other")
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "other").exists()
    return ran.stderr


def test_a_release_of_a_release_is_refused(grader, release, tmp_path):
    assert "it is a release itself" in refused(grader, release, tmp_path)


def test_a_hidden_check_among_the_visible_ones_is_refused(grader, assignment, tmp_path):
    text = (assignment / "hidden" / "test_hidden.py").read_text()
    (assignment / "hidden" / "test_hidden.py").unlink()
    text = text.replace("points, stage", "hidden, points, stage").replace(
        "@stage", "@hidden\n@stage"
    )
    (assignment / "test_more.py").write_text(text)
    said = refused(grader, assignment, tmp_path)
    assert "the hidden check mean.secret_rows stands in a file that students would get" in said


def test_without_a_subject_there_is_nothing_to_record(grader, assignment, tmp_path):
    (assignment / "reference.py").unlink()
    (assignment / "misconceptions.py").unlink()
    assert "there are no answers to record" in refused(grader, assignment, tmp_path)


def test_a_missing_starter_is_said(grader, assignment, tmp_path):
    (assignment / "starter.py").unlink()
    assert "the assignment has no starter.py" in refused(grader, assignment, tmp_path)


def test_right_functions_that_do_not_pass_are_not_recorded(grader, assignment, tmp_path):
    text = (assignment / "test_mean.py").read_text()
    (assignment / "test_mean.py").write_text(text.replace("reference.mean(x)", "x.sum(-1)"))
    assert "the right functions do not pass mean.rows" in refused(grader, assignment, tmp_path)


def test_a_broken_file_of_answers_is_said(grader, release):
    (release / "answers.recorded").write_bytes(b"torn")
    (release / "right.py").write_text(RIGHT)
    ran = grader("check", "right.py", cwd=release)
    assert ran.returncode == 2
    assert "these are no recorded answers" in ran.stderr
