"""Objects of a student's classes as a check holds them: what they answer, and what they cannot."""

import numpy as np
import pytest

from grader.errors import CallFailed
from grader.harness.made_object import MOST_BYTES, MOST_STEPS
from grader.harness.scripted_functions import ScriptedFunctions
from grader.records import Verdict
from grader.sandbox.opaque import DoesNotCross

SETTINGS = """
title: Objects
total: 3
limits:
  {call_seconds: 2, load_seconds: 30, submission_seconds: 20, memory_megabytes: 512,
   output_kilobytes: 4}
stages:
  - {name: Counter, title: A counter, points: 2, parameters: [config, steps]}
  - {name: run, title: A method, points: 1, parameters: [counter, stages, n]}
"""
CHECKS = """
from grader.checks import points, stage

@stage("Counter")
@points(2)
def test_it(student):
    '''What is asked here.'''
    LOOK(student)

@stage("run")
@points(1)
def test_nothing(student):
    '''Nothing.'''
"""
COUNTER = """
import random

class Part:
    def __init__(self):
        self.values = [10, 20, 30]
        self.training = True

    def __call__(self, x):
        return x + 1

class Counter:
    made = 0

    def __init__(self, config):
        Counter.made += 1
        self.n = config["start"]
        self.parts = [Part(), Part()]
        self.kept = Part()
        self.training = True

    def __call__(self, by):
        self.n += by
        return self.n

    def eval(self):
        self.training = False
        return self

    def load_state_dict(self, state):
        self.n = int(state["n"][0])

    def state_dict(self):
        return {"n": [self.n]}

    def named(self):
        yield "a.weight", __import__("numpy").zeros((2, 3))
        yield "b", __import__("numpy").zeros(4)

    def endless(self):
        while True:
            yield 1

    def itself(self):
        return self

    def fails(self):
        raise KeyError("no")

    def slow(self):
        while True:
            pass

    def ends(self):
        import os
        os._exit(3)

    def run(self, stages, n):
        return [stages.double(self.n + i) for i in range(n)]
"""


@pytest.fixture
def ask(small, grade_source):
    """What a check finds by a look at the student; an exception of the look is raised here."""
    (small / "assignment.yaml").write_text(SETTINGS)
    (small / "hidden" / "test_random.py").unlink()

    def asked(look, source=COUNTER):
        import builtins

        found = []

        def noted(student):
            try:
                found.append(look(student))
            except (Exception, AssertionError) as error:  # noqa: BLE001 - it is looked at below
                found.append(error)

        builtins.LOOK = noted
        (small / "test_visible.py").write_text(CHECKS)
        try:
            report = grade_source(source)
        finally:
            del builtins.LOOK
        assert report.stages[0].checks[0].verdict is Verdict.PASSED
        if isinstance(found[0], BaseException):
            raise found[0]
        return found[0]

    return asked


def counter(student, start=5):
    return student.make("Counter", {"start": start})


def test_an_object_keeps_what_was_done_to_it(ask):
    def look(student):
        one, other = counter(student), counter(student, 100)
        return [one(1), other(1), one(2), one.state_dict(), other(1)]

    assert ask(look) == [6, 101, 8, {"n": [8]}, 102]


def test_what_answers_nothing_is_done_with_the_next_call(ask):
    def look(student):
        made = counter(student)
        silent = [made.load_state_dict({"n": np.array([40])}), made.eval()]
        return silent, made(2), student.value_of(made.training)

    assert ask(look) == ([None, None], 42, False)


def test_places_inside_are_found_by_names_and_numbers(ask):
    def look(student):
        made = counter(student)
        return [made.parts[1](4), student.value_of(made.parts[0].values[2])]

    assert ask(look) == [5, 30]


def test_names_come_with_shapes_or_as_a_dict(ask):
    def look(student):
        made = counter(student)
        return student.shapes_of(made.named), sorted(made.named())

    assert ask(look) == ({"a.weight": [2, 3], "b": [4]}, ["a.weight", "b"])


def test_an_object_outlasts_its_process(ask):
    """It is made anew in the next one, with all that was done to it."""

    def look(student):
        made = counter(student)
        before = made(1)
        with pytest.raises(CallFailed):
            made.ends()
        return before, made(1)

    assert ask(look) == (6, 7)


