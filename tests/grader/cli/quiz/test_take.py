"""`take`, `review` and `results` of a quiz file, from the command line to the database."""

import csv
import json
import re
import sqlite3
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from grader.cli.quiz.group import quiz
from grader.courses.attempts import NotNow
from grader.errors import CourseError
from grader.store.database import StoreError
from grader.store.quiz_store import open_store

BANK = Path(__file__).parents[2] / "quiz" / "sample_bank"
FOREVER = "2099-01-01 00:00+00:00"
LONG_AGO = "2020-01-01 00:00+00:00"
QUESTIONS = ["sample.encoder", "sample.loss", "sample.why"]
RIGHT = ["f", "3.912", "One sequence.", ""]
WRONG = ["t", "5.644", "One sequence.", ""]


def secrets():
    """Every text of the questions that tells the key, feedback, a rubric or a mistaken idea."""
    bank = yaml.safe_load((BANK / "sample.yaml").read_text())["questions"]
    ideas = yaml.safe_load((BANK / "misconceptions.yaml").read_text())["misconceptions"]

    def texts(value, key=""):
        match value:
            case dict():
                for name, inner in value.items():
                    yield from texts(inner, name)
            case list():
                for inner in value:
                    yield from texts(inner, key)
            case str() if key in SECRET or (key == "text" and value in rubrics):
                yield re.sub(r"[$\\]", "", value)

    asked = [question for question in bank if question["id"] in QUESTIONS]
    rubrics = [item["text"] for question in asked for item in question.get("rubric", [])]
    return [*texts(asked), *ideas, *ideas.values(), *map(str, VERDICTS)]


SECRET = {"explanation", "feedback", "feedback_true", "feedback_false", "misconception"} | {
    "misconceptions",
    "model_answer",
    "before",
}
VERDICTS = ("Right", "right answer", "Wrong", "Partly", "Mistaken", "no answer", "0 of", "1 of 1")


@pytest.fixture
def database(tmp_path):
    return str(tmp_path / "quiz.sqlite")


@pytest.fixture
def week(tmp_path, monkeypatch):
    """Writes the quiz file; called again it changes some keys of it."""
    path = tmp_path / "week-3.yaml"
    monkeypatch.chdir(tmp_path)
    settings = {"title": "Week 3", "questions": QUESTIONS, "shuffle": False}

    def write(**changes):
        settings.update(changes)
        path.write_text(yaml.safe_dump(settings))
        return path

    write()
    return write


@pytest.fixture
def run(database, week):
    """Runs a subcommand on the quiz file; what was printed, or the error, in one line."""

    def run(command, *words, lines=(), student="ada", name="week-3.yaml"):
        options = ["--questions", BANK, "--store", database]
        options += [] if command == "results" else ["--student", student]
        arguments = [command, *([name] if name else []), *options, *words]
        typed = "".join(f"{line}\n" for line in lines)
        done = CliRunner().invoke(quiz, list(map(str, arguments)), input=typed)
        run.everything += done.output + str(done.exception or "")
        if isinstance(done.exception, NotNow | CourseError):
            return f"error: {done.exception}"
        assert done.exit_code == 0, (done.output, done.exception)
        return " ".join(done.output.split())

    run.everything = ""
    return run


def assert_no_secret(text):
    plain = " ".join(text.split())
    assert [secret for secret in secrets() if secret in plain] == []


def test_the_secrets_are_found_where_they_are_shown(run):
    said = run("take", lines=WRONG)
    found = {secret for secret in secrets() if secret in said}
    assert found >= {"loss.base_two", "The loss is measured in bits.", "Wrong", "It is ln 50."}
    assert len(found) > 10
    with pytest.raises(AssertionError):
        assert_no_secret(run.everything)


def test_feedback_after_closing_comes_after_closing(run, week):
    week(feedback="after-closing", closes=FOREVER, attempts=1)
    said = run("take", lines=["", *WRONG, "?", "p", "", "f"])
    assert "Marks are shown once the quiz has closed" in said
    assert "Handed in: 3 answers of 3 saved; marks are shown once it has closed on Thu 1" in said
    assert "grader quiz review week-3.yaml" in said
    assert "marks are shown once it has closed" in run("review")
    assert "no attempts are left: the only attempt is used" in run("take")
    assert_no_secret(run.everything)
    week(closes=LONG_AGO)
    for command in ("review", "take"):
        said = run(command)
        assert "You took the logarithm to base two." in said or "Right answer: 3.912" in said
        assert "0 of 6 points, 4 points wait for a person." in said
    assert "it closed on Wed 1 Jan 2020" in said


