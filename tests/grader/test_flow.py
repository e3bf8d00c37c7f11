"""The flow of an assignment: each of its stages once, in an order that can be followed."""

import pytest

from grader.errors import CourseError
from grader.flow import FlowFrame, stages_in, whole_flow
from grader.settings import load_assignment, shipped

FLOW = ("shift", FlowFrame(stage="both", inside=("double",)))


def written(small, flow):
    file = small / "assignment.yaml"
    file.write_text(f"{file.read_text()}\nflow: {flow}\n")
    return load_assignment(small)


def test_a_stage_that_runs_others_comes_after_them():
    assert [*stages_in(FLOW)] == ["shift", "double", "both"]


def test_stages_that_a_flow_leaves_out_come_last():
    assert whole_flow(FLOW, ["more", "shift", "double", "both"]) == (*FLOW, "more")


def test_a_flow_is_read_from_the_assignment(small):
    flow = written(small, "[shift, {stage: both, times: L, inside: [double]}]").flow
    assert flow == ("shift", FlowFrame(stage="both", times="L", inside=("double",)))


@pytest.mark.parametrize(
    ("flow", "said"),
    [
        ("[shfit]", "there is no stage 'shfit'\n  Did you mean 'shift'?"),
        ("[shift, {title: again, inside: [shift]}]", "the stage 'shift' stands twice"),
    ],
)
def test_a_stage_that_is_unknown_or_stands_twice_is_a_mistake_of_the_course(small, flow, said):
    with pytest.raises(CourseError) as raised:
        written(small, flow)
    assert said in str(raised.value)


def test_the_flow_of_the_shipped_assignment_names_every_stage():
    assignment = load_assignment(shipped("assignments") / "decoder-generation")
    assert sorted(stages_in(assignment.flow)) == sorted(s.name for s in assignment.stages)
