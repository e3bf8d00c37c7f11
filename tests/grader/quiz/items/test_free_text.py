from grader.quiz.items.item import Rejected
from grader.quiz.items.marks import Standing


def test_a_person_marks_a_text(question):
    mark = question("why").mark("One sequence.")
    assert mark.standing == Standing.WAITING
    assert (mark.points, mark.max_points) == (0, 4)


def test_a_text_keeps_its_lines(question):
    assert question("why").read_typed("  one\n\ntwo \n", seed=0) == "one\n\ntwo"


def test_a_book_is_rejected(question):
    assert isinstance(question("why").read("x" * 10_001), Rejected)


def test_ticked_rubric_items_earn_their_points_and_unknown_ones_nothing(question):
    item = question("why")
    assert item.mark_by_rubric(["why", "gone"]).points == 3
    assert item.mark_by_rubric(["which", "why"]).standing == Standing.RIGHT
    assert item.mark_by_rubric([]).standing == Standing.WRONG


def test_a_rubric_has_no_more_items_than_there_are_digits(question):
    rubric = [{"id": f"i{n}", "points": 1, "text": "x"} for n in range(10)]
    problems = [finding.problem for finding in question("why", rubric=rubric, points=10).problems()]
    assert problems == ["there are 10 items"]