def test_a_step_that_failed_is_not_done_again(ask):
    def look(student):
        made = counter(student)
        with pytest.raises(CallFailed, match="KeyError"):
            made.fails()
        return made(1)

    assert ask(look) == 6


def test_a_method_that_is_a_stage_gets_functions_of_the_check(ask):
    def look(student):
        made = counter(student)
        made(1)
        stages = ScriptedFunctions("stages", {"double": lambda x: 2 * x}, most_calls=9)
        return made.run(stages, 2), [call.received for call in stages.calls]

    assert ask(look) == ([12, 14], [[6], [7]])


@pytest.mark.parametrize(
    "use",
    [
        lambda made, student: bool(made),
        lambda made, student: made == 6,
        lambda made, student: made.parts < 3,
        lambda made, student: np.testing.assert_allclose(made, 6),
        lambda made, student: 6 in made,
        lambda made, student: list(made),
        lambda made, student: float(made),
        lambda made, student: setattr(made, "n", 3),
        lambda made, student: made.parts["a"],
        lambda made, student: made.parts[-1],
        lambda made, student: made(counter(student)),
        lambda made, student: made([{"a": counter(student).parts}]),
        lambda made, student: made(ScriptedFunctions("stages", {}, most_calls=1)),
    ],
)
def test_an_object_decides_nothing_and_is_no_argument(ask, use):
    with pytest.raises(DoesNotCross):
        ask(lambda student: use(counter(student), student))


@pytest.mark.parametrize("name", ["_n", "__class__x", "__dict_", "_parts"])
def test_names_with_an_underscore_are_never_asked_for(ask, name):
    with pytest.raises(AttributeError):
        ask(lambda student: getattr(counter(student), name))


def test_there_is_no_object_of_what_is_no_stage(ask):
    with pytest.raises(AttributeError, match="no stage 'Part'"):
        ask(lambda student: student.make("Part", {}))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("itself", "a Counter"),
        ("endless", "an iterator of more than 10,000 items"),
        ("missing", "missing"),
        ("slow", "within 2 s"),
    ],
)
def test_an_answer_that_is_no_value_is_a_failed_call(ask, name, says):
    def look(student):
        with pytest.raises(CallFailed) as failure:
            getattr(counter(student), name)()
        return str(failure.value.problem)

    assert says in ask(look)


def test_a_method_without_names_has_no_shapes(ask):
    with pytest.raises(CallFailed, match="where names and tensors belong"):
        ask(lambda student: student.shapes_of(counter(student).endless2), source=ENDLESS_TWO)


ENDLESS_TWO = COUNTER + "\n    def endless2(self):\n        return 3\n"


def test_an_object_has_a_most_of_steps(ask):
    def look(student):
        made = counter(student)
        for _ in range(MOST_STEPS):
            made.eval()
        with pytest.raises(ValueError, match=f"more than {MOST_STEPS} things of one Counter"):
            made(1)
        return counter(student)(1)

    assert ask(look) == 6


def test_the_arguments_of_an_object_have_a_most_of_bytes(ask):
    with pytest.raises(ValueError, match="8 MB"):
        ask(lambda student: counter(student).load_state_dict({"n": np.zeros(MOST_BYTES // 8 + 1)}))


def test_what_is_handed_over_is_copied(ask):
    """A check may go on to use its arrays."""

    def look(student):
        made, state = counter(student), {"n": np.array([7])}
        made.load_state_dict(state)
        state["n"][0] = 99
        return made(1)

    assert ask(look) == 8


@pytest.mark.parametrize("drawn", ["random.random()", "np.random.normal()", "torch.rand(1).item()"])
def test_random_numbers_are_the_same_each_time(ask, drawn):
    source = (
        "import random\nimport numpy as np\n"
        + ("import torch\n" if "torch" in drawn else "")
        + "class Counter:\n    def __init__(self, config):\n        self.n = "
        + f"{drawn}\n    def __call__(self):\n        return [self.n, {drawn}]\n"
    )

    def look(student):
        made = counter(student)
        return made(), made(), counter(student)()

    first, again, other = ask(look, source)
    assert first[0] == again[0] == other[0] != 0
    assert first == other
    assert first[1] != again[1]  # of the same object, the next ones