def test_feedback_never_says_only_that_it_was_saved(run, week):
    week(feedback="never", closes=FOREVER)
    assert "Handed in: 3 answers of 3 saved; this quiz shows no marks." in run(
        "take", lines=[*RIGHT, "f"]
    )
    assert "3 answers of 3 saved; this quiz shows no marks" in run("review")
    week(closes=LONG_AGO)
    assert "it closed on Wed 1 Jan 2020" in run("take")
    assert "this quiz shows no marks" in run("review")
    assert_no_secret(run.everything)


def test_feedback_at_the_end_says_nothing_before_it(run, week):
    week(feedback="end")
    run("take", lines=[*WRONG, "q"])
    assert_no_secret(run.everything)
    assert "0 of 6 points" in run("take", lines=["f"])


def test_a_quiz_that_is_not_open_takes_nobody(run, week, database):
    week(opens=FOREVER)
    assert run("take") == "error: week-3.yaml: it opens on Thu 1 Jan 2099 at 00:00 UTC"
    week(opens=LONG_AGO, closes="2020-01-02 00:00+00:00")
    assert run("take") == "error: week-3.yaml: it closed on Thu 2 Jan 2020 at 00:00 UTC"
    with open_store(database) as store:
        assert store.attempts() == ()


def test_attempts_are_counted_and_the_best_one_counts(run, week):
    week(attempts=2, feedback="end")
    assert "This is attempt 1 of 2; the best counts." in run("take", lines=["", *RIGHT, "f"])
    assert "This is attempt 2 of 2" in run("take", lines=["", *WRONG, "f"])
    said = run("take")
    assert "Week 3: no attempts are left: all 2 are used. Your attempt number 1 counts." in said
    assert "2 of 6 points" in said
    assert "attempt number 2 of ada. " in run("review", "--attempt", "2")
    assert "ada has no attempt number 3" in run("review", "--attempt", "3")


def test_who_would_rather_not_start_has_used_no_attempt(run, week, database):
    week(minutes=30)
    said = run("take", lines=["q"])
    assert "You have 30 min from the start on, also if you stop in between." in said
    run("take")
    with open_store(database) as store:
        assert store.attempts() == ()


def test_time_that_runs_out_hands_in_what_was_saved(run, week, database):
    week(minutes=30, feedback="end")
    run("take", lines=["", "f"])
    week(minutes=0.0001)  # shorter than it took to answer
    said = run("take", lines=["q"])
    assert "You have 0 s from the start on" in said, "the first attempt has ended"
    assert "attempt number 1 of ada" in run("review")
    assert "Time is up: the time was up on " in run("take", lines=["", "f"])
    with open_store(database) as store:
        attempts = store.attempts()
    for attempt in attempts:
        assert attempt.finished_at - attempt.started_at == timedelta(minutes=0.0001)
    assert len(attempts) == 2


def test_the_time_left_is_shown(run, week):
    week(minutes=90)
    said = run("take", lines=["", "?"])
    assert re.search(r"Question 1 of 3 \(1 point\), 1 h (30|29) min left", said)
    assert re.search(r"Time left: 1 h (30|29) min\.", said)
    assert re.search(r"The clock runs on: 1 h (30|29) min left\.", said)


@pytest.mark.parametrize("words", [("--seed", "7"), ("--feedback", "now"), ("--new",)])
def test_a_quiz_file_keeps_its_own_rules(run, words):
    done = CliRunner().invoke(quiz, ["take", "week-3.yaml", "--questions", str(BANK), *words])
    assert done.exit_code == 2
    assert f"{words[0]} is for practice on a topic; week-3.yaml has rules" in done.output


def test_students_and_attempts_get_orders_of_their_own(run, week, database):
    week(shuffle=True, questions=["sample"], pools=[], feedback="end")
    firsts = {run("take", student=f"student {n}").partition("points)")[2] for n in range(6)}
    assert len(firsts) > 2
    assert run("take", student="student 1").partition("points)")[2] in firsts


def test_a_file_that_is_not_there_or_wrong_is_one_sentence(run, week):
    assert run("take", name="no.yaml").startswith("error: no.yaml: cannot be read (No such file")
    assert run("take", name="week-3").endswith("Did you mean the file week-3.yaml?")
    week(minute=3)
    assert "there is no key 'minute' here" in run("take")


def test_the_results_are_the_counted_marks_of_all(run, week, tmp_path):
    week(attempts=2, feedback="never", counts="last")
    assert run("results") == "Week 3: no attempts yet."
    run("take", lines=["", *WRONG, "f"])
    run("take", lines=["", *RIGHT, "f"])
    run("take", lines=["", "t", "q"], student="=bob")
    output = tmp_path / "grades.csv"
    said = run("results", "-o", output)
    assert "1 student handed in, 1 not yet. Of several attempts the last counts." in said
    [first, second] = csv.DictReader(output.read_text().splitlines())
    assert (first["student"], first["begun"], first["points"]) == ("'=bob", "1", "")
    assert (second["student"], second["counted_attempt"], second["points"]) == ("ada", "2", "2")
    assert (second["max_points"], second["waiting_points"]) == ("6", "4")
    assert "week-3.yaml Week 3 2 3" in run("results", name="")


