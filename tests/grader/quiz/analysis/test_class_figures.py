"""The figures of a class at one quiz, against numbers computed by hand."""

import csv
import io
import math
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.quiz.analysis.class_figures import Taken, alpha, analyze, correlation, kr20, selected
from grader.reports.analysis_page import items_csv, page, responses_csv

TOY = [(1, 1, 1, 1), (1, 1, 1, 0), (1, 1, 0, 0), (1, 0, 0, 0), (1, 1, 1, 0), (0, 0, 0, 0)]
MATRICES = st.integers(2, 5).flatmap(
    lambda k: st.lists(
        st.lists(st.integers(0, 1), min_size=k, max_size=k), min_size=10, max_size=25
    )
)


def row(question, points, *, standing=None, response="x", guess="1/4"):
    return {
        "question": question,
        "kind": "short",
        "standing": standing or ("right" if points else "wrong"),
        "points": str(points),
        "max_points": 0 if standing == "dropped" else 1,
        "guess_level": guess,
        "response": response,
        "misconceptions": [],
    }


def taken(matrix):
    return [
        Taken(student=f"s{n}", rows=[row(f"q{k}", v) for k, v in enumerate(values)])
        for n, values in enumerate(matrix)
    ]


def test_kr20_and_alpha_of_the_toy_class():
    # sum of p(1-p) is 27/36 and the population variance of the totals is 65/36
    assert kr20(TOY) == pytest.approx(4 / 3 * (1 - 27 / 65))
    assert alpha(TOY) == pytest.approx(kr20(TOY))


def test_mixing_the_two_variances_would_say_more_than_is_true():
    totals = [sum(values) for values in TOY]
    mixed = 4 / 3 * (1 - 27 / 36 / statistics.variance(totals))
    assert mixed == pytest.approx(0.8718, abs=1e-4)
    assert kr20(TOY) == pytest.approx(0.7795, abs=1e-4)


def test_an_item_is_compared_with_the_rest_and_not_with_itself():
    found = analyze("q", taken(TOY * 2), {}).items[0]
    assert found.rest_correlation == pytest.approx(8 / math.sqrt(220))
    assert found.facility == pytest.approx(5 / 6)


def test_fewer_than_ten_show_nothing_but_n():
    found = analyze("q", taken((TOY * 2)[:9]), {})
    assert (found.n, found.mean, found.alpha, found.kr20, found.flags) == (9, None, None, None, ())
    assert {(i.n, i.facility, i.rest_correlation, i.chosen) for i in found.items} == {
        (9, None, None, ())
    }
    assert b"n &lt; 10" in page(found, {})
    assert analyze("q", taken((TOY * 2)[:10]), {}).mean is not None


@settings(max_examples=40, deadline=None)
@given(MATRICES)
def test_figures_stay_within_their_bounds(matrix):
    found = analyze("q", taken(matrix), {})
    assert (found.alpha is None) == (found.kr20 is None)
    assert found.alpha is None or found.alpha == pytest.approx(found.kr20, abs=1e-9)
    for item in found.items:
        assert 0 <= item.facility <= 1
        assert item.rest_correlation is None or -1 <= item.rest_correlation <= 1


def test_without_variation_there_is_no_correlation():
    assert correlation([1, 1, 1], [1, 2, 3]) is None


def test_no_answer_is_zero_and_waiting_or_dropped_is_left_out():
    standings = ["no answer"] * 5 + ["right"] * 5 + ["needs marking"] * 3 + ["dropped"] * 2
    rows = [row("q", int(s == "right"), standing=s) for s in standings]
    found = analyze("q", [Taken(student=str(n), rows=[r]) for n, r in enumerate(rows)], {}).items[0]
    assert (found.n, found.left_out, found.facility) == (10, 5, 0.5)
    assert found.unanswered == pytest.approx(5 / 13)


def test_students_with_different_questions_get_no_alpha_but_item_figures():
    half = [Taken(student=f"a{n}", rows=[row("p", n % 2), row("q", n % 2)]) for n in range(12)]
    other = [Taken(student=f"b{n}", rows=[row("p", n % 2), row("r", n % 2)]) for n in range(12)]
    found = analyze("q", half + other, {})
    assert (found.alpha, found.kr20) == (None, None)
    assert [(i.question, i.n) for i in found.items] == [("p", 24), ("q", 12), ("r", 12)]
    assert found.items[0].rest_correlation == pytest.approx(1)


def test_a_wrong_key_is_suspected():
    matrix = [(int(n >= 8), int(n < 8), int(n < 8)) for n in range(16)]
    why = [f.why for f in analyze("q", taken(matrix), {}).flags if f.question == "q0"]
    assert any("check the key" in sentence for sentence in why)


@pytest.mark.parametrize(("which", "numbers"), [("first", [1]), ("last", [3]), ("all", [1, 2, 3])])
def test_the_attempts_that_count(which, numbers):
    tries = [Taken(student="ada", rows=[], number=n) for n in (2, 1, 3)]
    assert [one.number for one in selected(tries, which)] == numbers


def test_hostile_names_and_answers_stay_text():
    evil = "=HYPERLINK(1)<script>alert(1)</script>"
    people = [
        Taken(student=f"{evil}{n}", rows=[row("q", 0, response=evil), row("r", n % 2)])
        for n in range(12)
    ]
    found = analyze("<script>", people, {})
    html = page(found, {}).decode()
    assert "<script" not in html
    assert "&lt;script&gt;alert" in html
    hidden, named = responses_csv(found), responses_csv(found, names=True)
    assert {line["student"][:8] for line in csv.DictReader(io.StringIO(hidden.decode()))} == {
        "student-"
    }
    cells = [cell for line in csv.reader(io.StringIO(named.decode())) for cell in line]
    assert sum(cell.startswith("'=HYPERLINK") for cell in cells) == 36
    assert not any(cell.startswith("=") for cell in cells)
    assert items_csv(found).count(b"\n") == 3
