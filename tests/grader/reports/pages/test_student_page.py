"""A student's report as a page: the answer first, nothing of a student's acts, bytes repeat."""

import base64
import hashlib
import re
from dataclasses import replace

import pytest
from lxml import html

from grader.evidence import ArrayWindow, CallInput, FailureEvidence, LoopRecord, LoopStep
from grader.harness.call_table import call_table
from grader.records import Finding, Isolation, StageResult, Status, Verdict
from grader.reports.pages.student_page import student_page
from grader.settings import load_assignment
from tests.grader.reports.test_terminal import COST, checked, report

NASTY = "<script>alert(1)</script> \u202egnp\u2066 \x1b[31m & \" '"
WINDOW = ArrayWindow(
    name="the double",
    axes=("row", "column"),
    shape=(1, 2),
    first=(0, 0),
    worst=(0, 1),
    wrong=1,
    got=((2.0, 9.0),),
    expected=((2.0, 4.0),),
)
EVIDENCE = FailureEvidence(
    inputs=(CallInput(name="x", kind="float32 (1, 2)", values="[[1.0, 2.0]]"),), array=WINDOW
)


@pytest.fixture
def shown(small):
    """A page as a tree."""
    assignment = load_assignment(small)
    return lambda made: html.fromstring(student_page(made, assignment))


def text(tree):
    return " ".join(tree.text_content().split())


def stages(**checks):
    return tuple(
        StageResult(
            stage=name, title=name.title(), checks=tuple(replace(c, stage=name) for c in found)
        )
        for name, found in checks.items()
    )


FAILED = checked("twice", Verdict.FAILED, message="1 of 2 is wrong.", evidence=EVIDENCE)


def test_points_and_where_to_begin_stand_first(shown):
    made = report(
        stages=stages(shift=[checked()], double=[FAILED], both=[replace(FAILED, evidence=None)])
    )
    header = shown(made).cssselect("main > *")[0]
    assert header.tag == "header"
    assert "2 of 6 points" in text(header)
    assert "2 stages did not pass all checks. Begin with double, the first" in text(header)
    assert header.cssselect("a")[0].get("href") == "#stage-double"


def test_every_link_leads_to_a_place_of_the_page(shown):
    unwritten = checked("a", Verdict.NOT_IMPLEMENTED)
    made = report(stages=stages(shift=[checked()], double=[FAILED], both=[unwritten]))
    page = shown(made)
    links = {link.get("href") for link in page.cssselect("a")}
    assert links == {"#stage-shift", "#stage-double", "#stage-both"}
    assert links <= {f"#{place.get('id')}" for place in page.cssselect("[id]")}


def test_the_first_failing_stage_is_open_and_the_rest_are_folded(shown):
    made = report(stages=stages(shift=[FAILED], double=[FAILED], both=[FAILED]))
    cards = shown(made).cssselect(".edge")
    assert [card.tag for card in cards] == ["section", "details", "details"]
    assert all(card.get("open") is None for card in cards)


def test_a_failing_stage_says_what_is_expected_what_came_why_and_what_to_do(shown, small):
    finding = Finding(
        stage="double",
        misconceptions=("squared",),
        says=("Twice is squared.",),
        hints=("What is twice 3?",),
        questions=("sums.twice",),
    )
    page = shown(report(stages=stages(double=[FAILED]), findings=(finding,)))
    (card,) = page.cssselect(".edge")
    said = text(card)
    told = [
        "Expected of it Twice x.",
        "What failed Every entry is doubled.",
        "What came 1 of 2 is wrong.",
        "Your answers fit “Twice is squared.”",
        "Ask yourself What is twice 3?",
        "x: float32 (1, 2), [[1.0, 2.0]]",
        "grader quiz take sums.twice",
        "grader debug submission.py double --assignment arithmetic",
    ]
    places = [said.index(one) for one in told]
    assert places == sorted(places)


def test_without_a_name_the_line_of_the_name_is_left_out(shown):
    assert "fit" not in text(shown(report(stages=stages(double=[FAILED]))))


def test_came_expected_and_difference_are_tables_with_the_worst_entry_in_each(shown):
    tables = shown(report(stages=stages(double=[FAILED]))).cssselect("table.heat")
    assert [text(t.cssselect("caption")[0]).split(":")[0] for t in tables] == [
        "Came",
        "Expected",
        "Difference",
    ]
    worst = [text(table.cssselect("td.worst")[0]) for table in tables]
    assert worst == ["9.00", "4.00", "+5.00"]
    assert [th.get("scope") for th in tables[0].cssselect("th")] == ["col", "col", "row"]


