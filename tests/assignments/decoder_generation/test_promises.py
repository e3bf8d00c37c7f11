"""Each promise of the handout has checks that fail where it is broken: the table promises.yaml."""

import ast
import inspect
import re
import textwrap
from pathlib import Path

import pytest
import yaml

from grader.settings import find_assignment
from reference.decoder.contract import FUNCTIONS
from tests.graded_sources import graded_sources

ASSIGNMENT = find_assignment("decoder-generation")
HANDOUT = " ".join((ASSIGNMENT.folder / "handout.md").read_text(encoding="utf-8").split())
RIGHT = (ASSIGNMENT.folder / "examples/submissions/right-torch.py").read_text(encoding="utf-8")
PROMISES = yaml.safe_load(Path(__file__).with_name("promises.yaml").read_text(encoding="utf-8"))
MISTAKES = {name: how for promise in PROMISES for name, how in promise["mistakes"].items()}
OTHER_BODY = """

_right, _kept = {stage}, {{}}


def {stage}{signature}:
    right, given, kept = _right, [{names}], _kept
{body}
"""


def broken(name):
    """The right submission with one mistake."""
    how, stage = MISTAKES[name], name.partition(".")[0]
    if body := how.get("body"):
        parameters = inspect.signature(FUNCTIONS[stage]).parameters.values()
        plain = [p.replace(annotation=inspect.Parameter.empty) for p in parameters]
        return RIGHT + OTHER_BODY.format(
            stage=stage,
            signature=inspect.Signature(plain),
            names=", ".join(p.name for p in plain),
            body=textwrap.indent(body, "    "),
        )
    begin = RIGHT.index(f"def {stage}(")
    end = RIGHT.find("\ndef ", begin) % (len(RIGHT) + 1)
    function = RIGHT[begin:end]
    assert function.count(how["old"]) == 1, name
    function = function.replace(how["old"], how["new"])
    return RIGHT[:begin] + how.get("first", "") + "\n\n" + function + RIGHT[end:]


@pytest.fixture(scope="module")
def visible():
    """The reports of all of them by the visible checks."""
    sources = {"right": RIGHT, **{name: broken(name) for name in MISTAKES}}
    return graded_sources(ASSIGNMENT, sources)


@pytest.mark.parametrize("says", [promise["says"] for promise in PROMISES])
def test_a_promise_stands_in_the_handout(says):
    assert " ".join(says.split()) in HANDOUT


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_a_program(name):
    ast.parse(broken(name))


def test_what_keeps_every_promise_loses_nothing(visible):
    assert visible["right"].points == visible["right"].max_points


@pytest.mark.parametrize("name", MISTAKES)
def test_a_broken_promise_loses_points_in_its_stage_alone(visible, name):
    """By visible checks: what only a hidden one sees, a student cannot know."""
    losing = {stage.stage for stage in visible[name].stages if stage.points < stage.max_points}
    assert losing == {name.partition(".")[0]}


def test_every_stage_makes_promises_about_sizes_arguments_and_state():
    kinds = ("Hard-code no size.", "Do not change what you are given", "The same call twice gives")
    for kind in kinds:
        [promise] = [promise for promise in PROMISES if promise["says"].startswith(kind)]
        stages = {re.match(r"\w+", name)[0] for name in promise["mistakes"]}
        assert set(FUNCTIONS) - stages <= {"step_input", "select_token"} & set(FUNCTIONS), kind


def test_no_place_in_states_is_told_by_an_axis_that_they_have_not(visible):
    reports = [report for name, report in visible.items() if name.startswith("layer_norm.")]
    messages = [check.message for report in reports for check in report.checks]
    assert any(" at batch " in message for message in messages)
    assert not any("head" in message for message in messages)


def test_sentences_count_in_good_grammar_and_say_what_was_chosen(visible):
    messages = [check.message for report in visible.values() for check in report.checks]
    assert any("Asked for 1 token" in message for message in messages)
    assert not [m for m in messages if re.search(r"\b1 (tokens|times|calls|axes)\b", m)]
    assert not [m for m in messages if "chose [], so" in m]
