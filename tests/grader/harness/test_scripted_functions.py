"""Functions of a check that a student's function is handed: recorded, bounded, answered."""

import numpy as np
import pytest

from grader.harness.answering import answering_places
from grader.harness.scripted_functions import ScriptedFunctions
from grader.observed_calls import TooLarge
from grader.sandbox.child.wire import Remote
from grader.sandbox.contract import Refused, Stop


def halved(value):
    if not isinstance(value, float):
        raise ValueError("takes one float")
    return value / 2


@pytest.fixture
def stages():
    functions = {"halve": halved, "done": lambda: None, "both": lambda a, b: [a, b]}
    return ScriptedFunctions("stages", functions, most_calls=4)


def test_it_is_a_table_of_names_for_the_other_side(stages):
    assert answering_places([1, stages]) == [1]
    assert type(stages.table()["halve"]) is Remote
    assert stages.table()["halve"].name == "stages.halve"
    assert set(stages.table()) == {"halve", "done", "both"}


def test_calls_are_recorded_in_order_with_what_went_back(stages):
    assert stages.answer("stages.halve", [5.0]) == 2.5
    assert stages.answer("stages.done", []) is None
    seen = [(call.stage, call.received, call.returned) for call in stages.calls]
    assert seen == [("stages.halve", [5.0], 2.5), ("stages.done", [], True)]


def test_a_restart_forgets(stages):
    for _ in range(4):
        stages.answer("stages.done", [])
    stages.restart()
    assert stages.calls == []
    assert stages.answer("stages.done", []) is None


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("stages.halve", [5], "stages.halve takes one float"),
        ("stages.halve", [], "stages.halve takes one argument, not 0"),
        ("stages.done", [1], "stages.done takes no argument, not 1"),
        ("stages.both", [1], "stages.both takes 2 arguments, not 1"),
        ("stages.halve", [np.zeros(1 << 15)], "stages.halve got far more numbers than there are"),
    ],
)
def test_what_a_function_does_not_take_is_refused_and_recorded_as_that(
    stages, name, arguments, says
):
    with pytest.raises(Refused, match=says):
        stages.answer(name, arguments)
    assert stages.calls[-1].stage == name
    assert stages.calls[-1].returned is None


def test_a_name_of_the_students_own_is_not_recorded(stages):
    with pytest.raises(Refused, match="stages has no such function"):
        stages.answer("stages.secret", [])
    assert stages.calls == []


def test_large_arguments_are_not_kept(stages):
    with pytest.raises(Refused):
        stages.answer("stages.halve", [np.zeros(1 << 15)])
    with pytest.raises(Refused):
        stages.answer("stages.done", [0] * 100)
    assert isinstance(stages.calls[0].received[0], TooLarge)
    assert isinstance(stages.calls[1].received, TooLarge)


def test_code_that_goes_on_and_on_is_ended(stages):
    for _ in range(4):
        stages.answer("stages.done", [])
    with pytest.raises(Stop):
        stages.answer("stages.done", [])
    assert len(stages.calls) == 4
