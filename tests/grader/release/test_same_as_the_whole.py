"""A release says of visible checks what the whole assignment says, or that it waits."""

import random

import pytest

from grader.audit.cases import right_cases
from grader.audit.sources import with_functions
from grader.batch.grading_here import grade_here
from grader.errors import CourseError, SubmissionError
from grader.intake.reading import entries, read
from grader.records import Verdict
from grader.settings import Course, load_assignment
from grader.subject.loading import subject_of

SETTLED_LATER = "is settled when the course grades."
SAMPLE = 40


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


def unsettled(stage):
    """The checks of a stage that wait for the course, and those that need one of them."""
    if not any(check.message.endswith(SETTLED_LATER) for check in stage.checks):
        return set()
    return {check.check for check in stage.checks if check.verdict == Verdict.BLOCKED}


def told(stage, report, left_out):
    # Numbers that code prints may differ in the last digit: another inner stage may have answered.
    # Where an endless loop was when its time was up is never twice the same.
    checks = [
        (
            c.check,
            c.verdict,
            c.points,
            "" if c.verdict == Verdict.TIMED_OUT else c.message,
            c.misconceptions,
            "" if left_out else c.output,
        )
        for c in stage.checks
        if c.check not in left_out
    ]
    findings = [f for f in report.findings if f.stage == stage.stage and not left_out]
    return checks, findings


def assert_same(full, student):
    """The same verdicts, sentences and names, but where the student's report says it waits."""
    assert (student.status, student.notes, student.shortcuts) == (
        full.status,
        full.notes,
        full.shortcuts,
    )
    for ours, theirs in zip(full.stages, student.stages, strict=True):
        left_out = unsettled(theirs)
        assert told(theirs, student, left_out) == told(ours, full, left_out), full.submission
    assert student.chain == ""


@pytest.fixture(scope="module")
def subject(whole):
    return subject_of(whole)


@pytest.fixture(scope="module")
def compared(whole, release):
    """Grades submissions both ways: pairs of reports."""

    def grade_both(submissions):
        return list(zip(graded(submissions, whole), graded(submissions, release), strict=True))

    return grade_both


def test_examples_get_the_same(compared, whole):
    submissions = []
    for name, path in entries(whole.folder / "examples" / "submissions").items():
        if name == "endless-feed-forward.py":  # takes its time limit in each stage, twice
            continue
        try:
            submissions.append(read(path, name))
        except SubmissionError:
            continue
    assert len(submissions) > 25
    for full, student in compared(submissions):
        assert_same(full, student)


def test_right_submissions_pass_all_visible_checks(compared, whole, subject):
    found = compared([case.submission for case in right_cases(whole, subject) if not case.where])
    assert len(found) > 10
    for full, student in found:
        assert_same(full, student)
        assert all(check.verdict == Verdict.PASSED for check in student.checks)


def test_known_mistakes_have_the_same_names_and_sentences(compared, subject):
    loops = subject.of_stage("generate")  # they are recorded in a way of their own
    arrays = [entry for entry in subject.misconceptions if entry not in loops]
    known = [*loops, *random.Random(4).sample(arrays, SAMPLE)]
    found = compared([with_functions(subject, e.id, [(e.stage, e.wrong)]) for e in known])
    for full, student in found:
        assert_same(full, student)
    named = [student for _, student in found if student.findings]
    assert len(named) > len(known) * 0.8


def test_a_wrong_inner_stage_blocks_the_outer_one_that_calls_it(release, subject):
    wrong = next(e for e in subject.of_stage("softmax") if not e.differs_only)
    (report,) = graded([with_functions(subject, "wrong", [("softmax", wrong.wrong)])], release)
    stages = {stage.stage: stage for stage in report.stages}
    first = stages["attention_weights"].first_failure
    assert first.verdict == Verdict.BLOCKED
    assert first.message == (
        "Mend softmax first. What attention_weights is worth with a right softmax is settled when "
        "the course grades."
    )
    assert stages["decoder_layer"].first_failure.message.startswith("Mend softmax first.")
    assert stages["generate"].first_failure is None


def test_hidden_checks_are_counted_and_not_there(release, whole):
    both = []
    for assignment in (whole, release):
        (report,) = graded([read(whole.folder / "starter.py")], assignment)
        both.append((report.hidden_checks_left, report.hidden_points_left))
    assert both[0] == both[1] == (17, 35)


def test_inputs_that_were_not_recorded_are_not_answered(release, whole, tmp_path):
    for path in release.folder.iterdir():
        content = path.read_bytes()
        if path.name == "conftest.py":
            assert b"shift=1.2" in content
            content = content.replace(b"shift=1.2", b"shift=1.3")
        (tmp_path / path.name).write_bytes(content)
    right = read(whole.folder / "examples" / "submissions" / "right-numpy.py")
    (report,) = graded([right], load_assignment(tmp_path))
    stages = {stage.stage: stage for stage in report.stages}
    first = stages["layer_norm"].first_failure
    assert first.verdict == Verdict.BLOCKED
    assert first.message.startswith("Not judged here: on this machine the check has other inputs")
    assert stages["softmax"].first_failure is None


def test_a_class_is_not_graded_with_a_release(release, whole):
    right = read(whole.folder / "examples" / "submissions" / "right-numpy.py")
    with pytest.raises(CourseError, match="has no hidden checks"):
        grade_here(
            [right],
            assignment=release,
            emit=print,
            with_torch=False,
            require_level="none",
            course=Course(secret="c" * 64),
        )
