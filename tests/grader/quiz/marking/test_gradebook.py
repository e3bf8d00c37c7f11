import csv
import io
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from grader.quiz.attempt.rules import Counts
from grader.quiz.bank.topics import load_topic
from grader.quiz.marking.gradebook import HandedIn, cells, gradebook_csv, handed_in, line
from grader.quiz.marking.scoring import mark_all, marks_to_json

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def attempt(number, points):
    return HandedIn(
        number=number, points=Fraction(points), max_points=4, waiting_points=1, finished_at=AT
    )


def test_marks_are_read_as_they_were_stored(bank_folder):
    topic = load_topic(bank_folder, "sample")
    marks = mark_all(topic.items, {"sample.why": "One.", "sample.shape": ("all",)})
    stored = marks_to_json(marks, topic=topic, student="ada").decode()
    read = handed_in(stored, number=2, finished_at=AT)
    assert (read.points, read.max_points, read.waiting_points) == (1, 19, 4)


def test_a_line_has_the_attempt_that_counts():
    row = line("ada", [attempt(1, "4/3"), None, attempt(3, 1)], Counts.LAST)
    assert cells(row) == ("ada", "2 of 3", "no. 3", "1", "4", "1")
    row = line("ada", [attempt(1, "4/3"), attempt(2, 1)], Counts.BEST)
    assert cells(row) == ("ada", "2 of 2", "no. 1", "1 1/3", "4", "1")


def test_a_student_who_handed_in_nothing_has_no_points():
    row = line("ada", [None], Counts.BEST)
    assert cells(row) == ("ada", "0 of 1", "", "", "", "")
    assert gradebook_csv([row]).decode().splitlines()[1] == "ada,1,0,,,,,,"


def test_the_table_for_a_spreadsheet_has_exact_points_and_decimals():
    row = line("ada", [attempt(1, "4/3")], Counts.BEST)
    assert gradebook_csv([row]).decode().splitlines() == [
        "student,begun,handed_in,counted_attempt,points,points_exact,max_points,waiting_points"
        ",handed_in_at",
        "ada,1,1,1,1.3333,4/3 points,4,1,2026-03-02T09:00:00+00:00",
    ]


@pytest.mark.parametrize("name", ["=1+1", "+A1", "-2", "@x", "\t=1", " =1", 'a","=1', "a\n=1"])
def test_a_name_is_no_formula(name):
    text = gradebook_csv([line(name, [], Counts.BEST)]).decode()
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 2
    assert not rows[1][0].lstrip().startswith(("=", "+", "-", "@"))
    assert len(rows[1]) == len(rows[0])
