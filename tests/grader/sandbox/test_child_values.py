"""Values on their way between the student's code and the wire."""

from enum import IntEnum
from pathlib import Path

import numpy as np
import pytest
import torch

from grader.sandbox.child import values, wire
from grader.sandbox.child.refusals import refusal
from grader.sandbox.child.stand_in import OWN, stand_ins
from grader.sandbox.child.student_modules import StudentModules


class Colour(IntEnum):
    RED = 1


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        b"x",
        Colour.RED,
        {1: 2},
        1j,
        np.ones(2, dtype=complex),
        np.array(["a"]),
        torch.ones(2).to_sparse(),
        torch.ones(2, device="meta"),
        torch.ones(2, dtype=torch.bfloat16),
        torch.zeros(1).expand(1 << 40),
        torch.ones(2) * 1j,
    ],
    ids=lambda v: type(v).__name__,
)
def test_other_values_are_named_and_not_sent(value):
    with pytest.raises(values.Unsendable):
        values.plain(value)


def test_tensors_become_arrays_of_the_same_numbers():
    tensor = torch.arange(6.0, requires_grad=True).reshape(2, 3).T
    assert values.plain(tensor).tolist() == tensor.tolist()
    assert values.plain(torch.nn.Parameter(torch.ones(1))).tolist() == [1]


def test_arrays_become_tensors_where_torch_is_used():
    given = {"a": [np.ones(2)], "b": 1}
    for_torch = values.for_student(given, "torch", lambda name: None)
    assert isinstance(for_torch["a"][0], torch.Tensor)
    for_numpy = values.for_student(given, "numpy", lambda name: None)
    assert isinstance(for_numpy["a"][0], np.ndarray)
    for_torch["a"][0][0] = for_numpy["a"][0][1] = 7
    assert given["a"][0].tolist() == [1, 1]  # what came is kept, to see what was changed


CHANGES = {
    "a number": lambda a: a["x"][0].__setitem__((0, 1), 9),
    "its shape": lambda a: a["x"][0].resize(3, 2),
    "an entry gone": lambda a: a.pop("n"),
    "another entry": lambda a: a.update(more=1),
    "another kind": lambda a: a.update(n=1.0),
    "true for one": lambda a: a.update(n=True),
    "a longer list": lambda a: a["x"].append(1),
    "another dtype": lambda a: a.update(y=a["y"].astype(np.int32)),
    "its order": lambda a: a.update(y=a["y"][::-1]),
    "minus zero": lambda a: a["x"][0].__setitem__((0, 0), -0.0),
}


def some_values():
    return {"x": [np.array([[0.0, 1, 2], [3, np.nan, 5]])], "y": np.arange(4), "n": 1, "t": "a"}


def test_values_are_the_same_as_before():
    assert values.are_same(some_values(), some_values())


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_what_was_changed_is_not_the_same(change):
    changed = some_values()
    change(changed)
    assert not values.are_same(some_values(), changed)
    assert not values.are_same(changed, some_values())


def test_names_become_callables():
    connected = values.for_student([wire.Remote("softmax")], "numpy", lambda name: name.upper)
    assert connected[0]() == "SOFTMAX"


SOURCE = """
def inner(x, scale=1): return x * scale
def outer(x): return inner(x, scale=2) + 1
"""


@pytest.fixture
def submission():
    made = StudentModules("solution", [("solution.py", SOURCE)], {})
    made.load()
    return made


def test_an_inner_function_is_answered_by_us_and_put_back(submission):
    asked = []

    def ask(name, arguments):
        asked.append((name, arguments))
        return 100

    own = submission.function("inner")
    with stand_ins(submission, {"inner": ["x", "scale"]}, ask):
        assert submission.function("outer")(3) == 101
    assert asked == [("inner", [3, 2])]
    assert submission.function("inner") is own


def test_without_an_answer_the_students_own_is_used(submission):
    with stand_ins(submission, {"inner": ["x", "scale"], "absent": []}, lambda *a: OWN):
        assert submission.function("outer")(3) == 7


def test_other_parameters_than_agreed_mean_the_students_own(submission):
    with stand_ins(submission, {"inner": ["a", "b", "c"]}, lambda *a: 100):
        assert submission.function("outer")(3) == 7


def raised(action):
    try:
        action()
    except Exception as error:  # noqa: BLE001 - any will do
        return error
    raise AssertionError("it did not raise")


def refuse(number):
    raise OSError(number, "refused")


def test_an_honest_mistake_is_not_blamed_on_the_sandbox():
    assert refusal(raised(lambda: 1 / 0)) == ""
    assert refusal(raised(lambda: Path("weights.pt").read_bytes())) == ""


def test_a_refused_file_is_explained():
    assert "files can be written" in refusal(raised(lambda: refuse(13)))
    assert "bounds files" in refusal(raised(lambda: refuse(28)))
