"""Assignments beside the first one fit their contract; their audits and releases hold."""

import inspect
import random
import re
import shutil
import subprocess
import sys

import msgspec
import pytest

from grader.audit.cases import right_cases
from grader.audit.examples import expected_grades
from grader.audit.result import Audit
from grader.audit.sources import with_functions
from grader.batch.grading_here import grade_here
from grader.intake.reading import read
from grader.records import Verdict
from grader.release.release_folder import made_release
from grader.settings import find_assignment, load_assignment
from grader.subject.loading import subject_of

ASSIGNMENTS = {n: find_assignment(n) for n in ("training-objective", "sampling-and-search")}
STAGES = [(name, stage.name) for name, one in ASSIGNMENTS.items() for stage in one.stages]
# What is said of them is that they return an argument as it came, which many a mistake does.
WITHOUT_A_NAME = {"residual.is_the_target"}
SETTLED_LATER = "is settled when the course grades."


@pytest.fixture(scope="module", params=ASSIGNMENTS)
def assignment(request):
    return ASSIGNMENTS[request.param]


@pytest.fixture(scope="module")
def subject(assignment):
    return subject_of(assignment)


@pytest.fixture(scope="module")
def submissions(assignment):
    return assignment.folder / "examples" / "submissions"


@pytest.fixture(scope="module")
def audit(assignment, grader_command, tmp_path_factory):
    """The audit of the whole assignment."""
    written = tmp_path_factory.mktemp("audit") / "audit.json"
    command, environment = grader_command
    words = [*command, "audit", assignment.name, "--samples", "40", "-o", str(written)]
    ran = subprocess.run(words, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return msgspec.json.decode(written.read_bytes(), type=Audit)


@pytest.fixture(scope="module")
def release(assignment, tmp_path_factory):
    place = tmp_path_factory.mktemp("release") / "homework"
    place.mkdir()
    for name, content in made_release(assignment).files.items():
        (place / name).write_bytes(content)
    return load_assignment(place)


def graded(submissions, assignment):
    reports = []
    grade_here(
        submissions,
        assignment=assignment,
        emit=reports.append,
        with_torch=True,
        require_level="none",
    )
    return reports


def test_every_mistake_is_caught_and_named_and_nobody_is_wronged(audit, subject):
    figures = {figure.name: figure for figure in audit.figures}
    assert figures["caught"].good == figures["caught"].of == len(subject.misconceptions)
    assert {row.id for row in audit.misconceptions if not row.named_first} <= WITHOUT_A_NAME
    for name in ("fair", "no false accusation", "no false sentence", "tolerances"):
        assert figures[name].exceptions == (), name
    assert figures["named in pairs"].percent >= 90


def test_no_check_repeats_another_and_each_sees_something(audit):
    assert audit.twins == ()
    assert audit.not_audited == ()
    assert [row.check for row in audit.checks if not row.sees] == []


def test_right_submissions_are_written_differently_in_both_frameworks(assignment, subject):
    written = [case for case in right_cases(assignment, subject) if not case.stages]
    sources = ["".join(text for _, text in case.submission.cells) for case in written]
    in_torch = sum("import torch" in source for source in sources)
    assert in_torch >= 2
    assert len(sources) - in_torch >= 4  # the reference among them


def test_examples_get_what_is_expected(grader, assignment):
    ran = grader("examples", assignment.name)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_stage_is_lost_by_an_example_of_its_own(assignment, subject, submissions):
    expected = expected_grades(assignment)
    alone = {e.loses[0] for e in expected.values() if len(e.loses) == 1}
    assert alone == set(subject.functions)
    assert set(expected) == {path.name for path in submissions.iterdir()}


def test_the_stages_are_the_functions_of_the_contract(assignment, subject):
    assert [stage.name for stage in assignment.stages] == list(subject.functions)
    assert assignment.total == sum(stage.points for stage in assignment.stages) == 100


@pytest.mark.parametrize(("of", "name"), STAGES)
def test_starter_and_handout_show_the_function_as_it_is_called(of, name):
    folder, starter = ASSIGNMENTS[of].folder, {"__name__": "starter"}
    exec((folder / "starter.py").read_text(), starter)  # noqa: S102 - our own file
    parameters = tuple(inspect.signature(starter[name]).parameters)
    right = subject_of(ASSIGNMENTS[of]).functions[name]
    assert parameters == ASSIGNMENTS[of].stage(name).parameters
    assert parameters == tuple(inspect.signature(right).parameters)
    assert starter[name].__doc__
    with pytest.raises(NotImplementedError):
        starter[name](*parameters)
    handout = (folder / "handout.md").read_text()
    section = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", handout, re.MULTILINE | re.DOTALL)
    call = re.search(rf"`{name}\(([^)]*)\)`", section[1])
    assert tuple(word.strip() for word in call[1].split(",")) == parameters


def test_the_starter_is_the_untouched_example(assignment, submissions):
    starter = (assignment.folder / "starter.py").read_text()
    assert (submissions / "untouched-starter.py").read_text() == starter


def test_hidden_checks_weigh_less_and_each_stage_has_one(assignment, submissions):
    (report,) = graded([read(submissions / "right-torch.py")], assignment)
    assert report.points == report.max_points == 66
    stages = len(assignment.stages)
    assert (report.hidden_checks_left, report.hidden_points_left) == (stages, 34)


@pytest.mark.parametrize(
    ("of", "example", "stage", "shows"),
    [
        ("training-objective", "clips-after-the-step", "train_step", "stages.zero received\n"),
        ("training-objective", "adam-with-l2", "adamw_step", "largest difference 0."),
        ("sampling-and-search", "no-length", "beam_search", "stages.log_probs received [["),
    ],
)
def test_a_failed_call_can_be_made_again_in_a_debugger(grader, tmp_path, of, example, stage, shows):
    source = ASSIGNMENTS[of].folder / "examples" / "submissions" / f"{example}.py"
    shutil.copy(source, tmp_path)
    ran = grader("debug", f"{example}.py", stage, "--assignment", of, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    words = [sys.executable, f"debug_{stage}.py"]
    again = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert shows in again.stdout


def test_checks_of_a_release_import_neither_torch_nor_the_reference(release):
    for path in release.folder.glob("*.py"):
        source = path.read_text()
        assert not re.search(r"^\s*(import|from) (torch|reference)", source, re.MULTILINE), path
    assert not (release.folder / "hidden").exists()


def told(report):
    """The stages that wait for the course, and what a report says of the others."""
    waits = {
        stage.stage
        for stage in report.stages
        if any(check.message.endswith(SETTLED_LATER) for check in stage.checks)
    }
    checks = [
        (c.check, c.verdict, c.points, c.message, c.misconceptions)
        for c in report.checks
        if c.stage not in waits and c.verdict != Verdict.TIMED_OUT
    ]
    return waits, checks, [f for f in report.findings if f.stage not in waits]


def assert_same(whole, student):
    for full, part in zip(whole, student, strict=True):
        waits, checks, findings = told(part)
        assert checks == [c for c in told(full)[1] if c[0].partition(".")[0] not in waits]
        assert findings == [f for f in full.findings if f.stage not in waits], full.submission
        assert waits <= {"perplexity", "speculative_step", "beam_search"}


def test_a_release_says_of_examples_what_the_whole_says(assignment, submissions, release):
    names = [path.name for path in sorted(submissions.iterdir()) if "endless" not in path.name]
    found = [read(submissions / name, name) for name in names]
    whole = graded(found, assignment)
    assert_same(whole, graded(found, release))
    assert any(told(report)[2] for report in whole)


def test_a_release_names_the_known_mistakes(assignment, subject, release):
    [loop] = subject.loops
    loops = subject.of_stage(loop)  # they are recorded in a way of their own
    others = [entry for entry in subject.misconceptions if entry.stage != loop]
    known = [*loops, *random.Random(4).sample(others, 20)]
    made = [with_functions(subject, e.id, [(e.stage, e.wrong)]) for e in known]
    student = graded(made, release)
    assert_same(graded(made, assignment), student)
    named = [report for report in student if report.findings]
    assert len(named) > len(known) * 0.9
