"""A mistake in an inner stage is paid once: while an outer one is checked, the reference answers.

`scale` is wrong in most of these submissions; `line` calls it, and `parabola` calls `line`.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest

from grader.harness.stand_ins import inner_stages, stand_in
from grader.records import Verdict
from grader.sandbox.contract import NoAnswer
from grader.settings import Stage

WRONG = "def scale(x, factor):\n    return x * factor + 100\n"
REST = """
def line(x):
    return scale(x, 2) + 1

def parabola(x):
    return line(x * x)

def negative(x):
    return -x
"""


@pytest.fixture
def points(tmp_path, grade_source):
    """The points of scale, line, parabola and negative."""
    source = Path(__file__).parents[2] / "scaling_assignment"
    folder = Path(shutil.copytree(source, tmp_path / "scaling"))

    def graded(source, **modules):
        report = grade_source(
            source,
            folder=folder,
            modules={f"{name}.py": text for name, text in modules.items()},
        )
        assert Verdict.UNGRADED not in {check.verdict for check in report.checks}
        return [stage.points for stage in report.stages]

    return graded


def test_all_is_right(points):
    assert points(WRONG.replace(" + 100", "") + REST) == [1, 2, 2, 1]


ANSWERED = {
    "by position": "scale(x, 2)",
    "by name": "scale(x=x, factor=2)",
    "by name, in another order": "scale(factor=2, x=x)",
    "half by name": "scale(x, factor=2)",
    "with an unpacked dict": "scale(**{'x': x, 'factor': 2})",
    "through another name": "times(x, 2)",
    "in a nested function": "(lambda: scale(x, 2))()",
    "in a comprehension": "sum(scale(x, 1) for _ in range(2))",
    "twice": "scale(x, 1) + scale(x, 1)",
}


@pytest.mark.parametrize("call", ANSWERED.values(), ids=ANSWERED)
def test_a_wrong_inner_stage_costs_itself_alone(points, call):
    source = WRONG + "times = scale\n" + REST.replace("scale(x, 2)", call)
    assert points(source) == [0, 2, 2, 1]


def test_a_default_of_the_student_is_used(points):
    source = WRONG.replace("factor)", "factor=2)") + REST.replace("scale(x, 2)", "scale(x)")
    assert points(source) == [0, 2, 2, 1]


def test_other_names_of_parameters_do_by_position(points):
    source = WRONG.replace("(x, factor)", "(a, b)").replace("x * factor", "a * b")
    assert points(source + REST) == [0, 2, 2, 1]


def test_the_students_order_of_parameters_is_understood_by_name(points):
    source = WRONG.replace("(x, factor)", "(factor, x)")
    assert points(source + REST.replace("scale(x, 2)", "scale(2, x)")) == [0, 2, 2, 1]


@pytest.mark.parametrize(
    ("broken", "paid"),
    [
        ("raise ValueError", [0, 2, 2, 1]),
        ("return None", [0, 2, 2, 1]),
        ("import os; os._exit(1)", [0, 2, 2, 1]),
        ("while True: pass", [0, 2, 2, 1]),
        ("raise NotImplementedError", [0, 2, 2, 1]),
    ],
)
def test_every_kind_of_mistake_is_paid_once(points, broken, paid):
    assert points(f"def scale(x, factor):\n    {broken}\n" + REST) == paid


def test_an_inner_stage_is_answered_at_any_depth(points):
    """`parabola` is checked with the student's `line`, if that is right, and a right `scale`."""
    assert points(WRONG + REST) == [0, 2, 2, 1]
    wrong_line = REST.replace("scale(x, 2) + 1", "scale(x, 2) + 7")
    assert points(WRONG + wrong_line) == [0, 0, 2, 1]


def test_a_right_inner_stage_is_the_students_own(points):
    """The whole chain is then the student's."""
    right = "def scale(x, factor):\n    calls.append(1)\n    return x * factor\n"
    counted = REST.replace("return -x", "return -x if len(calls) == 3 else x")
    assert points("calls = []\n" + right + counted) == [1, 2, 2, 1]


