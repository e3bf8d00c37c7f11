"""Wrong answers of a check are sketched for staff, in few numbers, whatever they are."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from grader.errors import TimedOut
from grader.harness.answer_sketch import sketch_of, sketched
from grader.observed_calls import Observation, StageCall
from grader.records import CheckResult, Verdict, to_json


def seen(value=None, check="softmax.values", **more):
    return Observation(stage="softmax", check=check, arguments=(), value=value, **more)


def result(check="softmax.values", verdict=Verdict.FAILED):
    return CheckResult(
        check=check, stage="softmax", claim="", verdict=verdict, points=0, max_points=1
    )


def test_a_check_that_failed_has_the_sketches_of_its_own_answers():
    failed, passed = sketched(
        [result(), result("softmax.huge", Verdict.PASSED)],
        [seen(np.ones(2)), seen(np.zeros(3), "softmax.huge"), seen(2.5)],
    )
    assert [(a.kind, a.numbers) for a in failed.answers] == [
        ("numbers 2", ("1", "1")),
        ("one number", ("2.5",)),
    ]
    assert passed.answers == ()


@pytest.mark.parametrize("verdict", [v for v in Verdict if v != Verdict.FAILED])
def test_no_other_check_has_any(verdict):
    (found,) = sketched([result(verdict=verdict)], [seen(np.ones(2))])
    assert found.answers == ()


def test_a_check_of_many_calls_keeps_the_first_six():
    (found,) = sketched([result()], [seen(float(n)) for n in range(20)])
    assert [answer.numbers for answer in found.answers] == [(f"{n}",) for n in range(6)]


def test_a_call_without_an_answer_says_why_and_a_generation_what_it_called():
    assert sketch_of(seen(failure=TimedOut)).kind == "TimedOut"
    calls = [StageCall(stage, None, None) for stage in ("stages.embed", "stages.select")]
    sketch = sketch_of(seen([3, 4], calls=calls))
    assert sketch.kind == "a list of 2; 2 calls: stages.embed, stages.select"
    assert sketch.numbers == ("3", "4")


@given(
    st.one_of(
        npst.arrays(
            st.sampled_from(["f4", "f8", "i8", "?"]), npst.array_shapes(min_dims=0, min_side=0)
        ),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(),
        st.none(),
        st.text(),
        st.lists(st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text()),
        st.dictionaries(st.text(), st.floats()),
    )
)
def test_whatever_came_is_sketched_small_and_can_be_written(value):
    sketch = sketch_of(seen(value))
    assert len(sketch.numbers) <= 12
    json.loads(to_json(sketch))
    [float(number) for number in sketch.numbers]
