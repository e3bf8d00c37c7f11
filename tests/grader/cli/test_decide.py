"""`grader decide` on a results folder: a decision, a list, and one sentence for each mistake."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from grader.batch.results import Results
from grader.cli import main
from grader.records import CheckResult, GradingRun, Person, Report, StageResult, Status, Verdict

AT = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


@pytest.fixture
def results(tmp_path):
    check = CheckResult(
        check="x", stage="shift", claim="", verdict=Verdict.FAILED, points=0, max_points=2
    )
    report = Report(
        submission="ada",
        status=Status.GRADED,
        assignment="a",
        key="k",
        grader_version="1",
        stages=(StageResult(stage="shift", title="", checks=(check,)),),
    )
    made = Results(tmp_path / "results")
    made.keep(report, report, at=AT)
    made.end_run(
        GradingRun(
            assignment="a",
            assignment_digest="",
            counts={},
            isolation=(),
            versions={},
            workers=1,
            stages=("shift",),
            submissions=("ada",),
        )
    )
    return made


def decide(results, *words):
    return CliRunner().invoke(main, ["decide", str(results.folder), *map(str, words)])


def test_a_decision_is_made_shown_and_taken_back(results):
    ran = decide(results, "ada", "shift", 2, "--reason", "a typo", "--by", "kim")
    assert ran.exit_code == 0, ran.output
    assert ran.output == f"ada has 2 of 2 points now.\nGrades: {results.grades}\n"
    assert (
        "ada,graded,2,2,2,shift 0: failed,shift 2 in place of 0: a typo"
        in results.grades.read_text()
    )
    ran = decide(results)
    assert ran.output.startswith("1  ada  shift 2  kim, 20")
    assert " UTC\n" in ran.output
    assert ran.output.endswith("\n   a typo\n")
    undone = decide(results, "--take-back", 1, "--reason", "no typo")
    assert undone.output.startswith("Decision 1 no longer holds: ada shift 2.\n")
    assert decide(results).output == "No decision holds.\n"
    assert results.grades.read_text().splitlines()[1] == "ada,graded,0,2,0,shift 0: failed"


def test_a_submission_is_excused(results):
    assert decide(results, "ada", "--excuse", "--reason", "ill").output.startswith("ada is excused")
    assert "excused" in decide(results).output


@pytest.mark.parametrize(
    ("words", "exit_code", "sentence"),
    [
        (["ada", "shift", "2"], 1, "error: a decision needs a reason\n  Say why"),
        (["ada", "shift", "9", "--reason", "r"], 1, "gives 0 to 2 points, got 9"),
        (["ada", "shift", "many", "--reason", "r"], 2, "'many' is not a valid integer"),
        (["ada", "shift", "--reason", "r"], 2, "Give SUBMISSION STAGE POINTS, or"),
        (["ada", "--excuse", "--take-back", "1"], 2, "Give SUBMISSION STAGE POINTS, or"),
        (["--take-back", "3", "--reason", "r"], 1, "there is no decision 3 that holds"),
    ],
)
def test_a_mistake_is_one_sentence_and_an_exit_code(results, words, exit_code, sentence):
    ran = decide(results, *words)
    assert ran.exit_code == exit_code
    assert sentence in ran.output
    assert list(results.entries()) == []


def test_a_folder_without_results_is_named(tmp_path):
    ran = decide(Results(tmp_path))
    assert ran.exit_code == 2
    assert f"{tmp_path}: holds no results of a class" in ran.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ada", "--extend", "1.5"], "ada has 0 of 2 points now.\n"),
        (["ada", "--final", "1.25"], "ada has 1.25 of 2 points now. Set to 1.25 points by kim: r"),
        (["ada", "--extra-time", "1/2"], "ada has 0 of 2 points now.\n"),
        (["ada", "--handed-in", "2026-12-01 08:00 Europe/Zurich"], "ada has 0 of 2 points now.\n"),
        (["--drop", "x"], "x counts for nobody: the maximum is 2 points less.\n"),
    ],
)
def test_each_decision_says_what_the_grade_is_then_and_is_undone(results, words, said):
    before = results.grades.read_text()
    ran = decide(results, *words, "--reason", "r", "--by", "kim")
    assert ran.exit_code == 0, ran.output
    assert ran.output.startswith(said)
    assert "kim, 20" in decide(results).output
    assert decide(results, "--undo", 1, "--reason", "r").exit_code == 0
    assert results.grades.read_text() == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["ada", "--extend", "-3"], "an extension is longer than nothing\n  Name hours"),
        (["ada", "--extend", "many"], "--extend: 'many' is no number\n  Write e.g. 24."),
        (["ada", "--final", "1/0"], "--final: '1/0' is no number\n  Write e.g. 63.5."),
        (["ada", "--final", "9"], "the assignment gives 0 to 2 points, got 9"),
        (["ada", "--handed-in", "noon"], "--handed-in: 'noon' is no time\n  Write e.g. `2026"),
        (["ada", "--handed-in", "2026-12-01 08:00"], "has no time zone\n  Write it behind"),
        (["--drop", "y"], "there is no check 'y'\n  There is: x."),
        (["ada", "--extend", "1", "--final", "1"], "Give SUBMISSION STAGE POINTS, or"),
        (["--extend", "1"], "Give SUBMISSION STAGE POINTS, or"),
    ],
)
def test_a_wrong_value_is_one_sentence_and_decides_nothing(results, words, sentence):
    ran = decide(results, *words, "--reason", "r")
    assert ran.exit_code in (1, 2)
    assert sentence in ran.output
    assert list(results.entries()) == []


def test_nobody_else_is_offered_for_a_name_that_is_known(results):
    cy, dan = Person(name="Cy", id="adb"), Person(name="Dan", id="adc")
    results.end_run(replace(results.last_run(), missing=(cy,), people={"ada": (dan,)}))
    for name in ("adb", "Cy"):
        ran = decide(results, name, "--excuse", "--reason", "ill")
        assert ran.exit_code == 1
        assert f"{name} has handed nothing in\n  To excuse them, write it under `exc" in ran.output
        assert "ada" not in ran.output
    ran = decide(results, "adc", "--excuse", "--reason", "ill")
    assert "adc is no submission's name\n  Theirs is called 'ada'." in ran.output
    assert "Did you mean 'ada'?" in decide(results, "add", "--excuse", "--reason", "r").output
    assert list(results.entries()) == []
