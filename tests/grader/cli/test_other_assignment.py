"""Who forgets to name the assignment is told which one the functions belong to."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "assignments"


def check(path, *words):
    return subprocess.run(
        [sys.executable, "-m", "grader", "check", path, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["kv-cache", "training-objective", "decoder-modules"])
def test_the_assignment_of_the_functions_is_named(name):
    ran = check(EXAMPLES / name / "starter.py")
    assert ran.returncode == 1
    assert f"`--assignment {name}`; this was decoder-generation." in ran.stderr


@pytest.mark.parametrize("words", [(), ("--assignment", "decoder-generation")])
def test_nothing_is_said_of_a_starter_of_its_own_or_where_one_is_named(words):
    ran = check(EXAMPLES / "decoder-generation" / "starter.py", *words)
    assert "--assignment" not in ran.stderr


def test_nothing_is_said_where_something_is_written(tmp_path):
    (tmp_path / "mine.py").write_text(
        "import numpy as np\ndef softmax(logits):\n    return logits\ndef prefill():\n    pass\n"
    )
    assert "--assignment" not in check(tmp_path / "mine.py").stderr


def test_classes_are_named_too_and_more_of_them_are_three_points(tmp_path):
    names = ("MLP", "CausalSelfAttention", "Block", "DecoderModel")
    (tmp_path / "mine.py").write_text("".join(f"class {name}:\n    pass\n" for name in names))
    said = check(tmp_path / "mine.py").stderr
    assert "These belong to decoder-modules: MLP, CausalSelfAttention, Block, ... Check" in said


def test_a_few_functions_are_all_named(tmp_path):
    (tmp_path / "mine.py").write_text("def prefill():\n    pass\ndef decode():\n    pass\n")
    said = check(tmp_path / "mine.py").stderr
    assert "These belong to kv-cache: prefill, decode. Check them with" in said
