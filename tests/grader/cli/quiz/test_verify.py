import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import main

SAMPLE = Path(__file__).parents[2] / "quiz" / "sample_bank"


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(SAMPLE, tmp_path / "questions")


def verify(folder, *options):
    ran = CliRunner().invoke(main, ["quiz", "verify", str(folder), *options])
    return ran.exit_code, ran.output


def change(folder, old, new):
    path = folder / "sample.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def agree(folder):
    """Store results and agree to all words."""
    code, output = verify(folder, "--write", "--assent", "all")
    assert code == 0, output
    return output


def test_sound_keys_whose_words_are_agreed_to_end_with_0(folder):
    agree(folder)
    (folder / "verified.json").unlink()
    assert verify(folder) == (
        0,
        "sample: 3 of 7 questions run\n"
        "No results are stored beside the questions: store them with `--write`.\n"
        "3 keys verified, 0 red; 4 questions without `verify:`.\n",
    )


def test_stored_results_are_compared(folder):
    assert f"Stored in {folder / 'verified.json'}.\n" in agree(folder)
    written = (folder / "verified.json").read_bytes()
    code, output = verify(folder)
    assert (code, "No results are stored" in output) == (0, False)
    verify(folder, "--write")
    assert (folder / "verified.json").read_bytes() == written


def test_a_wrong_key_ends_with_2_and_a_sentence(folder):
    change(folder, "answer: 3.912", "answer: 3.942")
    code, output = verify(folder, "--write")
    assert code == 2
    assert output.splitlines()[:2] == [
        "sample: 3 of 7 questions run, 1 red",
        f"  red: {folder / 'sample.yaml'}#sample.loss (numeric loss_at_the_start): "
        "the answer is 3.942, and the reference computes 3.91202.",
    ]
    assert "sample.loss" not in (folder / "verified.json").read_text()


def test_a_question_that_changed_since_is_drift(folder):
    agree(folder)
    change(folder, "all of 50 tokens", "each of 50 tokens")
    code, output = verify(folder)
    assert code == 2
    assert "#sample.loss (numeric loss_at_the_start): the question has changed since its" in output
    assert "3 keys verified, 1 red" in output


def test_another_reference_with_the_same_results_is_only_mentioned(folder):
    agree(folder)
    path = folder / "verified.json"
    text = path.read_text()
    path.write_text(text.replace('"reference": "', '"reference": "0'))
    code, output = verify(folder)
    assert code == 0
    assert "The reference has changed since the results were stored; they are the same." in output


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("claim: loss_at_the_start", "claim: loss_at_start", "Did you mean 'loss_at_the_start'?"),
        ("kind: numeric, claim", "kind: numerics, claim", "Did you mean 'numeric'?"),
        ("{kind: numeric, claim", "{kind: numeric, clam", "Did you mean 'claim'?"),
        ("trace: one_generated_token", "trace: one_token", "no trace 'one_token'"),
    ],
)
def test_a_slip_in_verify_is_one_sentence(folder, old, new, says):
    change(folder, old, new)
    code, output = verify(folder)
    assert code == 2
    assert says in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("options", "says"),
    [(["--topic", "sampel"], "Did you mean 'sample'?"), (["--topic", "sample"], "0 red")],
)
def test_one_topic_can_be_verified_alone(folder, options, says):
    agree(folder)
    code, output = verify(folder, *options)
    assert says in output
    assert code == (0 if "red" in says else 2)


def test_a_folder_without_questions_is_one_sentence(tmp_path):
    code, output = verify(tmp_path / "nowhere")
    assert code == 2
    assert "there is no such folder" in output


def test_words_that_nobody_agreed_to_are_red_and_are_not_blessed_in_silence(folder):
    for _ in range(2):
        code, output = verify(folder, "--write")
        assert code == 2
        assert "nobody has agreed that stem (and 1 other text) says what was run" in output
    assert not (folder / "assents.json").exists()
    assert verify(folder)[0] == 2


