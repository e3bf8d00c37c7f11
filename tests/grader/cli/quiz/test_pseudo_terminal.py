"""`take` in a real terminal: colours, keys, and a process that is killed."""

import os
import re
import signal
import sys
from pathlib import Path

import pexpect
import pytest

from grader.quiz.bank.topics import load_topic
from grader.store.quiz_store import open_store

BANK = Path(__file__).parents[2] / "quiz" / "sample_bank"
START = ["-c", "from grader.cli.quiz.group import quiz; quiz()"]
PROMPT = "\r?\n(\x1b\\[\\?2004h)?> "


@pytest.fixture
def store(tmp_path):
    return tmp_path / "quiz.sqlite"


@pytest.fixture
def take(store):
    started = []

    def take(*arguments, columns=80, topic="sample", seed=("--seed", "7"), **environment):
        # readline and pytest-xdist set a width of their own, which would beat the terminal's.
        without_size = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
        options = ["take", topic, "--questions", str(BANK), "--store", str(store)]
        child = pexpect.spawn(
            sys.executable,
            [*START, *options, "--student", "ada", *seed, *arguments],
            encoding="utf-8",
            timeout=20,
            dimensions=(24, columns),
            env=without_size | environment,
        )
        started.append(child)
        return child

    yield take
    for child in started:
        child.close(force=True)


def saved(store):
    with open_store(store) as opened:
        [attempt] = opened.attempts(student="ada")
        return [answer.item for answer in opened.answers(attempt.id)]


def answer(child, number, line):
    """Wait for a question, answer it, and return what was said of the answer."""
    child.expect(f"Question {number} of 7")
    child.expect(PROMPT)
    child.sendline(line)
    child.expect("(Right|Wrong|Partly right): .* points?\\.|Saved\\.")
    return child.match[0]


def test_a_quiz_is_stopped_resumed_and_finished(take, store):
    child = take()
    assert "Right: 1 of 1" in answer(child, 1, "a")
    assert "Wrong: 0 of 1" in answer(child, 2, "5.644")
    child.expect(PROMPT)
    child.sendline("q")
    child.expect("Stopped. 2 answers saved.")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0

    child = take()
    child.expect("Resumed: 2 of 7 questions have an answer.")
    for number in (3, 4, 5, 6, 7):
        child.expect(f"Question {number} of 7")
        child.expect(PROMPT)
        child.sendline("s")
    child.expect("Without an answer: question 3, 4, 5, 6, 7.")
    child.sendline("f")
    child.expect("1 of 19 points\\.")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert saved(store) == ["sample.shape", "sample.loss"]


@pytest.mark.parametrize("key", ["c", "d"])
def test_ctrl_c_and_ctrl_d_stop_cleanly(take, store, key):
    child = take()
    answer(child, 1, "a")
    child.expect(PROMPT)
    child.sendcontrol(key)
    child.expect("Stopped. 1 answer saved.")
    child.expect("grader quiz take sample")
    child.expect(pexpect.EOF)
    child.close()
    assert "Traceback" not in child.before
    assert child.exitstatus == 0
    assert saved(store) == ["sample.shape"]


def test_a_killed_quiz_loses_no_answer(take, store):
    child = take()
    answer(child, 1, "a")
    answer(child, 2, "3.912")
    child.kill(signal.SIGKILL)
    child.expect(pexpect.EOF)
    assert saved(store) == ["sample.shape", "sample.loss"]

    child = take()
    child.expect("Resumed: 2 of 7")
    child.expect("Question 3 of 7")


def test_the_order_that_is_typed_is_the_order_that_is_stored(take, store):
    item = load_topic(BANK, "sample").item("sample.flow")
    child = take()
    for number in (1, 2):
        child.expect(f"Question {number} of 7")
        child.expect(PROMPT)
        child.sendline("s")
    child.expect("Question 3 of 7")
    child.expect(PROMPT)
    shown = dict(
        re.findall(r"(\d) +([A-Z][a-z ]+?) *\r", re.sub(r"\x1b\[[\d;]*m", "", child.before))
    )
    numbers = {text: number for number, text in shown.items()}
    child.sendline(" ".join(numbers[step.text] for step in item.steps))
    child.expect("Is that your answer")
    child.sendline("y")
    child.expect("Right: 7 of 7 points")
    with open_store(store) as opened:
        [attempt] = opened.attempts(student="ada")
        [stored] = opened.answers(attempt.id)
    assert stored.response == tuple(step.id for step in item.steps)


