from fractions import Fraction

import pytest
import yaml

from grader.quiz.bank.topics import read_item
from grader.quiz.items.item import Rejected
from grader.quiz.items.marks import Standing
from grader.quiz.items.short import Short


@pytest.fixture
def short():
    def make(**changes):
        return read_item({**yaml.safe_load(Short.example), **changes}, at="example")

    return make


@pytest.mark.parametrize(
    "typed",
    [
        "residual connection", "Residual Connection", "residual-connection",
        "  RESIDUAL   connection.", "skip connection", '"skip" connection', "its input",
    ],
)  # fmt: skip
def test_differences_that_are_folded_do_not_count(short, typed):
    item = short()
    assert item.mark(item.read_typed(typed, seed=0)).standing == Standing.RIGHT


@pytest.mark.parametrize(
    ("fold", "typed", "right"),
    [
        ([], "Residual connection", False),
        (["case"], "Residual connection", True),
        (["case"], "residual-connection", False),
        (["case"], "residual  connection", False),
        (["space"], "residual  connection", True),
        (["punctuation"], "residual-connection", True),
        (["case"], "résidual connection", False),
        (["accents"], "résidual connection", True),
    ],
)
def test_each_difference_is_folded_only_if_asked(short, fold, typed, right):
    assert (short(fold=fold).mark(typed).points == 2) == right


def test_a_near_miss_gives_its_feedback_and_misconception(short):
    mark = short().mark("Layer-Norm")
    assert (mark.points, mark.standing) == (0, Standing.WRONG)
    assert mark.feedback == ("That scales what is there and adds nothing.",)
    assert mark.misconceptions == ("residual.is_norm",)


def test_a_near_miss_may_earn_some_of_the_points(short):
    near = [{"forms": ["connection"], "feedback": "Which?", "misconception": "a.b", "points": 1}]
    mark = short(near=near).mark("connection")
    assert (mark.points, mark.standing) == (Fraction(1), Standing.PARTLY)


def test_any_other_answer_gives_the_general_feedback(short):
    mark = short().mark("dropout")
    assert mark.feedback == ("Follow the arrow that goes around the sub-layer.",)
    assert mark.points == 0


@pytest.mark.parametrize("text", ["", "  ", "...", "-", "x" * 201])
def test_what_holds_no_word_is_rejected(short, text):
    assert isinstance(short().read(text), Rejected)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"accepted": ["skip", "Skip."]}, "'Skip.' is the same as 'skip'"),
        ({"accepted": ["layer norm"]}, "'layer norm' is the same as 'layer norm'"),
        ({"accepted": ["q"]}, "single character"),
        ({"accepted": ["..."]}, "cannot be an answer: there is no word in that"),
        ({"feedback": ""}, "there is no feedback"),
        ({"near": [{"forms": ["x y"], "feedback": "No."}]}, "it names no misconception"),
        (
            {"near": [{"forms": ["x y"], "feedback": "No.", "misconception": "a.b", "points": 2}]},
            "it earns 2 of 2 points",
        ),
    ],
)
def test_a_slip_of_the_author_is_found(short, changes, says):
    assert says in " ".join(finding.problem for finding in short(**changes).problems())


def test_a_pattern_is_no_pattern_but_plain_text(short):
    item = short(accepted=["(a+)+ b"])
    assert item.mark("(a+)+ b").points == 2
    assert item.mark("aaaa b").points == 0
