"""`grade FOLDER`, `mark` and `repair` as they are typed."""

import json
import os
import re
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import pexpect
import pytest
import yaml
from click.testing import CliRunner

from grader.cli.quiz.group import quiz
from grader.errors import CourseError, GraderError
from grader.quiz.bank.topics import load_topic
from grader.quiz.marking.scoring import mark_all, marks_to_json
from grader.store.marking_store import open_marking_store
from grader.store.quiz_store import open_store
from tests.grader.store.known_quiz import known_quiz

BANK = Path(__file__).parents[2] / "quiz" / "sample_bank"
AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
START = ["-c", "from grader.cli.quiz.group import quiz; quiz()"]


def run(*arguments, typed=""):
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(quiz, words, input=typed)


def flat(text):
    return " ".join(text.split())


@pytest.fixture
def answers(tmp_path):
    folder = tmp_path / "answers"
    folder.mkdir()
    for student, text in (("ada", "One sequence."), ("bo", "No idea.")):
        given = {"sample.shape": "last", "sample.why": text}
        record = {"topic": "sample", "student": student, "answers": given}
        (folder / f"{student}.yaml").write_text(yaml.safe_dump(record))
    return folder


@pytest.fixture
def results(answers, tmp_path):
    folder = tmp_path / "results"
    assert run("grade", answers, "-o", folder, "--questions", BANK).exit_code == 0
    return folder


@pytest.fixture
def store(tmp_path):
    """Ada's finished attempt, in which she answered the text and nothing else."""
    path = tmp_path / "quiz.sqlite"
    topic = load_topic(BANK, "sample")
    marks = mark_all(topic.items, {"sample.why": "One sequence."})
    with open_store(path) as opened:
        attempt = opened.begin(
            student="ada",
            quiz=known_quiz(opened),
            topic_digest=topic.digest,
            seed=7,
            settings={},
            at=AT,
        )
        record = marks_to_json(marks, topic=topic, student="ada").decode()
        opened.hand_in(attempt.id, at=AT, mark=lambda _: record)
    return path


def points(folder):
    return {
        path.stem: json.loads(path.read_text())["points"]
        for path in (folder / "marks" / "sample").iterdir()
    }


def test_a_folder_is_graded_and_says_what_to_type_next(answers, tmp_path):
    result = run("grade", answers, "-o", tmp_path / "r", "--questions", BANK)
    assert result.exit_code == 0
    assert "2 files graded." in result.output
    assert f"Grades: {tmp_path / 'r' / 'quiz-grades.csv'}" in result.output
    assert f"grader quiz mark {tmp_path / 'r'}" in result.output


def test_a_file_that_cannot_be_read_is_named_and_the_exit_code_is_1(answers, tmp_path):
    (answers / "chen.yaml").write_text("topic: sample\nanswers: {sample.shape: lost}\n")
    result = run("grade", answers, "-o", tmp_path / "r", "--questions", BANK)
    assert result.exit_code == 1
    assert "chen.yaml: not graded: sample.shape: there is no option 'lost'." in flat(result.output)
    assert "2 files graded, 1 file not graded." in result.output


def test_a_folder_needs_a_results_folder(answers):
    result = run("grade", answers, "--questions", BANK)
    assert result.exit_code == 2
    assert "add -o RESULTS" in result.output


def test_one_file_shows_why_and_what_guessing_earns(answers):
    output = flat(run("grade", answers / "ada.yaml", "--questions", BANK).output)
    assert "1. shape: wrong, 0 of 1 point; guessing earns 33 %" in output
    assert "There is a row for all." in output
    assert "Mistaken idea: Only the last position gets logits. logits.last_only" in output


def test_the_questions_of_a_results_folder_are_found_again(results):
    result = run("mark", results, typed="1\n12\n")
    assert result.exit_code == 0
    assert sorted(points(results).values()) == ["1", "4"]
    assert "quiz-grades.csv" in result.output


def test_a_store_is_marked_and_its_marks_follow(store):
    result = run("mark", store, "--questions", BANK, typed="2\n")
    assert "1 answer marked, none is left." in result.output, result.output
    with open_marking_store(store) as opened:
        [record] = map(json.loads, opened.records().values())
        [earlier] = opened.earlier()
    assert (record["points"], record["waiting_points"]) == ("3", 0)
    assert earlier.reason == "marked by a person"


def test_a_quiz_with_a_name_of_its_own_is_marked_too(store):
    with open_marking_store(store) as opened:
        [(name, record)] = opened.records().items()
        renamed = record.replace('"topic": "sample"', '"topic": "week-3"')
        opened.replace({name: renamed}, reason="test", at=AT)
    result = run("mark", store, "--questions", BANK, typed="2\n")
    assert "1 answer marked, none is left." in result.output


