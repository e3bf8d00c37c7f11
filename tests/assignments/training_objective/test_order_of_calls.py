"""A training step whose calls are in the wrong order: what its report shows of them."""

from grader.api import grade_submission

ZERO_FOR_EACH_PART = """
def train_step(batches, stages, max_norm, ignore_index):
    for inputs, targets in batches:
        stages.zero()
        stages.backward(float(stages.loss(stages.forward(inputs), targets)))
    stages.clip(max_norm)
    stages.step()
    stages.schedule()
"""


def test_the_first_wrong_call_is_shown_beside_the_expected_one(tmp_path):
    submission = tmp_path / "submission.py"
    submission.write_text(ZERO_FOR_EACH_PART)
    graded = grade_submission(submission, assignment="training-objective", require_level="none")
    (stage,) = (one for one in graded.stages if one.stage == "train_step")
    (order,) = (one for one in stage.checks if one.check == "train_step.order")
    calls = order.evidence.calls
    assert calls.wrong == 5
    assert calls.made[4] == "stages.zero"
    assert calls.expected[4] == "stages.forward"