def test_a_terminal_gets_colours(take, monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    child = take()
    child.expect("Question 1")
    assert "\x1b[1m" in child.before + child.after


def test_no_color_is_kept_to(take):
    child = take(TERM="xterm-256color", NO_COLOR="1")
    said = answer(child, 1, "a")
    child.expect(PROMPT)
    assert "Right" in said
    assert not re.search("\x1b\\[[\\d;]*3[0-9]m", child.before + said), "no colour"


@pytest.mark.parametrize(("columns", "widest"), [(30, 30), (40, 40), (200, 100)])
def test_a_terminal_is_never_overrun_and_lines_stay_readable(take, columns, widest):
    child = take(columns=columns)
    child.expect("Question 1 of 7")
    child.expect(PROMPT)
    plain = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", child.before)
    lines = [line.rstrip() for line in plain.splitlines()]
    assert max(map(len, lines)) <= widest


@pytest.fixture
def timed(tmp_path):
    """Writes a quiz of three questions with a time limit in seconds."""

    def write(seconds, feedback="end"):
        path = tmp_path / "timed.yaml"
        path.write_text(
            f"title: Timed\nminutes: {seconds / 60}\nfeedback: {feedback}\nshuffle: false\n"
            "questions: [sample.encoder, sample.loss, sample.why]\n"
        )
        return {"topic": str(path), "seed": ()}

    return write


def start(child):
    child.expect("Enter starts, q leaves > ")
    child.sendline("")
    child.expect("Question 1 of 3")
    child.expect(PROMPT)


def attempt_at(store):
    with open_store(store) as opened:
        [attempt] = opened.attempts()
        return attempt, [answer.response for answer in opened.answers(attempt.id)]


def test_a_killed_attempt_goes_on_and_its_clock_went_on_too(take, store, timed):
    quiz = timed(1800)
    child = take(**quiz)
    start(child)
    child.sendline("f")
    child.expect("Saved")
    child.kill(signal.SIGKILL)
    child.expect(pexpect.EOF)
    before, answers = attempt_at(store)
    assert answers == ["false"]
    child = take(**quiz)
    child.expect("Resumed: 1 of 3 questions have an answer.")
    child.expect("Question 2 of 3 \\(1 point\\), 29 min left")
    child.expect(PROMPT)
    assert attempt_at(store) == (before, answers)
    child.sendcontrol("c")
    child.expect("The clock runs on: 29 min left.")


def test_when_the_time_is_up_the_prompt_ends_and_what_was_entered_counts(take, store, timed):
    child = take(**timed(8, feedback="never"))
    start(child)
    for line in ("f", "s", "One sequence,", "and no other."):
        child.sendline(line)
    child.send("An unfinished line")
    child.expect("The lines that were entered count.", timeout=30)
    child.expect("Time is up: the time was up on ")
    child.expect("Handed in: 2 answers of 3 saved; this quiz shows no marks")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    attempt, answers = attempt_at(store)
    assert answers == ["false", "One sequence,\nand no other."]
    assert (attempt.finished_at - attempt.started_at).total_seconds() == 8


def at_the_text(child):
    """Skip to the question that takes a text."""
    items = [item.id for item in load_topic(BANK, "sample").items]
    for number in range(1, len(items) + 1):
        child.expect(f"Question {number} of 7")
        child.expect(PROMPT)
        if "Write your answer" in child.before:
            return
        child.sendline("s")


def test_a_text_of_two_paragraphs_can_be_pasted(take, store):
    child = take()
    at_the_text(child)
    child.send("\x1b[200~One.\n\nTwo.\x1b[201~\r")
    child.expect("… ")
    child.sendline("")
    child.expect("Saved. A person will mark it")
    with open_store(store) as opened:
        [attempt] = opened.attempts(student="ada")
        [stored] = opened.answers(attempt.id)
    assert stored.response == "One.\n\nTwo."


@pytest.mark.parametrize("ending", ["killed", "interrupted"])
def test_a_text_that_was_begun_is_a_draft_next_time(take, ending):
    child = take()
    at_the_text(child)
    child.sendline("One.")
    child.expect("… ")
    child.send("Half a li")
    child.expect("Half a li")
    if ending == "killed":
        child.kill(signal.SIGKILL)
    else:
        child.sendintr()
        child.expect("kept as a draft")
    child.expect(pexpect.EOF)
    child = take()
    at_the_text(child)
    half = [] if ending == "killed" else ["Half a li"]
    assert "\r\n".join(["One.", *half]) in child.before


def test_a_long_text_is_written_in_an_editor(take, tmp_path, store):
    editor = tmp_path / "an editor.sh"
    editor.write_text("#!/bin/sh\nprintf 'A long text.' > \"$1\"\n")
    editor.chmod(0o755)
    child = take(EDITOR=f"'{editor}'", VISUAL="")
    at_the_text(child)
    child.sendline("e")
    child.expect("Saved. A person will mark it")
    with open_store(store) as opened:
        [attempt] = opened.attempts(student="ada")
        [stored] = opened.answers(attempt.id)
    assert stored.response == "A long text."