def test_a_repair_is_shown_first_then_applied_then_undone(results):
    words = ("repair", results, "--accept", "sample.shape", "last", "--drop", "sample.flow")
    before = points(results)
    shown = run(*words, "--reason", "Unclear.")
    assert shown.exit_code == 0
    assert "Repair 1: sample.flow does not count. Unclear." in shown.output
    assert re.search(r"ada +sample +0 of 19 \(4 +1 of 12 \(4 +0 % → 8 %|0 of 19", shown.output)
    assert "2 of 2 sheets change; the mean goes from 0 % to 8 %." in flat(shown.output)
    assert "Nothing is changed yet." in shown.output
    assert points(results) == before

    done = run(*words, "--reason", "Unclear.", "--apply")
    assert "Done. The marks before are kept" in done.output
    assert points(results) == {"ada": "1", "bo": "1"}
    history = [json.loads(line) for line in (results / "history.jsonl").read_text().splitlines()]
    assert {entry["marks"]["points"] for entry in history} == {"0"}
    assert all("sample.flow does not count" in entry["reason"] for entry in history)
    assert "these repairs hold already" in run(*words, "--reason", "x", "--apply").output
    assert "1. sample.flow does not count. Unclear. (2" in run("repair", results).output

    assert "Take back repair 1" in run("repair", results, "--undo", 1).output
    run("repair", results, "--undo", 1, "--undo", 2, "--apply")
    assert points(results) == before
    assert "No repair holds." in run("repair", results).output


def test_a_store_is_repaired_and_the_old_marks_are_kept(store):
    words = ("repair", store, "--questions", BANK, "--full-marks", "sample.encoder")
    run(*words, "--reason", "Unfair.", "--apply")
    with open_marking_store(store) as opened:
        [record] = map(json.loads, opened.records().values())
        [earlier] = opened.earlier()
    assert record["points"] == "1"
    assert json.loads(earlier.marks)["points"] == "0"
    assert "Unfair." in earlier.reason


def test_a_repair_never_edits_the_questions(results):
    before = {path: path.read_bytes() for path in BANK.iterdir()}
    run("repair", results, "--drop", "sample.flow", "--reason", "x", "--apply")
    assert {path: path.read_bytes() for path in BANK.iterdir()} == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--undo", "3"), "there is no repair 3\n  Those that hold: none."),
        (("--drop", "sample.flw", "--reason", "x"), "Did you mean 'sample.flow'?"),
        (("--drop", "sample.flow"), "has no reason"),
        (("--accept", "sample.loss", "[", "--reason", "x"), "is not valid YAML"),
    ],
)
def test_a_repair_that_cannot_be_is_one_sentence(results, words, says):
    result = run("repair", results, *words)
    assert isinstance(result.exception, CourseError)
    assert says in str(result.exception)


@pytest.mark.parametrize("command", ["mark", "repair"])
def test_what_is_neither_results_nor_store_is_said(command, tmp_path):
    missing = run(command, tmp_path / "nowhere")
    assert isinstance(missing.exception, GraderError)
    assert "there is no such results folder and no such store" in str(missing.exception)
    assert not (tmp_path / "nowhere").exists()
    empty = run(command, tmp_path)
    assert "holds no results of a quiz" in str(empty.exception)


def test_questions_of_another_folder_are_asked_for(store, tmp_path):
    (tmp_path / "other.yaml").write_text((BANK / "sample.yaml").read_text())
    error = run("repair", store, "--questions", tmp_path).exception
    assert "none of the topics sample is among the questions of" in str(error)
    assert "--questions FOLDER" in str(error)


@pytest.fixture
def terminal():
    started = []

    def terminal(*words, columns=80):
        without_size = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
        child = pexpect.spawn(
            sys.executable,
            [*START, *map(str, words)],
            encoding="utf-8",
            timeout=20,
            dimensions=(30, columns),
            env=without_size,
        )
        started.append(child)
        return child

    yield terminal
    for child in started:
        child.close(force=True)


def test_single_keys_mark_in_a_real_terminal(terminal, results):
    child = terminal("mark", results, "--marker", "tutor")
    child.expect("Answer 1 of 2")
    child.expect("0 of 4 points")
    child.send("1")
    child.expect("1 of 4 points")
    child.send("c")
    child.expect("Comment: ")
    child.sendline("Größe?")
    child.expect("comment: Größe")
    child.send("\x1b[A")
    child.expect("No such key here")
    child.send("\r")
    child.expect("Kept: 1 of 4 points")
    child.expect("Answer 2 of 2")
    child.send("12\r")  # quick typing comes at once
    child.expect("Kept: 4 of 4 points")
    child.expect("Enter ends, u undoes")
    child.send("u")
    child.expect("Undone")
    child.send("1\r\r")
    child.expect("Kept: 3 of 4 points")
    child.expect("2 answers marked, none is left.")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert sorted(points(results).values()) == ["1", "3"]


def test_keys_typed_ahead_are_not_lost(terminal, results):
    child = terminal("mark", results)
    child.send("2\r")
    child.expect("Kept: 3 of 4")


def test_a_killed_marker_loses_nothing_that_was_kept(terminal, results):
    child = terminal("mark", results)
    child.expect("0 of 4 points")
    child.send("2\r")
    child.expect("Kept: 3 of 4")
    child.kill(signal.SIGKILL)
    child.expect(pexpect.EOF)
    assert sorted(points(results).values()) == ["0", "3"]
    child = terminal("mark", results)
    child.expect("Answer 1 of 1")


@pytest.mark.parametrize("key", ["c", "d"])
def test_ctrl_c_and_ctrl_d_stop_cleanly(terminal, results, key):
    child = terminal("mark", results, columns=40)
    child.expect("0 of 4 points")
    child.sendcontrol(key)
    child.expect("0 answers marked, 2 answers left.")
    child.expect(pexpect.EOF)
    child.close()
    assert "Traceback" not in child.before
    assert child.exitstatus == 0
