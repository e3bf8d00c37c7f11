"""An audit fails where it must: at a blind check, at an unfair one, and at one that stumbles."""

import shutil

import msgspec
import pytest
from click.testing import CliRunner

from grader.audit.result import Audit
from grader.cli import main
from grader.settings import find_assignment

SHIPPED = find_assignment("decoder-generation").folder
ONE_STAGE = """
title: Softmax alone
subject: decoder
total: 4
stages:
  - {name: softmax, title: Softmax, points: 4, parameters: [logits]}
"""
RIGHT = """
import numpy

FRAMEWORK = "numpy"

def softmax(logits):
    powers = numpy.exp(logits - logits.max(axis=-1, keepdims=True))
    return (powers / powers.sum(axis=-1, keepdims=True)).astype(RETURNED)
"""


@pytest.fixture
def folder(tmp_path):
    """An assignment of one stage, with two right submissions."""
    folder = tmp_path / "softmax-alone"
    (folder / "audit" / "right").mkdir(parents=True)
    for name in ("conftest.py", "test_softmax.py"):
        shutil.copy(SHIPPED / name, folder / name)
    (folder / "assignment.yaml").write_text(ONE_STAGE)
    for name in ("float32", "float64"):
        submission = folder / "audit" / "right" / f"{name}.py"
        submission.write_text(RIGHT.replace("RETURNED", repr(name)))
    return folder


def audited(grader, folder):
    written = folder.parent / "audit.json"
    ran = grader("audit", folder, "--samples", "3", "-o", written)
    assert written.exists(), ran.stderr
    return ran, msgspec.json.decode(written.read_bytes(), type=Audit)


def change(folder, *replacements):
    checks = folder / "test_softmax.py"
    text = checks.read_text()
    for old, new in replacements:
        assert text.count(old) == 1
        text = text.replace(old, new)
    checks.write_text(text)


def test_what_is_wrong_with_the_checks_is_found(grader, folder):
    change(
        folder,
        ("logits[0, 1:] = logits[1, ::2] = logits[3, -1] = -np.inf", "pass"),  # sees no mask now
        ("tolerance=1e-3", "tolerance=0.5"),
        ("test_arguments_are_left_alone(assert_left_alone)", "test_arguments(student, probe)"),
        (
            '    assert_left_alone("softmax")',
            '    assert student.softmax(probe.floats(4)).dtype == "float32", "float64 came"',
        ),
    )
    ran, result = audited(grader, folder)
    assert ran.returncode == 1
    assert "Something is off" in ran.stdout
    figures = {figure.name: figure for figure in result.figures}
    assert set(figures["caught"].exceptions) >= {
        "softmax.infinity_as_zero loses points in no stage.",
        "softmax.changes_its_input loses points in no stage.",
    }
    assert figures["fair"].exceptions == (
        "float64 loses points in softmax. softmax.arguments: float64 came",
    )
    assert figures["no false accusation"].is_right
    assert not figures["caught"].is_right
    assert not figures["fair"].is_right


def test_a_right_assignment_of_one_stage_passes(grader, folder):
    ran, result = audited(grader, folder)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert [figure.is_right for figure in result.figures] == [True] * 7
    assert result.misconceptions[0].stage == "softmax"


def test_a_check_that_stumbles_is_the_courses_fault(grader, folder):
    change(folder, ("logits = probe.floats(4, 6)", "logits = probe.no_such_thing(4, 6)"))
    ran = grader("audit", folder, "--samples", "0")
    assert ran.returncode == 2
    assert "the check softmax.masked_logits could not be run on" in ran.stderr
    assert "no_such_thing" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_an_assignment_about_something_else_gets_a_sentence(small):
    ran = CliRunner().invoke(main, ["audit", str(small)])
    assert ran.exit_code == 2
    assert "it names no subject" in ran.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["no-such-assignment"], "there is no assignment 'no-such-assignment'"),
        (["-o", "audit.txt"], "ends in neither .json nor .csv"),
        (["-o", "no/such/folder/audit.json"], "there is no folder no/such/folder"),
    ],
)
def test_a_wrong_word_gets_a_sentence(words, sentence):
    ran = CliRunner().invoke(main, ["audit", *words])
    assert ran.exit_code == 2
    assert sentence in ran.output
