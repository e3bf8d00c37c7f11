"""`grader similarity` on a folder: pages and tables, and one sentence for each mistake."""

import csv
import json

import pytest
from click.testing import CliRunner

from grader.cli import main
from tests.grader.similarity import disguises
from tests.grader.similarity.corpus import ASSIGNMENT, sources

TEXTS = sources()


@pytest.fixture
def class_folder(tmp_path):
    """Three who worked apart, one disguised copy as a notebook, one starter, one unreadable."""
    folder = tmp_path / "autumn"
    folder.mkdir()
    for name, of in (("ada", "numpy-fused"), ("bo", "torch-einsum"), ("chen", "right-modules")):
        (folder / f"{name}.py").write_text(TEXTS[of])
    copy = disguises.as_notebook(disguises.renamed(TEXTS["torch-einsum"]))
    (folder / "dana.ipynb").write_text(copy)
    (folder / "eli.py").write_text((ASSIGNMENT / "starter.py").read_text())
    (folder / "fay.txt").write_text("see my e-mail")
    return folder


def run(*words):
    return CliRunner().invoke(main, ["similarity", *map(str, words)])


def rows(folder):
    with open(folder / "pairs.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_class_is_ranked(class_folder, tmp_path):
    out = tmp_path / "out"
    ran = run(class_folder, "-o", out)
    assert ran.exit_code == 0, ran.output
    first = next(row for row in rows(out) if row["second_from"] == "class")
    assert {first["first"], first["second"]} == {"bo", "dana"}
    assert float(first["share"]) == 1
    assert "Not compared: fay (autumn), a .txt cannot be graded." in ran.output
    read = json.loads((out / "similarity.json").read_text())
    assert [one["name"] for one in read["too_little_of_their_own"]] == ["eli"]
    linked = {row["page"] for row in rows(out) if row["page"]}
    assert linked == {path.name for path in out.glob("pair-*.html")}


def test_shipped_right_code_is_compared_with(class_folder, tmp_path):
    run(class_folder, "-o", tmp_path / "out")
    shipped = {(row["first"], row["second"]) for row in rows(tmp_path / "out")}
    assert {("ada", "numpy-fused"), ("bo", "torch-einsum"), ("dana", "torch-einsum")} <= shipped


def test_the_reference_is_compared_with(class_folder, tmp_path):
    folder = ASSIGNMENT.parents[1] / "reference" / "decoder"
    text = "".join(path.read_text() for path in sorted(folder.glob("*.py")))
    (class_folder / "gus.py").write_text(text)
    run(class_folder, "-o", tmp_path / "out")
    found = {row["first"]: row for row in rows(tmp_path / "out") if row["second_from"] == "shipped"}
    assert found["gus"]["second"] == "the reference"


def test_another_term_is_compared_with(class_folder, tmp_path):
    spring = tmp_path / "spring"
    spring.mkdir()
    (spring / "zoe.py").write_text(disguises.everything(TEXTS["right-modules"]))
    ran = run(class_folder, "--archive", spring, "-o", tmp_path / "out")
    assert ran.exit_code == 0, ran.output
    row = next(row for row in rows(tmp_path / "out") if row["second"] == "zoe")
    assert (row["first"], row["folder"]) == ("chen", "spring")


def test_two_terms_of_one_name_are_told_apart_by_the_folder_above(class_folder, tmp_path):
    for term in ("spring", "summer"):
        (tmp_path / term / "work").mkdir(parents=True)
        (tmp_path / term / "work" / "bo.py").write_text(TEXTS["right-modules"])
    terms = ("--archive", tmp_path / "spring" / "work", "--archive", tmp_path / "summer" / "work")
    run(class_folder, *terms, "-o", tmp_path / "out")
    folders = {row["folder"] for row in rows(tmp_path / "out") if row["second_from"] == "archive"}
    assert folders == {"spring/work", "summer/work"}


def test_an_assignment_without_examples_is_none_the_less_compared(class_folder, small, tmp_path):
    (small / "examples" / "submissions").mkdir(parents=True, exist_ok=True)
    ran = run(class_folder, "-a", small, "-o", tmp_path / "out")
    assert ran.exit_code == 0, ran.output


def test_a_declared_group_is_left_out(class_folder, tmp_path):
    groups = tmp_path / "groups.csv"
    groups.write_text("group,submission\n1,bo\n1,dana\n")
    run(class_folder, "--groups", groups, "-o", tmp_path / "out")
    pairs = [{row["first"], row["second"]} for row in rows(tmp_path / "out")]
    assert {"bo", "dana"} not in pairs


@pytest.mark.parametrize("is_beside", [True, False])
def test_submissions_of_a_download_are_called_as_in_the_gradebook(tmp_path, is_beside):
    folder = tmp_path / "autumn"
    folder.mkdir()
    for number, of in ((1, "torch-einsum"), (2, "torch-einsum"), (3, "numpy-fused")):
        name = f"p{number}_471{number}_9021{number}_submission.py"
        (folder / name).write_text(TEXTS[of])
    roster = tmp_path / ("roster.csv" if is_beside else "people.csv")
    roster.write_text("id,canvas id\ns1,4711\ns2,4712\ns3,4713\n")
    (tmp_path / "course.yaml").write_text("name: x\n")
    groups = tmp_path / "groups.csv"
    groups.write_text("group,submission\n1,s1\n1,p2_4712\n2,s9\n")
    words = [] if is_beside else ["--roster", roster]
    ran = run(folder, "-o", tmp_path / "out", "--groups", groups, *words)
    assert ran.exit_code == 0, ran.output
    assert f"Roster: {roster}, 3 people." in ran.output
    assert f"{groups} names p2_4712, s9, and no submission is called so." in ran.output
    same = json.loads((tmp_path / "out" / "similarity.json").read_text())["same"]
    assert {"s1", "s2"} <= {one["name"] for each in same for one in each["members"]}
    groups.write_text("group,submission\n1,s1\n1,s2\n")
    ran = run(folder, "-o", tmp_path / "out", "--groups", groups, *words)
    assert "is called so" not in ran.output


def test_pages_of_an_earlier_run_go_and_other_files_stay(class_folder, tmp_path):
    out = tmp_path / "out"
    run(class_folder, "-o", out)
    (out / "notes.html").write_text("mine")
    run(class_folder, "--pages", 1, "-o", out)
    assert [path.name for path in out.glob("pair-*.html")] == ["pair-001.html"]
    assert (out / "notes.html").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no-such"], "there is no such folder"),
        (["autumn", "--archive", "no-such"], "there is no such folder"),
        (["autumn", "--archive", "autumn"], "the folder is named twice"),
        (["autumn", "-a", "no-such"], "there is no assignment 'no-such'"),
        (["autumn", "--groups", "no-such.csv"], "no-such.csv: cannot be read"),
        (["empty"], "the folder holds no submissions"),
    ],
)
def test_a_mistake_gets_a_sentence(class_folder, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    ran = run(*words, "-o", "out")
    assert ran.exit_code == 2 or words == ["empty"]
    assert ran.exit_code != 0
    assert said in ran.output
    assert not (tmp_path / "out").exists()


def test_the_pages_do_not_lie_among_the_submissions(class_folder):
    ran = run(class_folder, "-o", class_folder / "out")
    assert ran.exit_code == 2
    assert "among the submissions" in ran.output


def test_a_class_of_one_has_no_pair(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "ada.py").write_text("def own(a):\n    return a\n")
    ran = run(tmp_path / "one", "-o", tmp_path / "out")
    assert ran.exit_code == 0, ran.output
    assert "no pair shares anything" in ran.output
    assert "there is no scale" in (tmp_path / "out" / "index.html").read_text()
