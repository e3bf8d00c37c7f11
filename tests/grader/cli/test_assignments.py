"""`grader assignments` and `grader start`: what is there, and a first copy of it."""

import pytest

from grader.settings import find_assignment

SHIPPED = find_assignment("decoder-generation")


def test_assignments_are_listed_with_their_stages_and_points(grader):
    ran = grader("assignments")
    assert ran.returncode == 0
    assert f"decoder-generation: {SHIPPED.title} (100 points)" in ran.stdout
    for stage in SHIPPED.stages:
        assert f"  {stage.points:>3}  {stage.name:<26}{stage.title}\n" in ran.stdout


def test_the_course_is_listed_in_its_order(grader):
    said = grader("assignments").stdout
    titles = [line for line in said.splitlines() if line.endswith("(100 points)")]
    assert [line.partition(":")[0] for line in titles[:2]] == [
        "1. decoder-generation",
        "2. kv-cache",
    ]


def test_an_assignment_that_is_not_the_usual_one_is_named_in_what_to_type_next(grader, tmp_path):
    ran = grader("start", "kv-cache", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "Next: grader check kv-cache/submission.py --assignment kv-cache\n" in ran.stdout


@pytest.mark.parametrize(
    ("words", "folder"), [([], "decoder-generation"), (["my/work"], "my/work")]
)
def test_start_copies_the_handout_and_the_starter(grader, tmp_path, words, folder):
    ran = grader("start", "decoder-generation", *words, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    made = tmp_path / folder
    assert sorted(path.name for path in made.iterdir()) == ["handout.md", "submission.py"]
    assert (made / "submission.py").read_text() == (SHIPPED.folder / "starter.py").read_text()
    assert (made / "handout.md").read_text() == (SHIPPED.folder / "handout.md").read_text()
    assert f"Next: grader check {folder}/submission.py" in ran.stdout


@pytest.mark.parametrize("name", ["submission.py", "handout.md"])
def test_start_overwrites_nothing(grader, tmp_path, name):
    folder = tmp_path / "decoder-generation"
    folder.mkdir()
    (folder / name).write_text("my work")
    ran = grader("start", "decoder-generation", cwd=tmp_path)
    assert ran.returncode == 2
    assert f"decoder-generation/{name}: is there already, and is not overwritten" in ran.stderr
    assert [path.name for path in folder.iterdir()] == [name]
    assert (folder / name).read_text() == "my work"


def test_an_unknown_assignment_is_one_sentence(grader, tmp_path):
    ran = grader("start", "decoder-generatoin", cwd=tmp_path)
    assert ran.returncode == 2
    assert ran.stderr == (
        "error: there is no assignment 'decoder-generatoin'\n  Did you mean 'decoder-generation'?\n"
    )
    assert not list(tmp_path.iterdir())


def test_an_assignment_without_a_starter_is_one_sentence(grader, small, tmp_path):
    ran = grader("start", small, "work", cwd=tmp_path)
    assert ran.returncode == 2
    assert "arithmetic: the assignment has no handout.md" in ran.stderr
    assert not (tmp_path / "work").exists()


def test_a_file_in_the_place_of_the_folder_is_one_sentence(grader, tmp_path):
    (tmp_path / "work").write_text("")
    ran = grader("start", "decoder-generation", "work", cwd=tmp_path)
    assert ran.returncode == 2
    assert "is a file" in ran.stderr


def test_an_unknown_command_is_one_sentence(grader):
    ran = grader("chekc")
    assert ran.returncode == 2
    assert "there is no command 'chekc'" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_version_is_told(grader):
    from importlib.metadata import version

    assert grader("--version").stdout == f"grader, version {version('decoder-grader')}\n"
