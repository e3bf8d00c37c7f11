"""A class's pages lie beside its reports, and show what the course lets students see."""

import pytest

from grader.records import Verdict


def page(a_class, name):
    return (a_class.results / "reports" / f"{name}.html").read_text(encoding="utf-8")


@pytest.fixture
def graded(a_class, with_double):
    """Grades one submission whose `double` is wrong, for a course with this feedback."""

    def run(feedback):
        (a_class.results.parent / "course.yaml").write_text(f"feedback: {feedback}\n")
        a_class.write(ada=with_double("return 3 * x"))
        ran = a_class.grade("-j", 1)
        assert ran.returncode == 0, ran.stderr
        return a_class

    return run


def failed(report):
    return next(check for check in report.checks if check.verdict == Verdict.FAILED)


def test_every_report_has_a_page_beside_it(graded):
    a_class = graded("full")
    assert "Twice x." in page(a_class, "ada")
    assert "Difference" in page(a_class, "ada")
    assert not list((a_class.results / "staff").glob("*.html"))


def test_a_course_that_shows_points_shows_them_alone_and_staff_see_all(graded):
    a_class = graded("points")
    shown, whole = (failed(a_class.report("ada", kind)) for kind in ("reports", "staff"))
    assert (shown.message, shown.evidence) == ("", None)
    assert "expected" in whole.message
    assert whole.evidence.array.expected
    assert "<table" not in page(a_class, "ada")


def test_another_feedback_makes_other_reports_and_pages(graded):
    before = graded("full").report("ada")
    after = graded("names").report("ada")
    assert failed(before).evidence
    assert not failed(after).evidence
    assert "<table" not in page(graded("names"), "ada")


def test_a_withdrawn_submission_has_no_page_until_it_comes_back(graded, right):
    a_class = graded("full")
    a_class.write(bob=right)
    (a_class.submissions / "ada.py").rename(a_class.results.parent / "ada.py")
    a_class.grade("-j", 1, "--yes")
    assert not (a_class.results / "reports" / "ada.html").exists()
    (a_class.results.parent / "ada.py").rename(a_class.submissions / "ada.py")
    a_class.grade("-j", 1)
    assert "Twice x." in page(a_class, "ada")