def test_a_hidden_check_is_shown_by_number_and_sentence_and_never_by_evidence(shown):
    hidden = replace(FAILED, hidden=True, message="A fixed sentence.")
    page = shown(report(stages=stages(double=[checked(), hidden, replace(hidden, hidden=True)])))
    assert "0 of 2 hidden checks passed." in text(page)
    assert "A fixed sentence." in text(page)
    assert not page.cssselect("table")
    assert "[[1.0, 2.0]]" not in text(page)


def test_a_generation_is_a_table_with_its_first_wrong_cell_marked(shown):
    steps = (
        LoopStep(number=1, embedded=(5,), n_embedded=1, expected=(5,), n_expected=1, selected=7),
        LoopStep(number=2, embedded=(5,), n_embedded=1, expected=(5, 7), n_expected=2, selected=3),
        LoopStep(number=3, embedded=(5,), n_embedded=1, expected=(5, 7, 3), n_expected=3),
    )
    loop = LoopRecord(steps=steps, n_steps=3, first_wrong=2, part="ids", prompt=(5,))
    made = report(stages=stages(double=[replace(FAILED, evidence=FailureEvidence(loop=loop))]))
    (table,) = shown(made).cssselect("table.steps")
    states = [text(row.cssselect("td.state")[0]) for row in table.cssselect("tbody tr")]
    assert states == ["right", "✗ first wrong step", "follows from step 2"]
    (marked,) = table.cssselect("td.worst")
    assert marked.get("class").split()[0] == "ids"
    assert marked.getparent().get("class") == "first-wrong"


def test_calls_are_a_table_with_the_first_wrong_one_marked(shown):
    calls = call_table(["s.zero", "s.loss"], ["s.zero", "s.forward", "s.loss"])
    made = report(stages=stages(double=[replace(FAILED, evidence=FailureEvidence(calls=calls))]))
    (table,) = shown(made).cssselect("table.steps")
    rows = [[text(cell) for cell in row] for row in table.cssselect("tbody tr")]
    assert rows == [
        ["1", "s.zero", "s.zero", "right"],
        ["2", "s.loss", "s.forward", "✗ first wrong call"],
        ["3", "none", "s.loss", ""],
    ]
    (marked,) = table.cssselect("td.worst")
    assert text(marked) == "s.loss"


def test_each_cell_of_a_step_says_of_which_column_it_is_where_rows_are_no_lines(shown):
    calls = call_table(["s.zero", "s.loss"], ["s.zero", "s.forward"])
    made = report(stages=stages(double=[replace(FAILED, evidence=FailureEvidence(calls=calls))]))
    (table,) = shown(made).cssselect("table.steps")
    heads = [text(head) for head in table.cssselect("thead th")]
    for row in table.cssselect("tbody tr"):
        assert [cell.get("data-head") for cell in row] == heads


@pytest.mark.parametrize(
    "made",
    [
        report(FAILED, submission=NASTY),
        report(replace(FAILED, message=NASTY, claim=NASTY, output=NASTY)),
        report(FAILED, notes=(NASTY,), chain=NASTY, output=NASTY),
        report(status=Status.UNREADABLE, reason=NASTY),
        report(FAILED, isolation=Isolation(level=NASTY, layers=())),
        report(
            replace(
                FAILED,
                evidence=FailureEvidence(
                    inputs=(CallInput(name=NASTY, kind=NASTY, values=NASTY),),
                    array=replace(WINDOW, axes=(NASTY, NASTY), got=((NASTY, 1.0),)),
                    loop=LoopRecord(
                        steps=(LoopStep(number=1, instead=NASTY, calls=(NASTY,)),),
                        n_steps=1,
                        first_wrong=1,
                        part="order",
                    ),
                ),
            )
        ),
        report(
            replace(
                FAILED,
                evidence=FailureEvidence(calls=call_table([NASTY], [])),
            )
        ),
        report(FAILED, findings=(Finding(stage="double", pattern=NASTY),)),
    ],
)
def test_nothing_that_a_student_wrote_acts(small, made):
    page = student_page(made, load_assignment(small)).decode()
    tree = html.fromstring(page)
    assert not tree.cssselect("script, img, iframe, object, form, link")
    assert not any(name.startswith("on") for node in tree.iter() for name in node.attrib)
    assert not set(page) & set("\u202e\u2066\x1b")
    assert "\\u202e" in page


