"""Each promise of the handout has checks that fail where it is broken: the table promises.yaml."""

import ast
import re
from pathlib import Path

import pytest

from grader.settings import find_assignment
from reference.kv_cache.contract import FUNCTIONS
from tests.assignments.broken_promises import Promises

PROMISES = Promises(
    find_assignment("kv-cache"), FUNCTIONS, table=Path(__file__).with_name("promises.yaml")
)
WITHOUT_ARRAYS = {"visible", "position_ids"}  # they take numbers alone


@pytest.fixture(scope="module")
def visible():
    """The reports of all of them by the visible checks."""
    return PROMISES.reports()


@pytest.mark.parametrize("says", [promise["says"] for promise in PROMISES.table])
def test_a_promise_stands_in_the_handout(says):
    assert PROMISES.stands(says)


@pytest.mark.parametrize("name", PROMISES.mistakes)
def test_a_mistake_is_a_program(name):
    ast.parse(PROMISES.broken(name))


def test_what_keeps_every_promise_loses_nothing(visible):
    assert visible["right"].points == visible["right"].max_points


@pytest.mark.parametrize("name", PROMISES.mistakes)
def test_a_broken_promise_loses_points_in_its_stage_alone(visible, name):
    """By visible checks: what only a hidden one sees, a student cannot know."""
    losing = {stage.stage for stage in visible[name].stages if stage.points < stage.max_points}
    assert losing == {name.partition(".")[0]}


@pytest.mark.parametrize(
    ("begins", "exempt"),
    [
        ("Hard-code no size.", set()),
        ("Do not change what you are given", WITHOUT_ARRAYS),
        ("Keep nothing for a later call.", set()),
    ],
)
def test_every_stage_makes_promises_about_sizes_arguments_and_state(begins, exempt):
    [promise] = [promise for promise in PROMISES.table if promise["says"].startswith(begins)]
    stages = {re.match(r"\w+", name)[0] for name in promise["mistakes"]}
    assert stages == set(FUNCTIONS) - exempt
