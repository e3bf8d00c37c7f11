"""A report and a gradebook as text: complete, and nothing of a student's is obeyed."""

import io

import pytest
from rich.console import Console

from grader.records import (
    CheckResult,
    Isolation,
    Report,
    RunCost,
    Spent,
    StageResult,
    Status,
    Verdict,
)
from grader.reports.terminal import check_report, gradebook
from grader.settings import load_assignment

COST = RunCost(
    stage="generate_cached",
    tokens=7,
    own=Spent(passes=7, positions=49, recomputed_keys=39, multiply_adds=4_165_668_864),
    reference=Spent(passes=7, positions=10, recomputed_keys=0, multiply_adds=850_360_320),
)


def checked(name="values", verdict=Verdict.PASSED, **changes):
    values = {
        "check": f"double.{name}",
        "stage": "double",
        "claim": "Every entry is doubled.",
        "verdict": verdict,
        "points": 2 if verdict == Verdict.PASSED else 0,
        "max_points": 2,
    }
    return CheckResult(**values | changes)


def report(*checks, **changes):
    values = {
        "submission": "ada",
        "status": Status.GRADED,
        "assignment": "arithmetic",
        "key": "k",
        "grader_version": "1",
        "stages": (StageResult(stage="double", title="Times two", checks=checks),),
    }
    return Report(**values | changes)


def text_of(renderable, width=100):
    out = io.StringIO()
    Console(file=out, width=width, highlight=False).print(renderable)
    return out.getvalue()


@pytest.fixture
def told(small):
    """A report as its student reads it, in one line."""
    (small / "handout.md").write_text("# Arithmetic\n\n## double\n\nTwice x.\n")
    for name in ("reference.py", "misconceptions.py"):
        (small / name).touch()
    assignment = load_assignment(small)
    return lambda made, *, width=100, **options: " ".join(
        text_of(check_report(made, assignment, **options), width=width).split()
    )


def test_passed_checks_are_counted_and_not_listed(told):
    said = told(report(checked("a"), checked("b")))
    assert "double 4/4 all 2 passed" in said
    assert "Every entry" not in said
    assert "All 2 checks passed: 4 of 4 points." in said


@pytest.mark.parametrize(
    "verdict", sorted(set(Verdict) - {Verdict.PASSED, Verdict.NOT_IMPLEMENTED})
)
def test_the_first_failure_is_told_in_full(told, verdict):
    failed = checked(verdict=verdict, message="It is 3.")
    said = told(report(checked("a"), failed, checked("c", verdict, message="Never shown.")))
    assert "expected of it: Twice x." in said
    assert f"{verdict.value}: Every entry is doubled. (-2) It is 3." in said
    assert "handout.md, section double" in said
    assert "1 more of its checks did not pass." in said
    assert "Never shown." not in said
    assert "2 of 3 checks did not pass: 2 of 6 points." in said


def test_what_is_not_begun_is_told_in_a_line(told):
    not_begun = checked(verdict=Verdict.NOT_IMPLEMENTED, message="double is not implemented yet.")
    said = told(report(not_begun, checked("b", Verdict.BLOCKED)))
    assert "Not implemented yet: double." in said
    assert "Twice x." not in said
    assert "2 of 2 checks did not pass: 0 of 4 points." in said


def test_a_check_without_points_costs_nothing(told):
    said = told(report(checked(verdict=Verdict.FAILED, max_points=0)))
    assert "failed: Every entry is doubled." in said
    assert "(-" not in said


def test_hidden_checks_that_were_not_run_are_told(told):
    said = told(report(checked(), hidden_checks_left=3, hidden_points_left=5))
    assert "The only visible check passed" in said
    assert "3 hidden checks, worth 5 points, are run when your course grades you." in said


def test_a_fault_of_ours_is_not_the_students(told):
    made = report(
        checked(verdict=Verdict.UNGRADED), status=Status.UNGRADED, reason="the check broke"
    )
    assert "Not graded, and not your fault: the check broke." in told(made)


def test_notes_are_told_once_each(told):
    said = told(report(checked(), notes=("cell 2 raised", "cell 2 raised", "cell 5 raised")))
    assert said.count("note: cell 2 raised") == 1
    assert "note: cell 5 raised" in said


LINES = "\n".join(f"line {i}" for i in range(40))


def test_of_printed_text_the_end_is_shown(told):
    said = told(report(checked(), output=LINES))
    assert "Your code printed while it was read: ... 36 lines before; --output shows all" in said
    assert "line 36 line 37 line 38 line 39" in said
    assert "line 35" not in said
    assert "line 0 line 1 " in told(report(checked(), output=LINES), whole_output=True)


def test_printed_text_stands_at_the_check_that_failed_and_comes_first(told):
    noisy = checked(check="double.quiet", output=LINES)
    wrong = checked(verdict=Verdict.FAILED, message="Wrong.", output="shape (2, 3)\n")
    said = told(report(noisy, wrong))
    assert "Wrong. Your code printed: shape (2, 3)" in said
    assert said.index("shape (2, 3)") < said.index("Your code printed for double.quiet:")


def test_what_a_stage_printed_in_an_earlier_check_stands_at_the_one_that_failed(told):
    first = checked(check="double.first", output="step 1\n")
    wrong = checked(verdict=Verdict.FAILED, message="Wrong.")
    said = told(report(first, wrong))
    assert "Wrong. Your code printed for the check double.first: step 1" in said