MODULES = {
    "from-import": ("from parts import scale", "scale(x, 2)"),
    "from-import under another name": ("from parts import scale as times", "times(x, 2)"),
    "import of the module": ("import parts", "parts.scale(x, 2)"),
    "star import": ("from parts import *", "scale(x, 2)"),
}


@pytest.mark.parametrize(("imported", "call"), MODULES.values(), ids=MODULES)
def test_a_stage_in_another_module_is_answered_everywhere(points, imported, call):
    outer = f"{imported}\n" + REST.replace("scale(x, 2)", call)
    main = "from parts import scale\nfrom outer import line, parabola, negative\n"
    assert points(main, parts=WRONG, outer=outer) == [0, 2, 2, 1]


STYLES = {
    "one parameter more": ("def scale(x, factor, dim=-1):", "scale(x, 2)"),
    "its default is given": ("def scale(x, factor, dim=-1):", "scale(x, 2, dim=-1)"),
    "its default by position": ("def scale(x, factor, dim=-1):", "scale(x, 2, -1)"),
    "several more": ("def scale(x, factor, mask=None, *, eps=1e-5):", "scale(x, factor=2)"),
    "between the agreed ones": ("def scale(x, mask=None, factor=2):", "scale(x)"),
    "a value that changes nothing": ("def scale(x, factor, dim=-1):", "scale(x, 2, dim=0)"),
    "its own names": ("def scale(a, b, dim=-1):\n    x, factor = a, b", "scale(a=x, b=2)"),
    "its own order": ("def scale(factor, x, dim=-1):", "scale(2, x, -1)"),
    "only by name": ("def scale(*, x, factor):", "scale(x=x, factor=2)"),
    "any names": ("def scale(x, factor, **more):", "scale(x, 2)"),
    "any names, of which one changes nothing": (
        "def scale(x, factor, **more):",
        "scale(x, 2, training=True)",
    ),
    "any values": ("def scale(*all):\n    x, factor = all", "scale(x, 2)"),
    "any values behind": ("def scale(x, *rest):\n    factor = rest[0]", "scale(x, 2)"),
    "anything": (
        "def scale(*args, **kwargs):\n    x, factor = *args, *kwargs.values()",
        "scale(x, factor=2)",
    ),
}


@pytest.mark.parametrize(("head", "call"), STYLES.values(), ids=STYLES)
def test_a_function_with_parameters_of_its_own_is_answered_for(points, head, call):
    source = f"{head}\n    return x * factor + 100\n"
    assert points(source + REST.replace("scale(x, 2)", call)) == [0, 2, 2, 1]


KINDS = {
    "a lambda": "scale = lambda x, factor: x * factor + 100",
    "a partial": (
        "import functools\n"
        "def scaled(x, factor, add):\n    return x * factor + add\n"
        "scale = functools.partial(scaled, add=100)"
    ),
    "what has no signature": (
        "import functools, operator\n"
        "scale = functools.partial(operator.call, lambda x, f: x * f + 100)"
    ),
    "an object": (
        "class Scale:\n"
        "    def __init__(self, add): self.add = add\n"
        "    def __call__(self, x, factor): return x * factor + self.add\n"
        "scale = Scale(100)"
    ),
    "an object that hands on, as modules do": (
        "class Scale:\n"
        "    def __call__(self, *args, **kwargs): return self.forward(*args, **kwargs)\n"
        "    def forward(self, x, factor, dim=-1): return x * factor + 100\n"
        "scale = Scale()"
    ),
    "a method": (
        "class Model:\n"
        "    def scale(self, x, factor): return x * factor + 100\n"
        "scale = Model().scale"
    ),
    "a declared decorator": (
        "import functools\n"
        "def loud(function):\n"
        "    @functools.wraps(function)\n"
        "    def inner(*args, **kwargs): return function(*args, **kwargs)\n"
        "    return inner\n"
        "@loud\n"
        "def scale(x, factor=2): return x * factor + 100"
    ),
    "an undeclared decorator": (
        "def loud(function):\n"
        "    def inner(*args, **kwargs): return function(*args, **kwargs)\n"
        "    return inner\n"
        "@loud\n"
        "def scale(x, factor=2): return x * factor + 100"
    ),
}


