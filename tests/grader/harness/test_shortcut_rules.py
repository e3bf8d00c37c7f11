"""Forbidden shortcuts cost what the course says, in the stage that called them and in no other."""

import json

import pytest

from grader.errors import CourseError
from grader.harness.grading import grade, without_staff_notes
from grader.harness.shortcut_rules import Evidence
from grader.records import Shortcut, SourceLine, Submission, to_json
from grader.sandbox.contract import Use
from grader.settings import load_assignment

EINSUM = "return np.einsum('ij->ij', x) * 2"
START = "import numpy as np\n"


@pytest.fixture
def forbid(small):
    """Forbid names in the small assignment."""

    def change(*names, consequence="note", in_double=()):
        path = small / "assignment.yaml"
        text = path.read_text()
        if in_double:
            text = text.replace("Times two,", f"Times two, forbidden: {json.dumps(in_double)},")
        settings = {"consequence": consequence, "forbidden": names}
        path.write_text(f"{text}shortcuts: {json.dumps(settings)}\n")

    return change


@pytest.fixture
def points(grade_source):
    """The points of each stage, and what the report tells of shortcuts."""

    def graded(source, **options):
        report = grade_source(source, **options)
        return [stage.points for stage in report.stages], report.shortcuts

    return graded


def test_nothing_is_told_where_nothing_is_forbidden(points, with_double):
    assert points(START + with_double(EINSUM)) == ([2, 3, 2], ())


def test_a_note_costs_nothing(points, forbid, with_double):
    forbid("numpy.einsum")
    stages, told = points(START + with_double(EINSUM), with_hidden=False)
    assert stages == [1, 2, 1]
    assert told == (
        Shortcut(
            name="numpy.einsum",
            stage="double",
            places=(SourceLine(file="submission.py", line=7),),
            times=4,
        ),
    )


def test_no_points_takes_those_of_the_stage_that_called(points, forbid, with_double):
    """`both` calls `double`, and keeps its own points."""
    forbid("numpy.einsum", consequence="no points")
    stages, told = points(START + with_double(EINSUM))
    assert stages == [2, 0, 2]
    assert {(shortcut.stage, shortcut.costs_points) for shortcut in told} == {("double", True)}


def test_the_checks_keep_their_verdicts(grade_source, forbid, with_double):
    forbid("numpy.einsum", consequence="no points")
    report = grade_source(START + with_double(EINSUM))
    assert {check.verdict.value for check in report.checks} == {"passed"}
    assert report.points == sum(check.points for check in report.checks) == 4


def test_what_is_only_named_or_called_by_no_stage_costs_nothing(points, forbid, right):
    forbid("numpy.einsum", "numpy.trace", consequence="no points")
    source = (
        START + "np.trace(np.eye(2))\n" + right + "def unused(x):\n    return np.einsum('i', x)\n"
    )
    stages, told = points(source)
    assert stages == [2, 3, 2]
    assert [(shortcut.name, shortcut.stage, shortcut.times) for shortcut in told] == [
        ("numpy.trace", "", 1),
        ("numpy.einsum", "", 0),
    ]


def test_a_name_may_be_forbidden_in_one_stage_alone(points, forbid):
    forbid(in_double=["numpy.copy"], consequence="no points")
    source = (
        START + "def shift(x):\n    return np.copy(x) + 1\n"
        "def double(x):\n    return 2 * x\ndef both(x):\n    return np.copy(2 * (x + 1))\n"
    )
    assert points(source) == ([2, 3, 2], ())
    stages, told = points(source.replace("2 * x\n", "2 * np.copy(x)\n"))
    assert stages == [2, 0, 2]
    assert {shortcut.stage for shortcut in told} == {"double"}


def test_a_stand_in_answers_and_the_inner_stage_does_not_run(points, forbid, with_double):
    """A wrong `double` is not called by `both`; its own checks see what it calls."""
    forbid("numpy.einsum", consequence="no points")
    stages, told = points(START + with_double(EINSUM + " + 1"))
    assert stages == [2, 0, 2]
    assert {shortcut.stage for shortcut in told} == {"double"}


