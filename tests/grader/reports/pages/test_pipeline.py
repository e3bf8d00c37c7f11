"""The picture of the stages: states by sign, word and shape; the flow is the assignment's."""

import pytest

from grader.flow import FlowFrame
from grader.records import StageResult, Verdict
from grader.reports.pages.pipeline import pipeline
from grader.reports.pages.stage_states import StageState, state_of
from tests.grader.reports.test_terminal import checked

PASSED, FAILED, BLOCKED = Verdict.PASSED, Verdict.FAILED, Verdict.BLOCKED
MISSING, OURS = Verdict.NOT_IMPLEMENTED, Verdict.UNGRADED


def stage(*verdicts, name="double"):
    checks = tuple(checked(str(n), verdict) for n, verdict in enumerate(verdicts))
    return StageResult(stage=name, title=name, checks=checks)


@pytest.mark.parametrize(
    ("verdicts", "state"),
    [
        ([PASSED, PASSED], StageState.PASSED),
        ([PASSED, FAILED], StageState.LOST),
        ([PASSED, BLOCKED], StageState.LOST),
        ([Verdict.CRASHED, BLOCKED], StageState.LOST),
        ([BLOCKED, BLOCKED], StageState.BLOCKED),
        ([MISSING, BLOCKED], StageState.UNWRITTEN),
        ([PASSED, MISSING], StageState.LOST),
        ([FAILED, OURS], StageState.OURS),
        ([], StageState.WAITING),
    ],
)
def test_the_state_of_a_stage_follows_from_its_checks(verdicts, state):
    assert state_of(stage(*verdicts)) == state


def test_signs_words_and_shapes_all_differ():
    for values in ([s.sign for s in StageState], [s.word for s in StageState]):
        assert len(set(values)) == len(StageState)


def test_without_frames_the_stages_are_one_row():
    results = {name: stage(PASSED, name=name) for name in ("shift", "double")}
    (row,) = pipeline(("shift", "double"), results, {})
    assert [box.stage for box in row.parts] == ["shift", "double"]


def test_a_frame_with_a_stage_stands_alone_and_words_divide_rows():
    inner = FlowFrame(title="layer", times="L", inside=("b",))
    flow = (FlowFrame(stage="loop", inside=("a", inner, FlowFrame(says="then"), "c")), "d")
    results = {name: stage(PASSED, name=name) for name in ("loop", "a", "b", "c", "d")}
    around, last = pipeline(flow, results, {})
    (loop,) = around.parts
    assert loop.box.stage == "loop"
    first, words, second = loop.rows
    assert [first.parts[0].stage, first.parts[1].title, first.parts[1].times] == ["a", "layer", "L"]
    assert words.says == "then"
    assert [box.stage for box in (*second.parts, *last.parts)] == ["c", "d"]


def test_a_stage_that_waits_or_is_not_graded_shows_no_points():
    flow = ("a", "b", "c")
    (row,) = pipeline(flow, {"a": stage(PASSED, name="a"), "b": stage(OURS, name="b")}, {})
    assert [box.points for box in row.parts] == ["2/2", "", ""]
