"""Everything a check may use; the only import that an instructor needs.

    from grader.checks import assert_close, points, stage

    pytestmark = stage("softmax")

    @points(2)
    def test_rows_sum_to_one(student, rng):
        '''Each row of probabilities sums to one.'''
        rows = student.softmax(rng.normal(size=(3, 5)).astype("float32"))
        assert_close(rows.sum(-1), [1, 1, 1], name="the row sums")

The first line of a check's docstring is the sentence that the student reads. Fixtures:
`student` (the student's functions, across the wall), `reference` (the right functions of the
assignment's reference.py, or from its conftest.py) and `rng` (random inputs; in a hidden check
drawn from the course secret).

A name that came later says in its docstring since when it is there; one without such a note was
there from the start, in 0.1.
"""

import pytest

from grader.errors import CallFailed
from grader.generation.cached_order import (
    assert_cached_order,
    assert_few_positions,
    assert_prefixes,
)
from grader.generation.cached_stages import ScriptedPasses
from grader.generation.order import assert_data_flow, assert_stage_order, assert_step_inputs
from grader.generation.trace import GenerationTrace, ScriptedStages
from grader.harness.call_table import call_table
from grader.harness.comparison import (
    TOLERANCE,
    Mismatch,
    as_floats,
    as_number,
    as_token,
    as_tokens,
    assert_close,
    assert_same,
    assert_unchanged,
)
from grader.harness.exact_answers import assert_equal
from grader.harness.made_object import MadeObject
from grader.harness.scripted_functions import ScriptedFunctions
from grader.harness.student import Student
from grader.remembered import remembered
from grader.subject.misconception import equivalent, misconception

stage = pytest.mark.stage
points = pytest.mark.points
hidden = pytest.mark.hidden
needs = pytest.mark.needs

__all__ = [
    "TOLERANCE",
    "CallFailed",
    "GenerationTrace",
    "MadeObject",
    "Mismatch",
    "ScriptedFunctions",
    "ScriptedPasses",
    "ScriptedStages",
    "Student",
    "as_floats",
    "as_number",
    "as_token",
    "as_tokens",
    "assert_cached_order",
    "assert_close",
    "assert_data_flow",
    "assert_equal",
    "assert_few_positions",
    "assert_prefixes",
    "assert_same",
    "assert_stage_order",
    "assert_step_inputs",
    "assert_unchanged",
    "call_table",
    "equivalent",
    "hidden",
    "misconception",
    "needs",
    "points",
    "remembered",
    "stage",
]
