"""llama-decoder as a whole: contract, examples, fairness, and what students get of it."""

import inspect
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.audit.examples import expected_grades
from grader.settings import find_assignment
from reference.llama.contract import FUNCTIONS

ASSIGNMENT = find_assignment("llama-decoder")
EXAMPLES = ASSIGNMENT.folder / "examples" / "submissions"
HANDOUT = (ASSIGNMENT.folder / "handout.md").read_text(encoding="utf-8")
ROOT = Path(__file__).parents[3]
# Each of them hides most mistakes about groups or positions: six heads in two groups or three,
# fewer queries than keys, and one token at position 3 show them.
BY_SHAPE = (
    "grouped_attention.groups_dealt_in_turn",
    "grouped_attention.joined_by_place_in_group",
    "grouped_attention.mask_from_upper_left",
    "rotate.positions_ignored",
    "rotate.rows_taken_for_heads",
    "llama_attention.positions_ignored",
)
# Answers to the checks of a release come without torch and without the reference.
FORBIDDEN = """
import sys

from importlib.machinery import PathFinder

found = PathFinder.find_spec

def find_spec(name, *where):
    return None if name in ("torch", "reference", "transformers") else found(name, *where)

PathFinder.find_spec = find_spec
from grader.cli import main
sys.exit(main())
"""


def test_the_stages_are_the_functions_of_the_contract():
    assert [stage.name for stage in ASSIGNMENT.stages] == list(FUNCTIONS)
    assert ASSIGNMENT.total == sum(stage.points for stage in ASSIGNMENT.stages) == 100


@pytest.mark.parametrize("name", FUNCTIONS)
def test_stage_starter_and_handout_have_the_parameters_of_the_contract(name):
    parameters = tuple(inspect.signature(FUNCTIONS[name]).parameters)
    assert ASSIGNMENT.stage(name).parameters == parameters
    starter = {"__name__": "starter"}
    exec((ASSIGNMENT.folder / "starter.py").read_text(), starter)  # noqa: S102 - our own file
    assert tuple(inspect.signature(starter[name]).parameters) == parameters
    assert starter[name].__doc__
    with pytest.raises(NotImplementedError):
        starter[name](*parameters)
    section = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", HANDOUT, re.MULTILINE | re.DOTALL)
    shown = re.search(rf"`{name}\(([^)]*)\)`", section[1])
    assert tuple(shown[1].split(", ")) == parameters


def test_stand_ins_of_the_handout_are_those_of_the_settings():
    rows = dict(re.findall(r"^\| `(\w+)` \| (`[^|]*`) \|$", HANDOUT, re.MULTILINE))
    told = {name: tuple(re.findall(r"`(\w+)`", row)) for name, row in rows.items()}
    assert told == {stage.name: stage.uses for stage in ASSIGNMENT.stages if stage.uses}


def test_the_starter_is_the_untouched_example():
    starter = (ASSIGNMENT.folder / "starter.py").read_text()
    assert (EXAMPLES / "untouched-starter.py").read_text() == starter


def test_every_stage_is_lost_by_an_example_of_its_own():
    alone = {e.loses[0] for e in expected_grades(ASSIGNMENT).values() if len(e.loses) == 1}
    assert alone == set(FUNCTIONS)


def test_checks_import_nothing_but_the_tools_for_checks():
    for path in ASSIGNMENT.folder.rglob("*.py"):
        if "examples" in path.parts or "audit" in path.parts:
            continue
        imported = re.findall(r"^(?:from|import) (\w+)", path.read_text(), re.MULTILINE)
        ours = {"contextlib", "dataclasses", "collections", "functools", "typing"}
        assert set(imported) <= ours | {"numpy", "pytest", "grader"}, path
        assert "from grader" not in path.read_text().replace("from grader.checks", ""), path


def test_each_example_gets_what_is_expected(grader):
    ran = grader("examples", "llama-decoder", "-j", 2)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def audit(grader_command, tmp_path_factory):
    """An audit with few random pairs; all known mistakes and all right code are in it."""
    written = tmp_path_factory.mktemp("audit") / "audit.json"
    command, environment = grader_command
    words = [*command, "audit", "llama-decoder", "--samples", "18", "-o", str(written)]
    ran = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert written.exists(), ran.stdout + ran.stderr
    return ran, json.loads(written.read_text())


def test_the_audit_ends_well(audit):
    ran, result = audit
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "no known mistake" not in ran.stdout
    assert result["not_audited"] == []


def test_every_mistake_is_caught_in_its_own_stage_and_named(audit):
    rows = audit[1]["misconceptions"]
    own = [row for row in rows if row["stage"] != "generate"]
    assert len(own) >= 60
    assert [row["id"] for row in rows if not row["caught"] or not row["named_first"]] == []


@pytest.mark.parametrize("id_", BY_SHAPE)
def test_what_few_shapes_show_is_seen_by_visible_checks_and_by_hidden_ones(audit, id_):
    [row] = [row for row in audit[1]["misconceptions"] if row["id"] == id_]
    hidden = {check["check"] for check in audit[1]["checks"] if check["hidden"]}
    assert set(row["checks"]) & hidden
    assert set(row["checks"]) - hidden


@pytest.fixture(scope="module")
def released(grader, tmp_path_factory):
    folder = tmp_path_factory.mktemp("release") / "homework"
    ran = grader("release", "llama-decoder", "-o", folder)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return folder


def test_a_release_holds_no_hidden_check_and_no_code_of_the_reference(released):
    names = {path.name for path in released.iterdir()}
    assert {"handout.md", "starter.py", "assignment.yaml", "answers.recorded"} <= names
    assert not {"hidden", "examples", "audit"} & names
    assert not any("test_hidden" in name for name in names)


@pytest.mark.parametrize(
    ("example", "said"),
    [
        ("right-numpy.py", "All 38 visible checks passed: 68 of 68 points."),
        ("right-torch.py", "All 38 visible checks passed: 68 of 68 points."),
    ],
)
def test_a_release_judges_right_code_in_either_framework(grader, released, example, said):
    ran = grader("check", EXAMPLES / example, "--assignment", released)
    assert said in ran.stdout, ran.stdout + ran.stderr


def test_a_release_names_a_mistake_without_torch_and_without_the_reference(released, tmp_path):
    source = (EXAMPLES / "right-numpy.py").read_text()
    wrong = source.replace("(batch, groups, heads // groups,", "(batch, heads // groups, groups,")
    wrong = wrong.replace('"bgrtd,bgsd->bgrts"', '"brgtd,bgsd->brgts"')
    wrong = wrong.replace('"bgrts,bgsd->bgrtd"', '"brgts,bgsd->brgtd"')
    assert wrong != source
    (tmp_path / "submission.py").write_text(wrong)
    shutil.copytree(released, tmp_path / "homework")
    words = ["check", "submission.py", "--assignment", "homework"]
    ran = subprocess.run(
        [sys.executable, "-c", FORBIDDEN, *words],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "head j uses group j % g" in " ".join(ran.stdout.split()), ran.stdout + ran.stderr
