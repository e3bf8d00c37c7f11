"""A mistake in a helper that `cross_entropy` and `perplexity` share is paid in one of them."""

import pytest

from grader.api import grade_submission

LOSS = """
import numpy as np

def shared(logits, targets, ignore_index):
    shifted = logits - logits.max(-1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    counted = targets != ignore_index
    picked = np.take_along_axis(logs, np.maximum(targets, 0)[..., None], -1)[..., 0]
    return {value}

def cross_entropy(logits, targets, ignore_index):
    return shared(logits, targets, ignore_index)

def perplexity(logits, targets, ignore_index):
    return {power}
"""
POWER = "np.exp(shared(logits, targets, ignore_index))"
SUM = "-(picked * counted).sum() / counted.size"


@pytest.mark.parametrize("value", [SUM, f"float({SUM})"])
def test_a_number_of_python_is_compared_like_an_array(value, tmp_path):
    submission = tmp_path / "submission.py"
    submission.write_text(LOSS.format(value=value, power=POWER))
    graded = grade_submission(submission, assignment="training-objective", require_level="none")
    points = {s.stage: (s.points, s.max_points) for s in graded.stages}
    assert points["cross_entropy"][0] < points["cross_entropy"][1]
    assert points["perplexity"][0] == points["perplexity"][1]
    assert ("cross_entropy",) in {c.inner_causes for c in graded.checks if c.stage == "perplexity"}


def test_a_loss_that_is_the_same_number_always_explains_nothing(tmp_path):
    submission = tmp_path / "submission.py"
    submission.write_text(LOSS.format(value="3.0", power="np.exp(3.0)"))
    graded = grade_submission(submission, assignment="training-objective", require_level="none")
    points = {s.stage: (s.points, s.max_points) for s in graded.stages}
    assert points["perplexity"][0] < points["perplexity"][1]
