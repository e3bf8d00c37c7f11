"""What is said of a training step is true of the calls that it made."""

import pytest

from grader.api import grade_submission

RIGHT = """
import torch

def train_step(batches, stages, max_norm, ignore_index):
    counts = [int((targets != ignore_index).sum()) for _, targets in batches]
    stages.zero()
    total = 0.0
    for (inputs, targets), n in zip(batches, counts):
        logits = stages.forward(inputs)
        loss = stages.loss(logits, targets) * n / sum(counts)
        stages.backward(loss)
        total += loss
    stages.clip(max_norm)
    stages.step()
    stages.schedule()
    return total
"""
LOOP = RIGHT[RIGHT.index("    for (inputs") : RIGHT.index("        loss =")]
FORWARD_FIRST = """
    made = [stages.forward(inputs) for inputs, _ in batches]
    for (_, targets), n, logits in zip(batches, counts, made):
"""

# What stands in the place of what; the check that fails, and what it says. Others pass.
WRONG = {
    "all parts go forward first": (
        LOOP,
        FORWARD_FIRST,
        {
            "order": "It called stages.forward after stages.forward, where stages.loss is expected "
            "(part 1 of 3)."
        },
    ),
    "parts in reverse": (
        "zip(batches, counts)",
        "reversed(list(zip(batches, counts)))",
        {
            "data_flow": "stages.forward received an array of shape (3, 5); it should receive the "
            "inputs of part 1, of shape (2, 6)."
        },
    ),
    "probabilities go to the loss": (
        "stages.forward(inputs)",
        "torch.as_tensor(stages.forward(inputs)).softmax(-1)",
        {
            "data_flow": "stages.loss received other numbers; it should receive the logits of part "
            "1, as they are.",
            "returned_loss": "The returned loss is wrong: got 0.67196, expected 1.2913.",
        },
    ),
    "the first part alone": (
        "        total += loss\n",
        "        total += loss\n        break\n",
        {
            "order": "It called stages.clip after stages.backward, where stages.forward is "
            "expected (part 2 of 3).",
            "shares": "stages.backward was called once, for 3 parts.",
            "returned_loss": "The returned loss is wrong: got 0.483587, expected 1.2913.",
        },
    ),
}


def failed(submission, source):
    submission.write_text(source)
    graded = grade_submission(submission, assignment="training-objective", require_level="none")
    checks = [check for check in graded.checks if check.stage == "train_step"]
    return {c.check.partition(".")[2]: c.message for c in checks if c.verdict == "failed"}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_fails_where_it_is(name, tmp_path):
    old, new, said = WRONG[name]
    assert RIGHT.count(old) == 1
    assert failed(tmp_path / "submission.py", RIGHT.replace(old, new)) == said


MORE_ZEROS = {
    "twice at the beginning": ("    stages.zero()\n", "    stages.zero()\n    stages.zero()\n"),
    "at the end, too": ("    stages.schedule()\n", "    stages.schedule()\n    stages.zero()\n"),
    "after the step, too": ("    stages.step()\n", "    stages.step()\n    stages.zero()\n"),
}


@pytest.mark.parametrize("name", MORE_ZEROS)
def test_zeros_that_take_nothing_away_are_accepted(name, tmp_path):
    old, new = MORE_ZEROS[name]
    assert RIGHT.count(old) == 1
    assert failed(tmp_path / "submission.py", RIGHT.replace(old, new)) == {}


def test_a_right_step_fails_nowhere(tmp_path):
    assert failed(tmp_path / "submission.py", RIGHT) == {}