def test_write_shows_the_old_text_the_new_one_and_the_statement(folder):
    agree(folder)
    change(folder, "all of 50 tokens are", "none of 50 tokens is")
    code, output = verify(folder, "--write")
    assert code == 2
    assert "sample.loss, stem\n  before:   What is the loss when all of 50 tokens are" in output
    assert "  text:     What is the loss when none of 50 tokens is equally probable?\n" in output
    assert "  was run:  The loss of logits that are all equal, on random targets.\n" in output
    assert "sample.flow," not in output


def test_one_question_can_be_agreed_to_by_its_id(folder):
    code, output = verify(folder, "--write", "--assent", "sample.loss")
    assert code == 2
    assert "#sample.loss" not in output
    assert "#sample.flow" in output
    assert "3 keys verified, 2 red" in output


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 2)])
def test_a_person_at_a_terminal_is_asked(folder, answer, code):
    agree(folder)
    change(folder, "all of 50 tokens are", "each of 50 tokens is")
    parent, child = pty.openpty()
    os.write(parent, answer.encode())
    ran = subprocess.run(
        [sys.executable, "-m", "grader", "quiz", "verify", str(folder), "--write"],
        stdin=child,
        capture_output=True,
        text=True,
    )
    os.close(parent)
    os.close(child)
    assert ran.returncode == code, ran.stdout
    assert "Do these words say what was run? [y/N]:" in ran.stdout
    assert ("each of 50" in (folder / "assents.json").read_text()) == (code == 0)


@pytest.mark.parametrize(
    "old",
    [
        ("all of 50 tokens", "all of 51 tokens"),
        ("{value: 5.644", "{value: 5.645"),
        ("answer: 3.912", "answer: 3.914"),
    ],
)
def test_a_number_that_was_changed_stays_red_whatever_is_agreed_to(folder, old):
    agree(folder)
    change(folder, *old)
    for _ in range(2):
        code, output = verify(folder, "--write", "--assent", "all")
        assert (code, "1 red" in output) == (2, True)


def test_what_is_agreed_to_without_a_question_is_dropped(folder):
    agree(folder)
    change(folder, "id: sample.loss", "id: sample.lost")
    verify(folder, "--write", "--assent", "all")
    kept = json.loads((folder / "assents.json").read_text())["questions"]
    assert set(kept) == {"sample.flow", "sample.chain", "sample.lost"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--assent", "all"], "belongs to `--write`"),
        (["--write", "--assent", "sample.los"], "Did you mean 'sample.loss'?"),
        (["--mutate", "--write"], "leave out `--write`"),
        (["--sample", "3"], "belongs to `--mutate`"),
        (["--mutate", "--topic", "sampel"], "Did you mean 'sample'?"),
    ],
)
def test_options_that_do_not_go_together_are_one_sentence(folder, options, says):
    code, output = verify(folder, *options)
    assert (code, says in output, "Traceback" in output) == (2, True, False)


def test_a_folder_that_may_not_be_written_is_one_sentence(folder):
    (folder / ".verified.json.partial").mkdir()
    code, output = verify(folder, "--write")
    assert code != 0
    assert "verified.json: cannot be written (Is a directory)" in output


def test_mutate_prints_the_share_of_each_kind_and_changes_no_file(folder):
    agree(folder)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    code, output = verify(folder, "--mutate")
    assert code == 0, output
    assert "numbers of stems" in output
    assert output.splitlines()[-1].startswith("3 questions changed in ")
    assert output.splitlines()[-1].endswith(" ways, 0 not noticed.")
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_mutate_leaves_out_what_is_red_and_says_so(folder):
    code, output = verify(folder, "--mutate", "--sample", "1")
    assert code == 2
    assert output.splitlines()[-1] == "0 questions changed in 0 ways, 0 not noticed."
    assert "is red as it stands. Verify it first." in output