@pytest.mark.parametrize("call", ["scale(x, 2)", "scale(x, factor=2)", "scale(x=x, factor=2)"])
@pytest.mark.parametrize("source", KINDS.values(), ids=KINDS)
def test_what_can_be_called_is_answered_for(points, source, call):
    if "f + 100" in source and "=" in call:
        pytest.skip("it takes no names")
    assert points(f"{source}\n" + REST.replace("scale(x, 2)", call)) == [0, 2, 2, 1]


@pytest.mark.parametrize("kind", ["a declared decorator", "an undeclared decorator"])
def test_a_default_behind_a_decorator_is_used(points, kind):
    source = f"{KINDS[kind]}\n"
    assert points(source + REST.replace("scale(x, 2)", "scale(x)")) == [0, 2, 2, 1]


# `scale` adds 100 where it should not, and what these calls ask for is something else again.
OWN = {
    "another value of its own": ("def scale(x, factor, add=100):", "scale(x, 2, 0)"),
    "another value by name": ("def scale(x, factor, add=100):", "scale(x, 2, add=0)"),
    "any name that matters": (
        "def scale(x, factor, **more):\n    add = more.get('add', 100)",
        "scale(x, 2, add=0)",
    ),
    "any value that matters": (
        "def scale(x, factor, *more):\n    add = more[0] if more else 100",
        "scale(x, 2, 0)",
    ),
}


@pytest.mark.parametrize(("head", "call"), OWN.values(), ids=OWN)
def test_what_asks_for_something_else_gets_the_students_own(points, head, call):
    """A stand-in that takes no notice of it would be wrong: these lines are right."""
    source = f"{head}\n    return x * factor + add\n"
    assert points(source + REST.replace("scale(x, 2)", call)) == [0, 2, 2, 1]
    assert points(source + REST.replace("scale(x, 2)", call.replace("0)", "5)")))[1] == 0


UNANSWERED = {
    "a copy in a table": (WRONG + "table = [scale]\n", "table[0](x, 2)"),
    "the mistake written twice": (WRONG, "(x * 2 + 100)"),
}


@pytest.mark.parametrize(("source", "call"), UNANSWERED.values(), ids=UNANSWERED)
def test_what_cannot_be_answered_falls_back_to_the_students_own(points, source, call):
    assert points(source + REST.replace("scale(x, 2)", call)) == [0, 0, 2, 1]


@pytest.mark.parametrize("odd", ["object()", "None", "'two'"])
def test_arguments_that_the_reference_cannot_take_go_to_the_students_own(points, odd):
    source = "def scale(x, factor):\n    return 2 * x\n"
    assert points(source + REST.replace("scale(x, 2)", f"scale(x, {odd})")) == [0, 2, 2, 1]


def test_an_answer_has_the_precision_of_the_question(points):
    body = "y = scale(x, 2)\n    assert y.dtype == x.dtype == 'float32'\n    return y + 1"
    assert points(WRONG + REST.replace("return scale(x, 2) + 1", body)) == [0, 2, 2, 1]


def test_the_students_function_is_back_afterwards(points):
    source = "own = []\n" + WRONG + "own.append(scale)\n"
    negative = "return -x if scale is own[0] else x"
    assert points(source + REST.replace("return -x", negative)) == [0, 2, 2, 1]


