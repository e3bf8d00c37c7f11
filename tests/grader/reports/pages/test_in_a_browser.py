"""Pages in a real browser: nothing is refused, axe-core finds nothing, nothing scrolls sideways."""

from dataclasses import replace
from pathlib import Path

import pytest

from grader.batch.grading_here import grade_here
from grader.code_figures.class_figures import class_figures
from grader.evidence import FailureEvidence
from grader.harness.call_table import call_table
from grader.harness.grading import without_staff_notes
from grader.intake.reading import read
from grader.records import Status, Verdict
from grader.reports.class_page import StudentRow, class_page
from grader.reports.pages.student_page import student_page
from grader.settings import Course, load_assignment, shipped
from tests.grader.quiz.exports.node_packages import BROWSERS, installed, program, run
from tests.grader.reports.pages.test_student_page import FAILED, NASTY, stages
from tests.grader.reports.test_terminal import checked, report

pytestmark = pytest.mark.slow

FOLDER = shipped("assignments") / "decoder-generation"
EXAMPLES = ("no-scaling.py", "prompt-only-loop.ipynb", "erf-gelu.zip", "softmax-overflows.py")
PACKAGES = ("puppeteer-core@24.43.1", "axe-core@4.14.1")
LONG = "a" * 300
MADE = {
    "every state": report(
        stages=stages(
            shift=[checked("a", Verdict.NOT_IMPLEMENTED)],
            double=[FAILED, checked("b", Verdict.BLOCKED)],
            both=[checked("c", Verdict.UNGRADED)],
            passed=[checked("d")],
            waits=[],
            blocked=[checked("e", Verdict.BLOCKED, message="Not run.")],
        )
    ),
    "long words": report(
        replace(FAILED, message=LONG, claim=LONG, output=f"{LONG}\n{NASTY}"),
        submission=LONG,
        notes=(LONG,),
        chain=LONG,
    ),
    "many calls": report(
        replace(FAILED, evidence=FailureEvidence(calls=call_table([LONG, "s.a"], ["s.a", "s.b"])))
    ),
    "many stages": report(stages=stages(**{f"stage_{n}": [checked()] for n in range(30)})),
    "unreadable": report(status=Status.UNREADABLE, reason=LONG, stages=()),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Pages on disk: of graded examples, and of made-up reports, by their names."""
    folder = tmp_path_factory.mktemp("pages")
    assignment = load_assignment(FOLDER)
    graded = []
    grade_here(
        [read(FOLDER / "examples" / "submissions" / name) for name in EXAMPLES],
        assignment=assignment,
        course=Course(secret="0123456789abcdef" * 2),
        emit=graded.append,
        with_torch=True,
        require_level="none",
    )
    found = {}
    own = {one.submission: (without_staff_notes(one), assignment) for one in graded}
    for name, (made, about) in (own | {name: (one, None) for name, one in MADE.items()}).items():
        found[name] = folder / f"{name.replace(' ', '-')}.html"
        found[name].write_bytes(student_page(made, about))
    found["the class"] = folder / "class.html"
    found["the class"].write_bytes(page_of_class(graded))
    return found


def page_of_class(graded):
    rows = [
        StudentRow(
            name=one.submission,
            points=str(one.points),
            state="lost",
            said=one.why_zero,
            link=f"{one.submission}.html",
        )
        for one in graded
    ]
    figures = class_figures(graded, assignment=graded[0].assignment)
    return class_page(figures, title="A class", rows=rows)


@pytest.fixture(scope="module")
def looked(pages, tmp_path_factory):
    """What a browser says of each page, light and dark, wide and narrow, folded and open."""
    node = installed(
        tmp_path_factory.mktemp("npm"), packages=PACKAGES, scripts=Path(__file__).parent
    )
    views = [
        {"page": str(page), "name": name, "scheme": scheme, "width": width, "open": is_open}
        for name, page in pages.items()
        for scheme in ("light", "dark")
        for width in (1280, 320)
        for is_open in (False, True)
    ]
    found = run(node, "look_at_page.cjs", {"browser": program(*BROWSERS), "views": views})
    return [view | one for view, one in zip(views, found, strict=True)]


def test_every_page_was_looked_at(looked):
    assert len(looked) == 8 * (len(EXAMPLES) + len(MADE) + 1)


def test_the_browser_refuses_nothing_on_a_page(looked):
    assert [one for one in looked if one["faults"]] == []


def test_axe_finds_no_violation(looked):
    assert [one for one in looked if one["violations"]] == []


def test_no_page_scrolls_sideways(looked):
    assert [one for one in looked if one["wide"] > one["width"]] == []


def test_a_table_of_calls_needs_no_scrolling_on_a_phone(looked):
    narrow = [one for one in looked if one["name"] == "many calls" and one["width"] == 320]
    assert [one["steps"] for one in narrow] == [0] * 4
