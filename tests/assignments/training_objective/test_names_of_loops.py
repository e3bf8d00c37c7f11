"""A wrong training step has its name, in whatever order its numbers are multiplied and added."""

import pytest

from grader.api import grade_submission

STEP = """
import torch

def train_step(batches, stages, max_norm, ignore_index):
    counts = [(targets != ignore_index).sum() for _, targets in batches]
    stages.zero()
    total = torch.zeros(())
    for (inputs, targets), n in zip(batches, counts):
        loss = torch.as_tensor(stages.loss(stages.forward(inputs), targets)) * n / sum(counts)
        stages.backward(loss)
        total = total + loss
    stages.clip(max_norm)
    stages.step()
    stages.schedule()
    return total
"""

# What stands in the place of what.
WRONG = {
    "never_zeroes": {"    stages.zero()\n": ""},
    "zeroes_each_part": {
        "    stages.zero()\n": "",
        "        loss =": "        stages.zero()\n        loss =",
    },
    "clips_after_the_step": {
        "clip(max_norm)": "step()",
        "    stages.step()\n    stages.sch": "    stages.clip(max_norm)\n    stages.sch",
    },
    "schedules_before_the_step": {
        "    stages.step()\n": "",
        "    return": "    stages.step()\n    return",
    },
    "never_schedules": {"    stages.schedule()\n": ""},
    "returns_the_last_loss": {"total = total + loss": "total = loss * sum(counts) / n"},
}


def findings(submission, source):
    submission.write_text(source)
    graded = grade_submission(submission, assignment="training-objective", require_level="none")
    return [found for found in graded.findings if found.stage == "train_step"]


@pytest.mark.parametrize("name", WRONG)
def test_rounding_hides_no_name(name, tmp_path):
    source = STEP
    for old, new in WRONG[name].items():
        assert source.count(old) == 1
        source = source.replace(old, new)
    (found,) = findings(tmp_path / "submission.py", source)
    assert found.misconceptions == (f"train_step.{name}",)


def test_a_right_step_has_no_finding(tmp_path):
    assert findings(tmp_path / "submission.py", STEP) == []