@pytest.mark.parametrize("leave", ["return scale(x, 2) + 1", "raise ValueError"])
def test_a_kept_stand_in_is_of_no_use_in_another_stage(points, leave):
    kept = f"kept.append(scale)\n    {leave}"
    source = "kept = []\n" + WRONG + REST.replace("return scale(x, 2) + 1", kept)
    came = points(source.replace("return -x", "return kept[0](x, -1)"))
    assert came[3] == 0


def test_no_stand_in_is_there_while_the_submission_is_read(points):
    source = WRONG + "import numpy\nassert scale(numpy.ones(1), 2)[0] == 102\n" + REST
    assert points(source) == [0, 2, 2, 1]


def test_a_stand_in_does_not_answer_for_the_stage_itself(points):
    """Otherwise a stage that calls itself would be right."""
    source = "def scale(x, factor):\n    return line.__globals__['scale'](x, factor)\n"
    assert points(source + REST)[0] == 0


# What answers, without a wall.


class Reference:
    """Functions that answer; the last one never does."""

    def double(self, x):
        return np.asarray(x, np.float64) * 2

    def length(self, x):
        return len(x)

    def broken(self, x):
        raise ValueError


@pytest.mark.parametrize(
    ("given", "dtype"),
    [
        ([np.ones(2, np.float32)], "float32"),
        ([np.ones(2, np.float64)], "float64"),
        ([np.ones(2, np.float16)], "float16"),
        ([np.ones(2, np.int64)], "float64"),
        ([[1, 2]], "float64"),
    ],
)
def test_a_stand_in_answers_in_the_precision_of_the_question(given, dtype):
    answer = stand_in(Reference(), "double", given)
    assert (answer.dtype, answer.tolist()) == (np.dtype(dtype), [2 * x for x in given[0]])


def test_the_first_floats_of_a_question_decide_its_precision():
    class Sum:
        def add(self, a, b, c):
            return np.asarray(a + b + c, np.float64)

    given = [np.ones(2, np.int64), np.ones(2, np.float32), np.ones(2, np.float64)]
    assert stand_in(Sum(), "add", given).dtype == np.float32


def test_what_is_no_array_is_answered_as_it_is():
    assert stand_in(Reference(), "length", [np.ones(3, np.float32)]) == 3


@pytest.mark.parametrize("name", ["broken", "missing"])
def test_where_the_reference_has_no_answer_the_students_own_function_runs(name):
    with pytest.raises(NoAnswer):
        stand_in(Reference(), name, [1])


@pytest.mark.parametrize(
    ("shape", "answered"),
    [
        ((), True),
        ((512, 512), True),
        ((512, 171, 3), True),
        ((512, 512, 1), False),  # attention over it would have 134 million weights
        ((513, 1), False),
        ((1, 513), False),
        ((512, 513), False),
        ((512, 512, 2), False),
        ((0, 513), False),
    ],
)
def test_only_arrays_as_large_as_those_of_checks_are_answered(shape, answered):
    given = [[1], np.ones(shape, np.float32)]
    if answered:
        assert stand_in(Pair(), "second", given).shape == shape
    else:
        with pytest.raises(NoAnswer):
            stand_in(Pair(), "second", given)
        with pytest.raises(NoAnswer):
            stand_in(Pair(), "second", given[::-1])


class Pair:
    def second(self, first, second):
        return second


def test_what_a_stage_uses_stands_inside_it_and_so_on_inwards():
    def stage(name, *uses):
        parameters = (f"{name}_input",)
        return Stage(name=name, title=name, points=1, parameters=parameters, uses=uses)

    stages = [stage("a"), stage("b", "a"), stage("c", "b"), stage("d", "c", "a")]
    assert inner_stages(stages) == {
        "a": {},
        "b": {"a": ("a_input",)},
        "c": {"a": ("a_input",), "b": ("b_input",)},
        "d": {"a": ("a_input",), "b": ("b_input",), "c": ("c_input",)},
    }
    assert list(inner_stages(stages)["d"]) == ["a", "b", "c"]
