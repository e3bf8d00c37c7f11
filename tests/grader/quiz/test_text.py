from grader.quiz.item import Rejected
from grader.quiz.marks import Standing


def test_a_person_marks_a_text(question):
    mark = question("why").mark("One sequence.")
    assert mark.standing == Standing.WAITING
    assert (mark.points, mark.max_points) == (0, 4)


def test_a_text_keeps_its_lines(question):
    assert question("why").read_typed("  one\n\ntwo \n", seed=0) == "one\n\ntwo"


def test_a_book_is_rejected(question):
    assert isinstance(question("why").read("x" * 10_001), Rejected)
