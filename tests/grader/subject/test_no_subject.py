"""Nothing is said of an assignment about which nothing is known."""

import pytest

ENCODER = {
    "assignment.yaml": """
title: An encoder
total: 4
stages:
  - {name: softmax, title: Softmax, points: 1, parameters: [logits]}
  - {name: attention_weights, title: Weights, points: 3, parameters: [queries, keys],
     uses: [softmax]}
""",
    "conftest.py": """
from types import SimpleNamespace

import numpy as np
import pytest


def softmax(x):
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def attention_weights(q, k):
    return softmax((q @ k.swapaxes(-1, -2)).astype("float64") / np.sqrt(q.shape[-1]))


@pytest.fixture(scope="session")
def reference():
    return SimpleNamespace(softmax=softmax, attention_weights=attention_weights)
""",
    "test_encoder.py": '''
from grader.checks import assert_close, points, stage


@stage("softmax")
@points(1)
def test_values(student, reference, rng):
    """Over the last axis."""
    x = rng.normal(size=(4, 5)).astype("float32")
    assert_close(student.softmax(x), reference.softmax(x), name="the probabilities")


@stage("attention_weights")
@points(3)
def test_scores(student, reference, rng):
    """Every query uses every key."""
    q, k = (rng.normal(size=(2, 3, 7, 8)).astype("float32") for _ in range(2))
    expected = reference.attention_weights(q, k)
    assert_close(student.attention_weights(q, k), expected, name="the attention weights")
''',
}
SUBMISSION = """
import numpy as np


def softmax(logits):
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def attention_weights(queries, keys):
    return {weights}
"""


@pytest.fixture
def encoder(tmp_path):
    folder = tmp_path / "encoder"
    folder.mkdir()
    for name, text in ENCODER.items():
        (folder / name).write_text(text.lstrip())
    return folder


@pytest.mark.parametrize(
    "weights",
    [
        "softmax(queries @ keys.swapaxes(-1, -2))",  # not divided by the square root of D
        "1.01 * softmax(queries @ keys.swapaxes(-1, -2) / np.sqrt(queries.shape[-1]))",
    ],
)
def test_an_encoder_is_accused_of_no_mistake_about_decoders(grader, encoder, tmp_path, weights):
    submission = tmp_path / "ada.py"
    submission.write_text(SUBMISSION.format(weights=weights))
    ran = grader("check", submission, "--assignment", encoder)
    assert ran.returncode == 1, ran.stderr
    assert "1/4" in ran.stdout.replace(" of ", "/") or "attention_weights" in ran.stdout
    for said in ("idea", "Put together", "Read on", "mask", "factor"):
        assert said not in ran.stdout


def test_there_is_no_audit_of_it(grader, encoder):
    ran = grader("audit", encoder)
    assert ran.returncode == 2
    assert "it names no subject" in ran.stderr
    assert "Traceback" not in ran.stderr
