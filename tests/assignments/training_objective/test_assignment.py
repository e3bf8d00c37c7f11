"""The assignment fits its contract; its examples, its audit and its release are as they must be."""

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

ASSIGNMENT = find_assignment("training-objective")
SUBJECT = subject_of(ASSIGNMENT)
FUNCTIONS = SUBJECT.functions
SUBMISSIONS = ASSIGNMENT.folder / "examples" / "submissions"
EXPECTED = expected_grades(ASSIGNMENT)
SETTLED_LATER = "is settled when the course grades."


def graded(submissions, assignment, **options):
    reports = []
    grade_here(
        submissions,
        assignment=assignment,
        emit=reports.append,
        with_torch=True,
        require_level="none",
        **options,
    )
    return reports


@pytest.fixture(scope="module")
def audit(grader_command, tmp_path_factory):
    """The audit of the whole assignment."""
    written = tmp_path_factory.mktemp("audit") / "audit.json"
    command, environment = grader_command
    words = [*command, "audit", "training-objective", "--samples", "40", "-o", str(written)]
    ran = subprocess.run(words, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return msgspec.json.decode(written.read_bytes(), type=Audit)


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    place = tmp_path_factory.mktemp("release") / "training"
    place.mkdir()
    for name, content in made_release(ASSIGNMENT).files.items():
        (place / name).write_bytes(content)
    return load_assignment(place)


def test_every_mistake_is_caught_and_named_and_nobody_is_wronged(audit):
    figures = {figure.name: figure for figure in audit.figures}
    assert figures["caught"].good == figures["caught"].of == len(SUBJECT.misconceptions)
    assert figures["named"].good == figures["named"].of
    for name in ("fair", "no false accusation", "no false sentence", "tolerances"):
        assert figures[name].exceptions == (), name
    assert figures["named in pairs"].percent >= 90


def test_no_check_repeats_another_and_each_sees_something(audit):
    assert audit.twins == ()
    assert audit.not_audited == ()
    assert [row.check for row in audit.checks if not row.sees] == []


def test_right_submissions_are_written_differently_in_both_frameworks():
    written = [case for case in right_cases(ASSIGNMENT, SUBJECT) if not case.stages]
    sources = ["".join(text for _, text in case.submission.cells) for case in written]
    in_torch = sum("import torch" in source for source in sources)
    assert in_torch >= 3
    assert len(sources) - in_torch >= 4  # the reference among them


@pytest.fixture(scope="module")
def examples(grader, tmp_path_factory):
    ran = grader("examples", "training-objective")
    return ran


def test_examples_get_what_is_expected(examples):
    assert examples.returncode == 0, examples.stdout + examples.stderr


def test_every_stage_is_lost_by_an_example_of_its_own():
    alone = {e.loses[0] for e in EXPECTED.values() if len(e.loses) == 1}
    assert alone == set(FUNCTIONS)
    assert set(EXPECTED) == {path.name for path in SUBMISSIONS.iterdir()}


def test_the_stages_are_the_functions_of_the_contract():
    assert [stage.name for stage in ASSIGNMENT.stages] == list(FUNCTIONS)
    assert ASSIGNMENT.total == sum(stage.points for stage in ASSIGNMENT.stages) == 100


@pytest.mark.parametrize("name", FUNCTIONS)
def test_starter_and_handout_show_the_function_as_it_is_called(name):
    starter = {"__name__": "starter"}
    exec((ASSIGNMENT.folder / "starter.py").read_text(), starter)  # noqa: S102 - our own file
    parameters = tuple(inspect.signature(starter[name]).parameters)
    assert parameters == ASSIGNMENT.stage(name).parameters
    assert parameters == tuple(inspect.signature(FUNCTIONS[name]).parameters)
    assert starter[name].__doc__
    with pytest.raises(NotImplementedError):
        starter[name](*parameters)
    handout = (ASSIGNMENT.folder / "handout.md").read_text()
    section = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", handout, re.MULTILINE | re.DOTALL)
    call = re.search(rf"`{name}\(([^)]*)\)`", section[1])
    assert tuple(word.strip() for word in call[1].split(",")) == parameters


def test_the_starter_is_the_untouched_example():
    starter = (ASSIGNMENT.folder / "starter.py").read_text()
    assert (SUBMISSIONS / "untouched-starter.py").read_text() == starter


def test_hidden_checks_weigh_less_and_each_stage_has_one():
    (report,) = graded([read(SUBMISSIONS / "right-torch.py")], ASSIGNMENT)
    assert report.points == report.max_points == 66
    assert (report.hidden_checks_left, report.hidden_points_left) == (11, 34)


@pytest.mark.parametrize(
    ("example", "stage", "shows"),
    [
        ("clips-after-the-step.py", "train_step", "stages.zero received\n"),
        ("adam-with-l2.py", "adamw_step", "largest difference 0."),
    ],
)
def test_a_failed_call_can_be_made_again_in_a_debugger(grader, tmp_path, example, stage, shows):
    shutil.copy(SUBMISSIONS / example, tmp_path)
    ran = grader("debug", example, stage, "--assignment", "training-objective", cwd=tmp_path)
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
    """What a report says of the stages that are settled."""
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
        assert waits <= {"perplexity"}


def test_a_release_says_of_examples_what_the_whole_says(release):
    names = [name for name in EXPECTED if "endless" not in name]
    submissions = [read(SUBMISSIONS / name, name) for name in names]
    whole = graded(submissions, ASSIGNMENT)
    assert_same(whole, graded(submissions, release))
    assert any(told(report)[2] for report in whole)


def test_a_release_names_the_known_mistakes(release):
    steps = SUBJECT.of_stage("train_step")  # they are recorded in a way of their own
    others = [entry for entry in SUBJECT.misconceptions if entry not in steps]
    known = [*steps, *random.Random(4).sample(others, 30)]
    made = [with_functions(SUBJECT, e.id, [(e.stage, e.wrong)]) for e in known]
    student = graded(made, release)
    assert_same(graded(made, ASSIGNMENT), student)
    named = [report for report in student if report.findings]
    assert len(named) > len(known) * 0.9
