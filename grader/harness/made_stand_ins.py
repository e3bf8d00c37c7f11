"""Stand-ins for inner classes: what may be asked of a right object while an outer one is checked.

What is asked comes from the student's process, and our side runs it. So it is one of two things,
word by word: the parameters of an object that is made as the outer one is, or one forward pass of
such an object with given parameters.
"""

from typing import Any

import numpy as np

from grader.harness.comparison import is_identical
from grader.harness.stand_ins import stand_in
from grader.sandbox.child.made_objects import ANSWER
from grader.sandbox.contract import NoAnswer, StudentCall


def made_stand_in(reference: object, name: str, given: list[Any], *, call: StudentCall) -> Any:
    """The reference's answer, in the student's precision.

    Args:
        given: what the object is made with, and the steps that are done to it.
        call: the one of the outer object.

    Raises:
        NoAnswer: something else is asked, or there is no answer.
        NotSettledHere: see `stand_in`.
    """
    first = call.arguments[0]
    config = first if call.makes == call.function else first[0]
    match given:
        case [made_with, list() as steps] if is_identical(made_with, config) and _may_ask(steps):
            return stand_in(reference, name, given)
    raise NoAnswer


def _may_ask(steps: list[Any]) -> bool:
    if is_identical(steps, [["state_dict", [], ANSWER]]):
        return True
    if [type(step) for step in steps] != [list] * 3 or any(len(step) != 3 for step in steps):
        return False
    (load, state, _), (train, mode, _), (forward, inputs, _) = steps
    if any(type(text) is not str for step in steps for text in step[::2]):
        return False
    if (load, train, forward) != ("load_state_dict", "train", "") or any(
        step[2] != ANSWER for step in steps
    ):
        return False
    match state, mode, inputs:
        case [dict() as weights], [bool()], [np.ndarray()]:
            return all(isinstance(weight, np.ndarray) for weight in weights.values())
    return False
