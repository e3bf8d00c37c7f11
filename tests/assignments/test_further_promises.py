"""Each promise of a handout has checks that fail where it is broken: the tables promises.yaml."""

import ast
import functools
import inspect
import re
import textwrap
from pathlib import Path

import pytest
import yaml

from grader.settings import find_assignment
from grader.subject.loading import subject_of
from tests.graded_sources import graded_sources

HERE = Path(__file__).parent
# Of what has no sizes, changes nothing by its nature, or keeps nothing by its nature.
WITHOUT = {
    "training-objective": {
        "Hard-code no size.": {"learning_rate"},
        "Do not change what you are given": {"batch_at", "learning_rate"},
        "The same call twice gives": set(),
    },
    "sampling-and-search": {
        "**Hard-code no size**": set(),
        "Do not change what you are given": set(),
        "The same call twice gives": set(),
    },
}


class Handout:
    """The promises of one assignment, and the mistakes that break them."""

    def __init__(self, name):
        self.assignment = find_assignment(name)
        self.functions = subject_of(self.assignment).functions
        folder = self.assignment.folder
        self.text = " ".join((folder / "handout.md").read_text(encoding="utf-8").split())
        self.right = (folder / "examples/submissions/right-torch.py").read_text(encoding="utf-8")
        table = HERE / name.replace("-", "_") / "promises.yaml"
        self.promises = yaml.safe_load(table.read_text(encoding="utf-8"))
        self.mistakes = {n: how for p in self.promises for n, how in p["mistakes"].items()}


HANDOUTS = {name: Handout(name) for name in WITHOUT}
MISTAKES = [(of, name) for of, handout in HANDOUTS.items() for name in handout.mistakes]
OTHER_BODY = """

_right, _kept = {stage}, {{}}


def {stage}{signature}:
    right, given, kept = _right, [{names}], _kept
{body}
"""


def broken(of, name):
    """The right submission with one mistake."""
    handout, stage = HANDOUTS[of], name.partition(".")[0]
    how, right = handout.mistakes[name], handout.right
    if body := how.get("body"):
        parameters = inspect.signature(handout.functions[stage]).parameters.values()
        plain = [p.replace(annotation=inspect.Parameter.empty) for p in parameters]
        return right + OTHER_BODY.format(
            stage=stage,
            signature=inspect.Signature(plain),
            names=", ".join(p.name for p in plain),
            body=textwrap.indent(body, "    "),
        )
    begin = right.index(f"def {stage}(")
    end = right.find("\ndef ", begin) % (len(right) + 1)
    function = right[begin:end]
    assert function.count(how["old"]) == 1, name
    function = function.replace(how["old"], how["new"])
    return right[:begin] + how.get("first", "") + "\n\n" + function + right[end:]


@functools.cache
def graded(of):
    """The reports of all of them, by all checks."""
    handout = HANDOUTS[of]
    sources = {"right": handout.right, **{name: broken(of, name) for name in handout.mistakes}}
    return graded_sources(handout.assignment, sources, secret="promises")


def losing(report, *, hidden):
    """The stages that lose points by visible checks, or by hidden ones."""
    checks = [check for check in report.checks if check.hidden is hidden]
    return {check.stage for check in checks if check.points < check.max_points}


@pytest.mark.parametrize("of", HANDOUTS)
def test_promises_stand_in_the_handout(of):
    for promise in HANDOUTS[of].promises:
        says = promise.get("at", promise["says"])
        assert " ".join(says.split()) in HANDOUTS[of].text, says


@pytest.mark.parametrize(("of", "name"), MISTAKES)
def test_a_mistake_is_a_program(of, name):
    ast.parse(broken(of, name))


@pytest.mark.parametrize("of", HANDOUTS)
def test_what_keeps_every_promise_loses_nothing(of):
    assert graded(of)["right"].points == graded(of)["right"].max_points == 100


@pytest.mark.parametrize(("of", "name"), MISTAKES)
def test_a_broken_promise_loses_points_in_its_stage_alone(of, name):
    """By visible checks: what only a hidden one sees, a student cannot know."""
    stage = name.partition(".")[0]
    assert losing(graded(of)[name], hidden=False) == {stage}
    assert losing(graded(of)[name], hidden=True) <= {stage}


@pytest.mark.parametrize("of", HANDOUTS)
def test_every_stage_makes_promises_about_sizes_arguments_and_state(of):
    for kind, exempt in WITHOUT[of].items():
        [promise] = [p for p in HANDOUTS[of].promises if p["says"].startswith(kind)]
        stages = {re.match(r"\w+", name)[0] for name in promise["mistakes"]}
        assert set(HANDOUTS[of].functions) - stages == exempt, kind
