"""A mistake in an inner stage is paid once: while an outer one is checked, the reference answers.

`scale` is wrong in most of these submissions; `line` calls it, and `parabola` calls `line`.
"""

import shutil
from pathlib import Path

import pytest

from grader.records import Verdict

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


OWN = {
    "an odd signature": (
        WRONG.replace("(x, factor)", "(*all)").replace("x * factor", "all[0] * all[1]"),
        "scale(x, 2)",
    ),
    "one parameter more": (WRONG.replace("factor)", "factor, more=0)"), "scale(x, 2)"),
    "a copy in a table": (WRONG + "table = [scale]\n", "table[0](x, 2)"),
    "the mistake written twice": (WRONG, "(x * 2 + 100)"),
}


@pytest.mark.parametrize(("source", "call"), OWN.values(), ids=OWN)
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
