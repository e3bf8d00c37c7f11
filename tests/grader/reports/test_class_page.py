"""The page of a class has room for some thousands, and says where it is cut."""

from grader.code_figures.class_figures import class_figures
from grader.records import Report, Status
from grader.reports.class_page import MOST_ROWS, StudentRow, class_page


def page_of(n):
    names = [f"s{number:05}" for number in range(n)]
    reports = (
        Report(
            submission=name,
            status=Status.GRADED,
            assignment="a",
            key="",
            grader_version="",
            submission_digest="the same",
        )
        for name in names
    )
    rows = [StudentRow(name=name, points="0", state="lost", said="") for name in names]
    return class_page(class_figures(reports, assignment="a"), title="A", rows=rows).decode()


def test_a_class_of_thousands_is_cut_and_the_page_says_so():
    page = page_of(MOST_ROWS + 7)
    assert page.count('<span class="state') == MOST_ROWS
    assert "The first 5,000 of 5,007 by name. <code>students.csv</code> has all." in page
    assert "s00499 and 4,507 more." in page  # who have the same files
    assert len(page) < 2_000_000


def test_a_usual_class_is_whole():
    page = page_of(300)
    assert page.count('<span class="state') == 300
    assert "The first" not in page
    assert " more." not in page


def test_a_class_in_which_nobody_has_a_grade_is_not_judged():
    unread = Report(
        submission="ada", status=Status.UNREADABLE, assignment="a", key="", grader_version=""
    )
    row = StudentRow(name="ada", points="", state="unreadable", said="no code")
    page = class_page(class_figures([unread], assignment="a"), title="A", rows=[row]).decode()
    assert "Nobody has a grade yet." in page
    for judged in ("mistaken idea", "Nothing stands out", "Right at each stage", "Every check"):
        assert judged not in page