def test_only_the_pages_own_style_is_allowed(small):
    page = student_page(report(FAILED), load_assignment(small)).decode()
    (style,) = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = re.findall('Content-Security-Policy" content="([^"]*)"', page)
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert "style=" not in page
    assert not re.search(r"https?://|@import|url\(", page)


def test_equal_reports_are_equal_bytes_whatever_the_time(small):
    assignment = load_assignment(small)
    one, other = (replace(report(FAILED), seconds=seconds) for seconds in (1.0, 2.0))
    assert student_page(one, assignment) == student_page(other, assignment)


def test_a_report_is_shown_without_its_assignment():
    page = html.fromstring(student_page(report(FAILED), None))
    assert "arithmetic" in text(page)
    assert "Expected of it" not in text(page)


def test_what_is_not_graded_is_ours_and_never_red(shown):
    ours = checked("a", Verdict.UNGRADED, message="It is not your fault.")
    page = shown(report(ours, status=Status.UNGRADED, reason="the check double.a could not be run"))
    assert "Not graded, and not your fault" in text(page.cssselect("header")[0])
    assert page.cssselect(".stage.ours")
    assert not page.cssselect(".lost")


def test_a_submission_that_cannot_be_read_says_why(shown):
    page = shown(report(status=Status.UNREADABLE, reason="there is no submission.py", stages=()))
    assert "there is no submission.py" in text(page.cssselect("header")[0])
    assert not page.cssselect(".pipeline")


def test_if_nothing_could_run_the_note_is_the_answer(shown):
    why = "submission.py:3 is no Python"
    blocked = checked("a", Verdict.BLOCKED, message=why)
    page = shown(report(blocked, notes=(why,)))
    assert f"Begin with this: {why}" in text(page.cssselect("header")[0])
    assert not page.cssselect(".edge")


def test_a_note_that_no_check_repeats_is_no_reason(shown):
    made = report(
        checked("a", Verdict.FAILED, message="It is 3."),
        notes=("my.py was taken for the main file.",),
    )
    said = text(shown(made))
    assert "1 stage did not pass all checks. Begin with double." in said
    assert "Begin with this" not in said
    assert "It is 3." in said
    missing = checked("a", Verdict.NOT_IMPLEMENTED, message="double is not defined. It raised.")
    made = report(missing, notes=("Cell 2 was left out.", "It raised. The rest was run."))
    assert "No check passed. Begin with this: It raised. The rest was run." in text(shown(made))


def test_a_stage_whose_points_a_shortcut_took_is_not_said_to_fail_checks(shown):
    made = report(stages=stages(double=[replace(checked("a"), points=0)]))
    assert "1 stage did not get all points. Begin with double." in text(shown(made))


def test_the_first_stage_that_failed_is_not_the_first_in_the_flow_if_a_blocked_one_is(shown):
    failed = checked("a", Verdict.FAILED)
    blocked = checked("b", Verdict.BLOCKED, message="Not run.")
    said = text(shown(report(stages=stages(double=[blocked], both=[failed]))))
    assert "2 stages did not pass all checks. Begin with both." in said


def test_all_passed_never_hides_that_hidden_checks_remain(shown):
    page = shown(report(checked(), hidden_checks_left=17, hidden_points_left=35))
    assert "2 of 2 visible points" in text(page)
    assert "The only visible check passed. 17 hidden checks, worth 35 points, are run" in text(page)


def test_printed_text_is_folded_and_long_text_is_shown_by_its_end(shown):
    lines = "\n".join(f"line {n}" for n in range(100))
    page = shown(report(replace(checked(), output=lines)))
    (printed,) = page.cssselect("pre")
    assert printed.getparent().tag == "details"
    assert printed.text.splitlines()[0] == "line 60"
    assert "… 60 lines before" in text(page)


def test_what_a_run_costs_is_a_table_beside_the_reference(shown):
    page = shown(report(checked(), costs=(COST,)))
    (table,) = page.cssselect("table")
    rows = [[text(cell) for cell in row] for row in table.cssselect("tr")]
    assert text(table.cssselect("caption")[0]) == "What generate_cached costs for 7 tokens"
    assert rows[0] == ["counted", "yours", "reference"]
    assert rows[3] == ["recomputed keys", "39", "0"]
    assert "none of this changes points." in text(page)
    assert "What a run costs" not in text(shown(report(checked())))
