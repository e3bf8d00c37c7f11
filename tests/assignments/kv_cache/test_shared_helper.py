"""A mistake in a helper that several stages share is paid in the innermost of them.

`batch_prefill` in one pass has a mask for each row, so it shares helpers with the other stages and
calls none of them by name. It returns arrays in lists and dicts.
"""

import pytest

from grader.api import grade_submission
from grader.settings import find_assignment

EXAMPLES = find_assignment("kv-cache").folder / "examples" / "submissions"
RIGHT = (EXAMPLES / "right-numpy.py").read_text()

# In which stage it is paid, what is taken away, and what stands there.
SHARED = {
    "keys have no bias": ("cached_attention", ' + weights["key_bias"][columns]', ""),
    "scores are not scaled": ("cached_attention", " / np.sqrt(head_width)", ""),
    "the residual is left out": ("cached_layer", "    x = x + attended\n", "    x = attended\n"),
}


@pytest.mark.parametrize("name", SHARED)
def test_a_shared_mistake_is_paid_once(name, tmp_path):
    stage, old, new = SHARED[name]
    assert RIGHT.count(old) == 1
    submission = tmp_path / "submission.py"
    submission.write_text(RIGHT.replace(old, new))
    graded = grade_submission(submission, assignment="kv-cache", require_level="none")
    assert {s.stage for s in graded.stages if s.points < s.max_points} == {stage}
    carrying = {c.stage: c.inner_causes for c in graded.checks if c.inner_causes}
    assert carrying == {"batch_prefill": (stage,)}
