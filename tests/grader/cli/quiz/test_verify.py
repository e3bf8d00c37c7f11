import shutil
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


def test_sound_keys_end_with_0_and_say_what_was_run(folder):
    assert verify(folder) == (
        0,
        "sample: 3 of 7 questions run\n"
        "No results are stored beside the questions: store them with `--write`.\n"
        "3 keys verified, 0 red; 4 questions without `verify:`.\n",
    )


def test_stored_results_are_compared(folder):
    code, output = verify(folder, "--write")
    assert (code, output.splitlines()[1]) == (0, f"Stored in {folder / 'verified.json'}.")
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
    verify(folder, "--write")
    change(folder, "all of 50 tokens", "each of 50 tokens")
    code, output = verify(folder)
    assert code == 2
    assert "#sample.loss (numeric loss_at_the_start): the question has changed since its" in output
    assert "3 keys verified, 1 red" in output


def test_another_reference_with_the_same_results_is_only_mentioned(folder):
    verify(folder, "--write")
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
    code, output = verify(folder, *options)
    assert says in output
    assert code == (0 if "red" in says else 2)


def test_a_folder_without_questions_is_one_sentence(tmp_path):
    code, output = verify(tmp_path / "nowhere")
    assert code == 2
    assert "there is no such folder" in output
