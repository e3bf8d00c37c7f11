"""`grader decide` on a results folder: a decision, a list, and one sentence for each mistake."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from grader.batch.results import Results
from grader.cli import main
from grader.records import CheckResult, GradingRun, Report, StageResult, Status, Verdict

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
    assert ran.output.startswith("1  ada  shift 2  kim 20")
    assert ran.output.endswith("\n   a typo\n")
    assert decide(results, "--take-back", 1, "--reason", "no typo").exit_code == 0
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