def test_a_long_printed_line_is_cut(told):
    said = told(report(checked(), output="x" * 20_000))
    assert "x... 19,700 more characters" in said
    assert len(said) < 1000


def test_a_stage_that_says_nothing_of_itself_has_no_empty_line(told):
    stage = StageResult(stage="both", title="B", checks=(checked(verdict=Verdict.FAILED),))
    assert "expected of it" not in told(report(stages=(stage,)))


def test_nobody_is_sent_to_a_section_that_is_not_there(small):
    made = report(checked(verdict=Verdict.FAILED))
    assert "Read on" not in text_of(check_report(made, load_assignment(small)))
    (small / "handout.md").write_text("## double\n")
    assert "Read on" not in text_of(check_report(made, load_assignment(small)))  # no subject
    (small / "reference.py").touch()
    assert "Read on: handout.md, section double." in text_of(
        check_report(made, load_assignment(small))
    )


def test_nothing_printed_is_not_mentioned(told):
    assert "printed" not in told(report(checked(), output=" \n\n"))


def test_the_isolation_that_was_reached_is_told(told):
    isolation = Isolation(level="sealed", layers=("separate process", "Landlock"))
    assert "Isolation level: sealed" in told(report(checked(), isolation=isolation))
    assert "Isolation" not in told(report(checked()))


CLAIM = "no\n\nsoftmax  5/5  all 5 passed\n::set-output name=score::100\n" + "softmax 5/5 " * 30


@pytest.mark.parametrize("width", [30, 40, 100])
@pytest.mark.parametrize(
    "made",
    [
        report(checked(verdict=Verdict.CRASHED, message=CLAIM)),
        report(checked(), notes=(CLAIM,)),
        report(checked(), output=CLAIM),
        report(checked(), status=Status.UNGRADED, reason=CLAIM),
    ],
    ids=["message", "note", "output", "reason"],
)
def test_no_line_of_a_submission_begins_where_ours_begin(small, made, width):
    lines = text_of(check_report(made, load_assignment(small)), width=width).splitlines()
    theirs = [line for line in lines if "5/5" in line or "softmax" in line or "::" in line]
    assert len(theirs) > 4
    assert [line for line in theirs if not line.startswith("  ")] == []


def test_no_line_of_a_note_begins_a_line_of_the_gradebook():
    zero = report(checked(verdict=Verdict.CRASHED, message=CLAIM), notes=(CLAIM,))
    lines = text_of(gradebook([zero])).splitlines()
    assert [line for line in lines if line.startswith(("softmax", "::"))] == []
    assert len(lines) > 4


MARKUP = "[bold red]x[/bold red] :smile: [link=http://x]y[/link] [/]"


def test_markup_of_a_student_is_shown_and_not_obeyed(told):
    made = report(
        checked(verdict=Verdict.FAILED, message=f"double raised {MARKUP}"),
        submission=f"ada {MARKUP}",
        notes=(f"cell {MARKUP}",),
        output=MARKUP,
    )
    assert told(made, width=200).count(MARKUP) == 4


def test_a_gradebook_has_a_line_for_each_submission():
    wrong = report(checked(verdict=Verdict.FAILED), checked("b"), submission="bob")
    zero = report(checked(verdict=Verdict.NOT_IMPLEMENTED), submission="dan")
    raised = checked(verdict=Verdict.CRASHED, message="It raised.")
    noted = report(raised, submission="eve", notes=("Read as UTF-16.", "It raised."))
    several = report(
        checked(verdict=Verdict.CRASHED), checked(verdict=Verdict.FAILED), submission="fay"
    )
    unreadable = report(submission="gus", status=Status.UNREADABLE, reason=f"no zip {MARKUP}")
    ungraded = report(submission="hal", status=Status.UNGRADED, reason="it broke")
    made = gradebook([report(checked()), wrong, zero, noted, several, unreadable, ungraded])
    lines = [" ".join(line.split()) for line in text_of(made, width=200).splitlines()]
    assert lines == [
        "submission points lost",
        "ada 2",
        "bob 2 double -2",
        "dan 0 every check: not implemented",
        "eve 0 It raised.",
        "fay 0 every stage",
        f"gus - unreadable: no zip {MARKUP}",
        "hal - ungraded (our fault): it broke",
    ]


def test_a_gradebook_has_what_counts_beside_the_points_of_the_checks():
    reports = [report(checked()), report(checked(), submission="bob")]
    made = gradebook(reports, {"ada": "1.5", "bob": "excused"})
    lines = [" ".join(line.split()) for line in text_of(made).splitlines()]
    assert lines == ["submission points counted lost", "ada 2 1.5", "bob 2 excused"]


@pytest.mark.parametrize("width", [30, 40, 80])
def test_a_narrow_terminal_loses_no_name(told, width):
    said = told(report(checked(verdict=Verdict.FAILED, message="It is 3.")), width=width)
    for part in ("double", "0/2", "1 failed", "It is 3.", "0 of 2 points"):
        assert part in said


def test_what_a_run_costs_stands_beside_the_reference_and_is_explained(told):
    said = told(report(checked(), costs=(COST,)))
    assert "What generate_cached costs for 7 tokens yours reference" in said
    assert "positions processed 49 10" in said
    assert "multiply-adds 4,165,668,864 850,360,320" in said
    assert "none of this changes points." in said
    assert "costs for" not in told(report(checked()))
    assert "multiply-adds" not in told(report(checked()))