def test_a_call_in_a_hidden_check_alone_costs_as_well_and_tells_no_place(
    small, grade_source, forbid, with_double
):
    forbid("numpy.einsum", consequence="no points")
    hidden = small / "hidden" / "test_random.py"
    hidden.write_text(hidden.read_text().replace("(x)", "(x.T)"))
    report = grade_source(START + with_double(f"if x.shape == (2, 3):\n    return 2 * x\n{EINSUM}"))
    assert [stage.points for stage in report.stages] == [2, 0, 2]
    (told,) = report.shortcuts
    assert told.places == (SourceLine(file="submission.py", line=9),)
    (shown,) = without_staff_notes(report).shortcuts
    assert (shown.stage, shown.hidden, shown.costs_points) == ("double", True, True)
    assert (shown.places, shown.times) == ((), 1)


def test_what_visible_checks_saw_too_is_told_once_to_the_student(grade_source, forbid, with_double):
    forbid("numpy.einsum")
    report = grade_source(START + with_double(EINSUM))
    assert [shortcut.hidden for shortcut in report.shortcuts] == [False, True]
    assert [shortcut.hidden for shortcut in without_staff_notes(report).shortcuts] == [False]


def test_the_class_before_changes_nothing(small, sandbox, forbid, with_double):
    """Calls that are made ahead, and that no check of this submission asks for, do not count."""
    forbid("numpy.einsum")
    submissions = [
        Submission(name=name, cells=(("submission.py", START + source),), modules={}, digest="")
        for name, source in (
            ("right", with_double("return 2 * x")),
            ("wrong", with_double(EINSUM + " + 1")),
            ("slow", with_double(EINSUM)),
        )
    ]
    told = []
    for order in (submissions, submissions[::-1]):
        reports = {}
        grade(
            order,
            assignment=load_assignment(small),
            sandbox=sandbox,
            with_hidden=True,
            secret="s",
            emit=lambda report, reports=reports: reports.setdefault(report.submission, report),
        )
        told.append(reports)
    assert told[0] == told[1]


def evidence(small, source="a\nb\n"):
    submission = Submission(name="ada", cells=(("submission.py", source),), modules={}, digest="")
    return Evidence(submission, load_assignment(small))


def use(**changes):
    values = {"name": "numpy.einsum", "stage": "double", "file": "submission.py", "line": 2}
    return Use(**values | {"times": 1} | changes)


FORGED = {
    "another file": {"file": "\x1b]0;owned\x07\x1b[2J"},
    "a line that is not there": {"line": 3},
    "line 0": {"line": 0},
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_place_that_the_submission_has_not_is_not_told(small, forbid, forged):
    forbid("numpy.einsum")
    seen = evidence(small)
    seen.add([use(**forged)], hidden=False)
    (told,) = seen.told()
    assert told.places == ()
    assert b"owned" not in to_json(told)


def test_a_stage_that_is_not_there_is_not_told(small, forbid):
    forbid("numpy.einsum")
    seen = evidence(small)
    seen.add([use(stage="\x1b[2J")], hidden=False)
    assert seen.told() == ()


def test_evidence_is_bounded(small, forbid):
    forbid("numpy.einsum")
    seen = evidence(small, "\n" * 10_000)
    for line in range(10_000):
        seen.add([use(line=line, times=10**9)], hidden=False)
    (told,) = seen.told()
    assert len(told.places) == 5
    assert told.times == 1_000_000


MISTAKES = {
    "a name that does not exist": (
        ["numpy.einsumm"],
        "the forbidden shortcut 'numpy.einsumm' does not exist\n  Did you mean 'einsum'?",
    ),
    "a module that does not exist": (
        ["numpy.linalgg.svd"],
        "the forbidden shortcut 'numpy.linalgg.svd' does not exist",
    ),
    "a method of a compiled class": (
        ["numpy.ndarray.dot"],
        "calls of the forbidden shortcut 'numpy.ndarray.dot' cannot be seen",
    ),
    "a number": (["numpy.pi"], "calls of the forbidden shortcut 'numpy.pi' cannot be seen"),
}


@pytest.mark.parametrize(("names", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_what_cannot_be_watched_is_the_courses_mistake(
    grade_source, forbid, right, names, sentence
):
    forbid(*names)
    with pytest.raises(CourseError) as raised:
        grade_source(right)
    assert sentence in str(raised.value)


def test_a_package_that_is_not_installed_may_be_forbidden(points, forbid, right):
    forbid("no_such_package_anywhere.part", consequence="no points")
    assert points(right) == ([2, 3, 2], ())
