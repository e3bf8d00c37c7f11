"""`grader quiz analyze` for a class that `grader quiz grade` has marked."""

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from grader.cli.quiz import quiz

BANK = Path(__file__).parents[1] / "quiz" / "bank"


def run(*arguments):
    return CliRunner().invoke(quiz, [str(argument) for argument in arguments])


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "answers"
    folder.mkdir()
    for number in range(30):
        given = {"sample.shape": "last" if number % 3 else "all"}
        record = {"topic": "sample", "student": f"student {number}", "answers": given}
        (folder / f"{number}.yaml").write_text(yaml.safe_dump(record))
    graded = run("grade", folder, "-o", tmp_path / "results", "--questions", BANK)
    assert graded.exit_code == 0, graded.output
    return tmp_path / "results"


def test_a_class_gets_a_table_a_page_and_csv(results, tmp_path):
    output = tmp_path / "analysis"
    ran = run("analyze", results, "-o", output)
    assert ran.exit_code == 0, ran.output
    assert "30 attempts of 30 students" in ran.output
    assert max(map(len, ran.output.replace(str(output), "").splitlines())) <= 80
    names = {"analysis.html", "items.csv", "distractors.csv", "responses.csv"}
    assert {path.name for path in output.iterdir()} == names
    assert "student 7" not in (output / "responses.csv").read_text()
    assert "http" not in (output / "analysis.html").read_text()


def test_a_quiz_that_is_not_there_is_one_sentence(results):
    ran = run("analyze", results, "smaple")
    assert ran.exit_code == 1
    assert "smaple" in str(ran.exception)