def test_the_results_hand_in_what_is_overdue(run, week, tmp_path):
    week(closes=FOREVER, feedback="never")
    run("take", lines=["f", "q"])
    assert "0 students handed in, 1 not yet." in run("results")
    week(closes=f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}+00:00")
    output = tmp_path / "grades.csv"
    assert "1 student handed in." in run("results", "-o", output)
    [row] = csv.DictReader(output.read_text().splitlines())
    assert (row["points"], row["handed_in"]) == ("1", "1")


def test_practice_has_results_and_a_review_too(run):
    run("take", "--seed", "7", lines=["a", *["s"] * 6, "f"], name="sample")
    assert "One question of every kind (sample)" in run("results", name="sample")
    assert "1 of 19 points" in run("review", name="sample")


def test_an_attempt_that_goes_on_has_no_review(run, week):
    week(feedback="end")
    run("take", lines=["f"])
    assert "ada has no attempt that was handed in" in run("review")
    assert "attempt number 1 is not handed in" in run("review", "--attempt", "1")


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_a_student_needs_a_name_that_can_be_stored(run, name):
    done = CliRunner().invoke(
        quiz, ["take", "week-3.yaml", "--questions", str(BANK), "--student", name]
    )
    if name:  # an empty one is none
        assert "--student needs a name of 1 to 200 characters." in done.output


def test_many_students_on_one_postgresql_become_a_gradebook(
    postgres, week, tmp_path, grader_command
):
    week(attempts=1, feedback="never", closes=FOREVER)
    (command, environment), url = grader_command, postgres.database()
    options = ["--questions", str(BANK), "--store", url]
    takers = [
        subprocess.Popen(
            [*command, "quiz", "take", "week-3.yaml", *options, "--student", name],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("ada", "bob", "cy")
    ]
    answers = (RIGHT, WRONG, ["f", "s", "s"])
    for taker, lines in zip(takers, answers, strict=True):
        taker.stdin.write("".join(f"{line}\n" for line in ["", *lines, "f"]))
        taker.stdin.flush()
    for taker in takers:
        said, _ = taker.communicate(timeout=60)
        assert "Handed in: " in said
        assert taker.returncode == 0
    done = CliRunner().invoke(quiz, ["results", "week-3.yaml", *options, "-o", "grades.csv"])
    assert done.exit_code == 0, done.output
    rows = csv.DictReader((tmp_path / "grades.csv").read_text().splitlines())
    assert {row["student"]: row["points"] for row in rows} == {"ada": "2", "bob": "0", "cy": "1"}


def test_a_quiz_whose_opening_was_moved_shows_no_question_before(run, week):
    run("take", lines=["f"])
    week(opens=FOREVER)
    said = run("take")
    assert said == "error: week-3.yaml: it opens on Thu 1 Jan 2099 at 00:00 UTC"


def test_a_store_from_the_environment_is_not_printed(week, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADER_STORE", str(tmp_path / "secret.sqlite"))
    words = ["take", "week-3.yaml", "--questions", str(BANK)]
    done = CliRunner().invoke(quiz, words, input="f\nq\n")
    assert f"grader quiz take week-3.yaml --questions {BANK}" in done.output
    assert "secret" not in done.output


def test_a_review_shows_the_marks_that_are_stored(run, week, database):
    week(feedback="end")
    run("take", lines=[*RIGHT, "f"])
    connection = sqlite3.connect(database)
    [(marks,)] = connection.execute("SELECT marks FROM attempts")
    record = json.loads(marks)
    row = record["questions"][2]
    row |= {"points": "5/2", "standing": "partly right", "feedback": ["Named the sequence."]}
    record["points"] = "9/2"
    connection.execute("UPDATE attempts SET marks = ?", [json.dumps(record)])
    connection.commit()
    connection.close()
    said = run("review")
    assert "3. partly right (2 1/2 of 4 points;" in said
    assert "4 1/2 of 6 points." in said
    assert "4 1/2 6" in run("results")


@pytest.mark.parametrize("marks", ["", "{", "[]", '{"points": "x", "max_points": 1}'])
def test_marks_that_cannot_be_read_are_one_sentence(run, week, database, marks):
    week(feedback="end")
    run("take", lines=[*RIGHT, "f"])
    connection = sqlite3.connect(database)
    connection.execute("UPDATE attempts SET marks = ? WHERE finished_at IS NOT NULL", [marks])
    connection.commit()
    connection.close()
    for command, *words in (["results"], ["review", "--student", "ada"]):
        arguments = [command, "week-3.yaml", "--questions", str(BANK), "--store", database, *words]
        error = CliRunner().invoke(quiz, arguments).exception
        assert isinstance(error, StoreError)
        assert "the marks of attempt 1 cannot be read" in str(error)
