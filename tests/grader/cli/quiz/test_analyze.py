"""`grader quiz analyze` for a class that `grader quiz grade` has marked."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from grader.cli.quiz.group import quiz
from grader.quiz.bank.topics import load_topic
from grader.quiz.marking.scoring import mark_all, marks_to_json
from grader.store.quiz_store import open_store
from tests.grader.store.known_quiz import known_quiz

BANK = Path(__file__).parents[2] / "quiz" / "sample_bank"


def run(*arguments):
    return CliRunner().invoke(quiz, [str(argument) for argument in arguments])


def facility(ran, question):
    [line] = [line for line in ran.output.splitlines() if line.split()[:1] == [question]]
    return line.split()[2]


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
    page = (output / "analysis.html").read_text()
    assert "http" not in page
    assert "<p>Which shape do the logits have?</p>" in page  # Markdown has become HTML


def test_a_store_tells_of_attempts_and_times(database):
    """The first of two attempts counts; the quiz is a file of the course."""
    begun = datetime(2026, 3, 2, 9, tzinfo=UTC)
    topic = load_topic(BANK, "sample")
    with open_store(database) as store:
        for number in range(24):
            attempt = store.begin(
                student=f"student {number // 2}",
                quiz=known_quiz(store, "week-3.yaml"),
                topic_digest="",
                seed=1,
                settings={},
                at=begun,
            )
            answers = {"sample.shape": ("last",) if number % 2 else ("all",)}
            marks = marks_to_json(mark_all(topic.items, answers), topic=topic, student="")
            ended = begun + timedelta(minutes=7)
            store.hand_in(attempt.id, at=ended, mark=lambda _, marks=marks: marks.decode())
    ran = run("analyze", database, "quizzes/week-3.yaml", "--questions", BANK)
    assert ran.exit_code == 0, ran.output
    assert "12 attempts of 12 students" in ran.output
    assert "sample.shape" in ran.output
    assert "median 7.0 min" in ran.output
    assert facility(ran, "sample.shape") == "100%"
    last = run("analyze", database, "--questions", BANK, "--attempts", "last")
    assert facility(last, "sample.shape") == "0%"


def test_a_quiz_that_is_not_there_is_one_sentence(results):
    ran = run("analyze", results, "smaple")
    assert ran.exit_code == 1
    assert "smaple" in str(ran.exception)
