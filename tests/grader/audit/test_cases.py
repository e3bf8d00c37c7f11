"""What is graded: whole submissions that need nothing of ours, and the same ones each time."""

import ast
import functools
import itertools
import json
import subprocess
import sys
from collections import Counter

import pytest

from grader.audit.cases import CaseKind, audited_subject, right_cases, wrong_cases
from grader.audit.sources import with_functions
from grader.errors import CourseError
from grader.settings import find_assignment, load_assignment
from grader.subject.loading import subject_of
from reference.decoder.misconceptions.catalogue import equivalents, find, misconceptions

ASSIGNMENT = find_assignment("decoder-generation")
SUBJECT = subject_of(ASSIGNMENT)
CASES = [*right_cases(ASSIGNMENT, SUBJECT), *wrong_cases(SUBJECT, 200)]
# Writes the modules of a submission to a folder and runs its main module there.
ALONE = """
import json, pathlib, sys
files = json.load(sys.stdin)
for path, source in files.items():
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(path).write_text(source)
sys.path.insert(0, "")
import submission, torch
print(submission.softmax.__name__, submission.softmax.__module__)
import reference.decoder.attention
print(reference.decoder.attention.softmax is submission.softmax, reference.__file__)
"""


def test_there_is_one_case_for_each_mistake_and_each_equivalent():
    kinds = Counter(case.kind for case in CASES)
    assert kinds[CaseKind.WRONG] == len(misconceptions())
    assert kinds[CaseKind.EQUIVALENT] == len(equivalents())
    assert kinds[CaseKind.PAIR] == 200
    assert sum(len(case.stages) for case in CASES if case.kind == CaseKind.NOISE) == 200


def test_no_two_cases_have_one_name():
    assert len({case.name for case in CASES}) == len(CASES)


def test_pairs_lie_in_different_stages():
    for case in CASES:
        if case.kind == CaseKind.PAIR:
            assert len(set(case.stages)) == 2
            assert [id_.partition(".")[0] for id_ in case.ids] == list(case.stages)


def test_the_cases_are_the_same_each_time():
    assert [*right_cases(ASSIGNMENT, SUBJECT), *wrong_cases(SUBJECT, 200)] == CASES


def test_fewer_samples_leave_the_mistakes():
    kinds = Counter(case.kind for case in wrong_cases(SUBJECT, 3))
    assert kinds == {CaseKind.WRONG: len(misconceptions()), CaseKind.PAIR: 3, CaseKind.NOISE: 1}


def test_a_submission_holds_every_module_of_ours_that_it_imports():
    for case in CASES:
        paths = case.submission.modules
        there = {path.removesuffix("/__init__.py").removesuffix(".py") for path in paths}
        if case.kind not in (CaseKind.WRONG, CaseKind.EQUIVALENT):
            continue
        sources = [*case.submission.modules.values(), case.submission.cells[0][1]]
        for name in itertools.chain(*map(imported, sources)):
            assert name.partition(".")[0] != "grader"
            assert not name.startswith("reference") or name.replace(".", "/") in there


@functools.cache
def imported(source):
    """The modules that a source takes something from."""
    nodes = ast.walk(ast.parse(source))
    return {node.module for node in nodes if isinstance(node, ast.ImportFrom)}


def test_a_wrong_function_takes_the_place_of_the_right_one_and_needs_no_installed_reference(
    tmp_path,
):
    made = with_functions(SUBJECT, "ada", [("softmax", find("softmax.base_two").wrong)])
    files = dict(made.modules) | {"submission.py": made.cells[0][1]}
    ran = subprocess.run(
        [sys.executable, "-I", "-c", ALONE],
        input=json.dumps(files),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    first, second = ran.stdout.splitlines()
    assert first == "base_two reference.decoder.misconceptions.softmax"
    assert second == f"True {tmp_path}/reference/__init__.py"


def test_an_assignment_without_a_subject_has_no_cases(small):
    with pytest.raises(CourseError, match="names no subject"):
        audited_subject(load_assignment(small))


def test_a_subject_that_knows_none_of_the_stages_has_no_cases(small):
    settings = small / "assignment.yaml"
    settings.write_text("subject: decoder\n" + settings.read_text())
    with pytest.raises(CourseError, match="decoder knows no mistake about any of its stages"):
        audited_subject(load_assignment(small))


def test_a_stage_with_other_parameters_is_another_stage(tmp_path):
    (tmp_path / "assignment.yaml").write_text(
        "title: Two\nsubject: decoder\ntotal: 2\nstages:\n"
        "  - {name: softmax, title: Softmax, points: 1, parameters: [x]}\n"
        "  - {name: feed_forward, title: Feed-forward, points: 1, parameters: [x, weights]}\n"
    )
    cases = wrong_cases(audited_subject(load_assignment(tmp_path)), 0)
    assert {case.stages for case in cases} == {("feed_forward",)}
