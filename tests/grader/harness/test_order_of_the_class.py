"""A report does not depend on who was graded before: the first ones of a class show the others the
calls, and from then on calls are made ahead."""

from dataclasses import replace

import pytest

from grader.harness.grading import grade
from grader.records import Submission
from grader.settings import load_assignment

BODIES = {
    "right": "return 2 * x",
    "wrong": "return 3 * x",
    "a list": "return (2 * x).tolist()",
    "None": "return None",
    "another shape": "return x[:1]",
    "an object": "return object()",
    "not implemented": "raise NotImplementedError",
    "an exception": "raise ValueError(x.sum())",
    "sys.exit": "raise SystemExit(0)",
    "os._exit": "import os; os._exit(3)",
    "a segmentation fault": "import ctypes; ctypes.string_at(0)",
    "an endless loop": "while True: pass",
    "too much memory": "return bytearray(1 << 40)",
    "a changed argument": "x *= 2; return x",
    "printing": "print('hello', x.sum()); return 2 * x",
    "printing and wrong": "print('hello', x.sum()); return 3 * x",
    "printing and ending": "import os; print('hello', flush=True); os._exit(3)",
    "errors printed": "import sys; print('oh', file=sys.stderr); return 2 * x",
    "a thread": "import threading; threading.Thread(target=print, args=('hi',)).start()\n"
    "return 2 * x",
    "an open generator": "return (y for y in x)",
}
SOURCES = {
    "an import error": "import nowhere",
    "nothing": "",
    "printing when it is read": "print('read')\n",
    "printing a lot when it is read": "print('read' * 100_000)\n",
}


def class_of(right, with_double):
    sources = {name: with_double(body) for name, body in BODIES.items()}
    sources |= {name: source + right * ("read" in name) for name, source in SOURCES.items()}
    return [
        Submission(name=name, cells=(("submission.py", source),), modules={}, digest=name)
        for name, source in sources.items()
    ]


@pytest.fixture
def graded(small, sandbox):
    """The reports of a class by name, without times."""

    def run(submissions):
        reports = []
        grade(
            submissions,
            assignment=load_assignment(small),
            sandbox=sandbox,
            with_hidden=True,
            secret="s",
            emit=reports.append,
        )
        return {report.submission: replace(report, seconds=0.0) for report in reports}

    return run


RIGHT = {
    "right",
    "a changed argument",
    "printing",
    "errors printed",
    "a thread",
    "printing when it is read",
    "printing a lot when it is read",
}


def test_a_report_does_not_depend_on_who_was_graded_before(graded, right, with_double):
    submissions = class_of(right, with_double)
    alone = {}
    for submission in submissions:
        alone |= graded([submission])
    assert {name for name, report in alone.items() if report.points == 7} == RIGHT
    again = [replace(submission, name=f"{submission.name} again") for submission in submissions]
    together = graded([*submissions, *again])
    for name, report in alone.items():
        assert together[name] == report
        assert together[f"{name} again"] == replace(report, submission=f"{name} again")


MORE_CHECKS = '''
import numpy as np
from grader.checks import assert_close, points, stage

pytestmark = stage("double")


@points(1)
def test_one_array_after_another(student):
    """Twice x for an array that the check changes after the call, and hands in again."""
    x = np.arange(3.0)
    for _ in range(3):
        assert_close(student.double(x), 2 * x, name="the double")
        x += 1


@points(1)
def test_large_arrays(student):
    """Twice x for arrays that are too large to be sent together."""
    for number in range(20):
        x = np.full(1 << 19, float(number))
        assert_close(student.double(x), 2 * x, name="the double")
'''


def test_checks_may_reuse_arrays_and_hand_in_large_ones(small, graded, right):
    (small / "test_more.py").write_text(MORE_CHECKS)
    described = (small / "assignment.yaml").read_text()
    described = described.replace("total: 7", "total: 9").replace(
        "two, points: 3", "two, points: 5"
    )
    (small / "assignment.yaml").write_text(described)
    reports = graded(class_of(right, lambda _: right)[:3])
    assert [report.points for report in reports.values()] == [9, 9, 9]
