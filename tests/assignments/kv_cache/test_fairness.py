"""The assignment is fair: every known mistake is caught and named, no right code loses a point."""

import inspect
import json
import re

import pytest

from grader.audit.cases import right_cases
from grader.settings import find_assignment
from grader.subject.loading import subject_of
from reference.kv_cache.contract import FUNCTIONS
from reference.kv_cache.misconceptions.catalogue import misconceptions

ASSIGNMENT = find_assignment("kv-cache")
SUBJECT = subject_of(ASSIGNMENT)


@pytest.fixture(scope="module")
def audit(grader, tmp_path_factory):
    """What an audit with few pairs came to."""
    file = tmp_path_factory.mktemp("audit") / "audit.json"
    ran = grader("audit", "kv-cache", "--samples", 20, "-o", file)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Everything is as it must be." in ran.stdout
    return json.loads(file.read_text())


@pytest.fixture(scope="module")
def figures(audit):
    return {figure["name"]: figure for figure in audit["figures"]}


def test_every_known_mistake_is_caught_and_named_first(figures):
    for name in ("caught", "named"):
        assert figures[name]["good"] == figures[name]["of"] == len(misconceptions())


def test_no_right_submission_loses_a_point(figures):
    assert figures["fair"]["good"] == figures["fair"]["of"]
    assert figures["fair"]["of"] == 3 * len(right_cases(ASSIGNMENT, SUBJECT))


def test_nobody_is_accused_and_no_sentence_is_false(figures):
    for name in ("no false accusation", "no false sentence", "tolerances"):
        assert figures[name]["good"] == figures[name]["of"] > 0


def test_at_least_45_mistakes_are_known_and_right_ones_are_written_differently():
    assert len(misconceptions()) >= 45
    written = [case for case in right_cases(ASSIGNMENT, SUBJECT) if not case.stages]
    sources = ["".join(text for _, text in case.submission.cells) for case in written]
    assert sum("import numpy" in source for source in sources) >= 3
    assert sum("import torch" in source for source in sources) >= 2


def test_every_check_sees_a_mistake_but_the_one_that_costs_nothing(audit):
    blind = [row["check"] for row in audit["checks"] if not row["sees"]]
    assert blind == ["generate_cached.positions_processed"]
    assert audit["twins"] == []


def test_every_example_gets_what_is_expected(grader):
    ran = grader("examples", "kv-cache")
    assert ran.returncode == 0, ran.stdout


def test_a_prefix_that_is_read_again_is_said_and_costs_nothing(grader):
    again = ASSIGNMENT.folder / "examples" / "submissions" / "everything-again.py"
    said = " ".join(grader("check", again, "--assignment", "kv-cache").stdout.split())
    assert (
        "49 positions were processed, by passes over 4, 5, 6, 7, 8, 9, 10; 10 are enough." in said
    )
    assert "1 of 34 visible checks did not pass: 59 of 59 points." in said


@pytest.mark.parametrize("name", FUNCTIONS)
def test_settings_starter_and_handout_have_the_parameters_of_the_contract(name):
    parameters = tuple(inspect.signature(FUNCTIONS[name]).parameters)
    assert ASSIGNMENT.stage(name).parameters == parameters
    starter = {"__name__": "starter"}
    exec((ASSIGNMENT.folder / "starter.py").read_text(), starter)  # noqa: S102 - our own file
    assert tuple(inspect.signature(starter[name]).parameters) == parameters
    with pytest.raises(NotImplementedError):
        starter[name](*parameters)
    handout = (ASSIGNMENT.folder / "handout.md").read_text()
    section = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", handout, re.MULTILINE | re.DOTALL)
    call = re.search(rf"`{name}\(([^)]*)\)`", section[1])
    assert tuple(word.strip() for word in call[1].split(",")) == parameters


def test_the_starter_is_the_untouched_example():
    untouched = ASSIGNMENT.folder / "examples" / "submissions" / "untouched-starter.py"
    assert untouched.read_text() == (ASSIGNMENT.folder / "starter.py").read_text()


def test_checks_import_neither_the_subject_nor_torch():
    for path in ASSIGNMENT.folder.glob("**/*.py"):
        if path.is_relative_to(ASSIGNMENT.folder / "hidden") or path.parent == ASSIGNMENT.folder:
            lines = path.read_text().splitlines()
            imported = [
                line for line in lines if re.match(r"(from|import) (torch|reference)", line)
            ]
            assert imported == [], path


def test_a_release_says_of_visible_checks_what_the_assignment_says(grader, tmp_path):
    made = grader("release", "kv-cache", "-o", tmp_path / "homework")
    assert made.returncode == 0, made.stderr
    stale = ASSIGNMENT.folder / "examples" / "submissions" / "stale-cache.py"
    for name in ("kv-cache", tmp_path / "homework"):
        said = grader("check", stale, "--assignment", name).stdout
        assert 'Your answers fit this idea: "Every decode gets the cache of the prefill."' in said
        assert "52 of 59 points" in said
