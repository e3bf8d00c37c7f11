"""Forbidden shortcuts as a student reads of them."""

import pytest

from grader.records import Shortcut, SourceLine
from grader.reports.shortcut_lines import shortcut_lines

LINE_41 = (SourceLine(file="submission.py", line=41),)
SENTENCES = {
    "noted": (
        {"stage": "softmax", "times": 3, "places": LINE_41},
        "softmax called torch.softmax (submission.py line 41), which this assignment asks you to "
        "write yourself. It is noted, and costs no points.",
    ),
    "without points": (
        {"stage": "softmax", "times": 3, "places": LINE_41, "costs_points": True},
        "softmax called torch.softmax (submission.py line 41), which this assignment asks you to "
        "write yourself. So this stage gets no points.",
    ),
    "several places": (
        {
            "stage": "softmax",
            "times": 3,
            "places": (
                *LINE_41,
                SourceLine(file="a.py", line=2),
                SourceLine(file="submission.py", line=50),
            ),
        },
        "softmax called torch.softmax (submission.py lines 41, 50; a.py line 2), which this "
        "assignment asks you to write yourself. It is noted, and costs no points.",
    ),
    "in a hidden check": (
        {"stage": "softmax", "times": 1, "hidden": True},
        "softmax called torch.softmax in a hidden check, which this assignment asks you to write "
        "yourself. It is noted, and costs no points.",
    ),
    "while it was read": (
        {"times": 1, "places": LINE_41},
        "torch.softmax was called while your submission was read (submission.py line 41), not by "
        "a check. That costs nothing.",
    ),
    "only named": (
        {"places": LINE_41},
        "torch.softmax is named (submission.py line 41), and was not called. That costs nothing.",
    ),
}


@pytest.mark.parametrize(("values", "sentence"), SENTENCES.values(), ids=SENTENCES)
def test_it_says_what_where_and_what_it_costs(values, sentence):
    title, said = shortcut_lines([Shortcut(name="torch.softmax", **values)])
    assert title.plain.strip() == "Ready-made functions"
    assert said.plain == sentence


def test_nothing_is_said_of_nothing():
    assert shortcut_lines([]) == []


def test_many_are_cut():
    lines = shortcut_lines([Shortcut(name=f"a.b{i}") for i in range(50)])
    assert len(lines) == 14
    assert lines[-1].plain == "And 38 more."
