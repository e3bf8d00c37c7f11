"""The example class gets the expected grades, and the assignment fits its contract."""

import fcntl
import inspect
import re

import pytest

from grader.audit.examples import differences, expected_grades
from grader.records import Status, report_from_json
from grader.settings import find_assignment
from reference.decoder.contract import FUNCTIONS

ASSIGNMENT = find_assignment("decoder-generation")
EXAMPLES = ASSIGNMENT.folder / "examples"
EXPECTED = expected_grades(ASSIGNMENT)
POINTS = {stage.name: stage.points for stage in ASSIGNMENT.stages}

of_each_entry = pytest.mark.parametrize("entry", EXPECTED)


@pytest.fixture(scope="session")
def results(grader, tmp_path_factory, request):
    """The results folder of the class. pytest's workers grade it once between them."""
    shared = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        shared = shared.parent
    folder = shared / "example-results"
    with open(shared / "example-results.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "grades.csv").exists():
            ran = grader("batch", EXAMPLES / "submissions", "-o", folder, "-j", 2)
            assert ran.returncode == 0, ran.stdout + ran.stderr
    return folder


@pytest.fixture
def report(results, entry):
    path = EXAMPLES / "submissions" / entry
    name = path.name if path.is_dir() else path.stem
    return report_from_json((results / "staff" / f"{name}.json").read_bytes())


def test_each_example_says_in_a_sentence_what_is_wrong():
    for entry, expected in EXPECTED.items():
        assert expected.why.endswith("."), entry


@of_each_entry
def test_an_example_gets_what_is_expected(report, entry):
    assert differences({entry: EXPECTED[entry]}, {entry: report}) == []


@pytest.mark.parametrize(
    ("entry", "stage"),
    [
        ("unbiased-variance", "layer_norm"),
        ("no-scaling.py", "attention_weights"),
        ("heads-not-transposed.py", "self_attention"),
        ("post-norm.py", "decoder_layer"),
    ],
)
def test_the_stages_together_are_mended_by_the_wrong_one(report, stage):
    assert report.chain == (
        "Put together, your stages leave the right values first at the output of decoder layer 0. "
        f"With {stage} put right, the next-token distribution is right."
    )


@of_each_entry
def test_the_points_are_those_of_the_stages_that_are_not_lost(report, entry):
    if report.status != Status.GRADED:
        assert report.max_points == 0
        return
    kept = sum(points for name, points in POINTS.items() if name not in EXPECTED[entry].loses)
    assert report.max_points == 100
    assert kept <= report.points <= 100
    assert (report.points == 100) == (EXPECTED[entry].loses == ())


def test_right_ones_get_100_and_the_starter_0(results):
    points = {}
    for path in (results / "reports").glob("*.json"):
        report = report_from_json(path.read_bytes())
        points[report.submission] = report.points
    assert {name for name in points if name.startswith("right-")} >= {
        "right-torch",
        "right-numpy",
        "right-notebook",
        "right-package",
    }
    assert {points[name] for name in points if name.startswith("right-")} == {100}
    assert points["untouched-starter"] == 0


def test_every_stage_is_lost_by_a_mistake_of_its_own():
    alone = {e.loses[0] for e in EXPECTED.values() if len(e.loses) == 1}
    assert alone == set(POINTS)


def test_the_stages_are_the_functions_of_the_contract():
    assert [stage.name for stage in ASSIGNMENT.stages] == list(FUNCTIONS)
    assert ASSIGNMENT.total == 100


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_stage_has_the_parameters_of_the_contract(name):
    parameters = tuple(inspect.signature(FUNCTIONS[name]).parameters)
    assert ASSIGNMENT.stage(name).parameters == parameters


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_starter_has_the_function_with_the_parameters_of_the_contract(name):
    starter = {"__name__": "starter"}
    exec((ASSIGNMENT.folder / "starter.py").read_text(), starter)  # noqa: S102 - our own file
    theirs, ours = inspect.signature(starter[name]), inspect.signature(FUNCTIONS[name])
    assert tuple(theirs.parameters) == tuple(ours.parameters)
    defaults = [p.default for p in theirs.parameters.values()]
    assert defaults == [p.default for p in ours.parameters.values()]
    assert starter[name].__doc__
    with pytest.raises(NotImplementedError):
        starter[name](*theirs.parameters)


def test_the_starter_is_the_untouched_example():
    starter = (ASSIGNMENT.folder / "starter.py").read_text()
    assert (EXAMPLES / "submissions" / "untouched-starter.py").read_text() == starter


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_handout_has_a_section_for_the_stage(name):
    handout = (ASSIGNMENT.folder / "handout.md").read_text()
    section = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", handout, re.MULTILINE | re.DOTALL)
    assert section, f"handout.md has no section {name}"
    call = re.search(rf"`{name}\(([^)]*)\)`", section[1])
    assert call, f"section {name} does not show how the function is called"
    shown = tuple(word.partition("=")[0].strip() for word in call[1].split(","))
    assert shown == ASSIGNMENT.stage(name).parameters


def test_hidden_checks_weigh_less_than_visible_ones(results):
    report = report_from_json((results / "staff" / "right-torch.json").read_bytes())
    hidden = sum(check.max_points for check in report.checks if check.hidden)
    assert 0 < hidden < 50
    assert {check.stage for check in report.checks if check.hidden} == set(POINTS)
