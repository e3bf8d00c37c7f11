"""`grader export` on a results folder: files of other systems, a sentence for each mistake."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from grader.batch.applied_policy import apply_policy
from grader.batch.results import Results
from grader.cli import main
from grader.cli.export import TARGETS
from grader.cli.gradescope import HIDDEN
from grader.gradebooks.gradescope_results import HiddenTests
from grader.gradebooks.targets import EACH, FEEDBACK, LAYOUTS, TABLES
from grader.gradebooks.upload_names import upload_names
from grader.policies.policy import ExcusedStudent, Policy
from grader.records import GradingRun, Status
from tests.grader.gradebooks.a_class import ADA, AT, BO, CY, report
from tests.grader.gradebooks.test_templates import FILES


@pytest.fixture
def results(tmp_path):
    made = Results(tmp_path / "results")
    reports = [
        report("ada", 7),
        report("bo", 0, status=Status.UNREADABLE, reason="no submission.py in it"),
    ]
    for one in reports:
        made.keep(one, one, at=AT)
    made.end_run(
        GradingRun(
            assignment="decoder",
            assignment_digest="",
            counts={},
            isolation=(),
            versions={},
            workers=1,
            submissions=("ada", "bo"),
            people={"ada": (ADA,), "bo": (BO,)},
        )
    )
    (tmp_path / "down.csv").write_bytes(FILES["canvas"])
    return made


@pytest.fixture
def export(results, tmp_path):
    def run(target, *words, output="out"):
        out = tmp_path / output
        words = ["export", str(results.folder), "--to", target, "-o", str(out), *map(str, words)]
        return CliRunner().invoke(main, words), out

    return run


def test_the_targets_that_can_be_typed_are_those_that_are_there():
    there = {*LAYOUTS, *FEEDBACK, *EACH, *TABLES, "gradescope", "classroom50"}
    assert set(TARGETS) == there
    assert set(HIDDEN) == set(HiddenTests)


def test_a_template_is_filled_in_and_said(export, tmp_path):
    ran, out = export("canvas", "--template", tmp_path / "down.csv", "--column", "Homework (1)")
    assert ran.exit_code == 0, ran.output
    assert b'"A and\nB",,7,4.5' in out.read_bytes()
    assert "1 grade in the column 'Homework (1) (901)'." in ran.output
    assert "Left blank, unreadable: Bo Å (bo)." in ran.output
    assert (tmp_path / "down.csv").read_bytes() == FILES["canvas"]


def test_a_roster_says_who_is_behind_a_submission(export, results, tmp_path):
    results.end_run(replace(results.last_run(), people={}))
    words = ["--template", tmp_path / "down.csv", "--column", "Homework (1)"]
    ran, _ = export("canvas", *words)
    assert "2 students without a row: ada, bo" in ran.output
    roster = tmp_path / "roster.csv"
    roster.write_text("login,matrikelnummer\nada,s1\nbo,s2\n")
    ran, out = export("canvas", *words, "--roster", roster)
    assert ran.exit_code == 0, ran.output
    assert b'"A and\nB",,7,4.5' in out.read_bytes()
    assert "name alone" not in ran.output


@pytest.mark.parametrize("with_roster", [False, True])
def test_who_is_excused_and_handed_nothing_in_is_excused_in_canvas(
    export, results, tmp_path, with_roster
):
    bo = replace(BO, ids={}) if with_roster else BO
    missing = (bo, replace(CY, id="s9"))
    run = replace(results.last_run(), submissions=("ada",), people={"ada": (ADA,)}, missing=missing)
    results.begin_run(run)
    results.end_run(run)
    policy = Policy(excused=(ExcusedStudent(student="s2", reason="ill"),))
    apply_policy(results, policy, reason="r", by="kim", at=AT)
    (tmp_path / "roster.csv").write_text("id,name,canvas id\ns2,Bo,12\n")
    words = ["--roster", tmp_path / "roster.csv"] if with_roster else []
    words += ["--template", tmp_path / "down.csv", "--column", "Homework (1)"]
    ran, out = export("canvas", *words)
    assert ran.exit_code == 0, ran.output
    assert "EX for excused: Bo" in ran.output
    assert out.read_bytes().count(b"EX") == 1
    assert "Cy" not in ran.output


def test_nothing_is_written_if_something_does_not_fit(export, tmp_path):
    ran, out = export("canvas", "--template", tmp_path / "down.csv", "--column", "Quiz, one")
    assert ran.exit_code == 1
    assert "nothing was written, since this does not fit:" in ran.output
    assert not out.exists()


def test_the_template_is_never_written_over(export, tmp_path):
    words = ["--template", tmp_path / "down.csv", "--column", "Homework (1)"]
    ran, _ = export("canvas", *words, output="down.csv")
    assert ran.exit_code == 2
    assert "is read by this command, and would be written over" in ran.output
    assert (tmp_path / "down.csv").read_bytes() == FILES["canvas"]


@pytest.mark.parametrize("target", ["canvas", "canvas-feedback"])
def test_a_template_that_is_not_there_is_said_wherever_the_output_is(export, tmp_path, target):
    (tmp_path / "out").write_text("of before")
    ran, out = export(target, "--template", tmp_path / "nofile.csv")
    assert ran.exit_code == 2
    assert "nofile.csv: there is no such file\n  Check the path" in ran.output
    assert out.read_text() == "of before"


def test_the_roster_is_never_written_over(export, tmp_path):
    roster = tmp_path / "people.csv"
    roster.write_text("login,matrikelnummer\nada,s1\n")
    (tmp_path / "link.csv").symlink_to(roster)
    for name in ("people.csv", "link.csv"):
        ran, _ = export("csv", "--roster", roster, output=name)
        assert ran.exit_code == 2
        assert "is read by this command" in ran.output
    assert roster.read_text().startswith("login")


def test_an_earlier_export_is_written_over(export):
    assert [export("csv")[0].exit_code for _ in range(2)] == [0, 0]


@pytest.mark.parametrize("target", ["csv", "classroom50", "gradescope", *EACH])
@pytest.mark.parametrize("name", ["results", "results/reports", "results/grades.csv"])
def test_no_export_goes_into_results(export, results, target, name):
    before = files_below(results.folder)
    ran, _ = export(target, output=name)
    assert ran.exit_code == 2
    assert "results folder" in ran.output
    assert files_below(results.folder) == before


def test_a_folder_that_holds_results_is_not_one_to_upload(export, results, tmp_path):
    ran, _ = export("junit", output=".")
    assert ran.exit_code == 2
    assert "holds the results folder" in ran.output
    other = tmp_path / "other" / "quiz"
    other.mkdir(parents=True)
    (other / "quiz-run.json").write_text("{}")
    ran, _ = export("junit", output="other")
    assert ran.exit_code == 2
    assert [path.name for path in other.parent.iterdir()] == ["quiz"]


@pytest.mark.parametrize("target", ["gradescope", *EACH])
def test_files_left_from_an_earlier_export_are_named(export, results, target):
    export(target)
    results.end_run(replace(results.last_run(), submissions=("ada",)))
    results.begin_run(results.last_run())
    ran, out = export(target)
    assert ran.exit_code == 0
    left = next(path.name for path in out.iterdir() if path.stem == "bo")
    assert f"Left from an earlier export: {left}; remove them before you upload." in ran.output


def files_below(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("target", ["gradescope", *EACH])
def test_one_file_is_written_for_each_submission(export, target):
    ran, out = export(target)
    assert ran.exit_code == 0, ran.output
    assert sorted(path.stem for path in out.iterdir()) == ["ada", "bo"]
    assert "Without points, and never a zero: bo (unreadable)." in ran.output


def test_each_submission_has_a_file_whatever_it_is_called():
    names = ["ada", "2026/7", "2026-7", "..", "x" * 300, "x" * 301]
    made = upload_names(names)
    assert made["ada"] == "ada"
    assert len(set(made.values())) == len(names)
    assert not any("/" in name or len(name) > 210 or name in ("", "..") for name in made.values())


@pytest.mark.parametrize("target", TABLES)
def test_a_table_has_a_row_for_each_submission(export, target):
    ran, out = export(target)
    assert ran.exit_code == 0, ran.output
    assert len(out.read_text().splitlines()) == 3


def test_pages_go_to_moodle_in_a_zip(export, tmp_path):
    (tmp_path / "w.csv").write_bytes(FILES["moodle"])
    ran, out = export("moodle-feedback", "--template", tmp_path / "w.csv")
    assert ran.exit_code == 0, ran.output
    assert out.read_bytes().startswith(b"PK")
    assert "2 pages." in ran.output


def test_feedback_fills_its_column_too(export, tmp_path):
    (tmp_path / "w.csv").write_bytes(FILES["moodle"])
    words = ["--template", tmp_path / "w.csv", "--feedback"]
    ran, out = export("moodle", *words)
    assert ran.exit_code == 0, ran.output
    assert b"7 of 10 points.<br>" in out.read_bytes()


def test_classroom_50_takes_one_submission(export):
    ran, out = export("classroom50")
    assert ran.exit_code == 1
    assert "takes the result of one submission, and there are 2" in ran.output
    assert not out.exists()


def test_gradescopes_visibility_can_be_chosen(export):
    _, out = export("gradescope", "--hidden", "hidden")
    tests = json.loads((out / "ada.json").read_text())["tests"]
    assert {test["visibility"] for test in tests} == {"visible", "hidden"}


@pytest.mark.parametrize(
    ("target", "words", "said"),
    [
        ("canvas", [], "canvas needs what was downloaded from there"),
        ("canvas", ["--template", "nowhere.csv", "--column", "x"], "there is no such file"),
        ("csv", ["--scale"], "--to csv takes no --scale"),
        ("csv", ["--feedback"], "--to csv takes no --feedback"),
        ("csv", ["--template", "x", "--column", "y"], "takes no --template and no --column"),
    ],
)
def test_words_that_make_no_sense_are_one_sentence(export, target, words, said):
    ran, out = export(target, *words)
    assert ran.exit_code in (1, 2)
    assert said in ran.output
    assert "Traceback" not in ran.output
    assert not out.exists()


def test_a_folder_without_results_is_said(tmp_path):
    words = ["export", str(tmp_path), "--to", "csv", "-o", str(tmp_path / "x")]
    ran = CliRunner().invoke(main, words)
    assert ran.exit_code == 2
    assert "holds no results of a class" in ran.output
