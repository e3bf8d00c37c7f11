"""Gaps: read in their order, marked one by one, and shown in the listing."""

from fractions import Fraction

import pytest
import yaml

from grader.quiz.bank.topics import read_item
from grader.quiz.items.fill import Fill
from grader.quiz.items.gaps import spelled
from grader.quiz.items.item import Rejected, Severity


@pytest.fixture
def raw():
    return yaml.safe_load(Fill.example)


@pytest.fixture
def item(raw):
    return read_item(raw, at="example")


def test_the_listing_shows_numbers_in_its_gaps_and_letters_beside(item):
    shown = item.present(1)
    assert "probabilities.___1___(dim=___2___)" in shown.stem
    assert [part.label for part in shown.parts] == ["2"]
    assert sorted(shown.parts[0].text) == sorted("a: `-1`, b: `1`")


@pytest.mark.parametrize("seed", range(4))
def test_an_option_is_typed_by_its_letter_or_its_text(item, seed):
    letter = "a" if item.present(seed).parts[0].text.startswith("a: `-1`") else "b"
    for typed in (f"argmax; {letter}", "argmax;-1", " argmax ;  -1 "):
        assert item.read_typed(typed, seed=seed) == item.key()


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("argmax", "there are 2 gaps, and 1 answer with ; between them"),
        ("argmax; c", "gap 2: 'c' is none of the letters a to b"),
        (" ; ", "every gap is empty"),
        ("x" * 81 + "; a", "gap 1: an answer has 81 characters; at most 80 are read"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(item, typed, why):
    read = item.read_typed(typed, seed=1)
    assert isinstance(read, Rejected)
    assert why in read.why


def test_an_empty_gap_is_asked_about(item):
    response = item.read_typed("; a", seed=1)
    assert item.doubt(response, seed=1).question == "Gap 1 is empty. Is that your answer?"
    assert item.doubt(item.key(), seed=1) is None


def test_each_gap_earns_its_share_and_a_wrong_one_gets_its_feedback(item):
    mark = item.mark(item.read({"pick": "max", "axis": "last"}))
    assert mark.points == 1
    assert mark.misconceptions == ("selection.returns_probability",)
    assert mark.feedback == (
        "Gap 1 is wrong: That is how probable it is, and not which token it is.",
    )
    mark = item.mark(item.read({"pick": "sum", "axis": "second"}))
    assert mark.points == 0
    assert mark.feedback == (
        "Gap 1 is wrong: Something that gives a place is needed.",
        "Gap 2 is wrong: No batch.",
    )


def test_only_options_can_be_guessed(item):
    assert item.guess_level() == Fraction(1, 4)


def test_a_repaired_key_gives_the_share_of_its_gaps(item):
    assert item.share_if_right(("pick=max", "axis=last"), ("pick=max", "axis=second")) == Fraction(
        1, 2
    )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("logits[-1]", "logits [ -1 ]", True),
        ("logits[-1]", "logits[\N{MINUS SIGN}1]", True),
        ("logits[-1]", "logits[1]", False),
        ("a  if b", "a if b", True),
        ("a if b", "aif b", False),
        ("Q", "q", False),
        ("x\u200b + y", "x+y", True),
    ],
)
def test_spaces_beside_signs_do_not_count_and_signs_do(one, other, same):
    assert (spelled(one, ("space",)) == spelled(other, ("space",))) == same


def test_an_answer_is_shown_in_the_listing(item):
    assert "probabilities.max(dim=-1)" in item.show(("pick=max", "axis=last"))
    assert "probabilities.max(dim=___2___)" in item.show(("pick=max",))


def errors(raw):
    found = read_item(raw, at="example").problems()
    return [f"{f.where}: {f.problem}" for f in found if f.severity == Severity.ERROR]


def test_lint_names_everything_that_is_wrong(raw):
    raw["listing"] = "[[pick]] [[pick]] [[picks]]"
    raw["gaps"][0]["near"][0]["forms"] = ["arg;max", "argmax", "x"]
    raw["gaps"][1]["options"][1] |= {"correct": True, "text": "- 1"}
    assert errors(raw) == [
        "listing: [[pick]] stands twice",
        "listing: there is no gap 'picks'",
        "gaps: the gap 'axis' is nowhere in it".replace("gaps:", "listing:"),
        "gaps.pick: 'arg;max' cannot be an answer: 'arg;max' holds a ;, which stands between gaps",
        "gaps.pick: 'argmax' is the same as 'argmax'",
        "gaps.pick: 'x' is a single character, which may be a command in a terminal",
        "gaps.axis: 2 options are right",
        "gaps.axis: the text '-1' stands twice",
    ]


def test_a_gap_is_either_typed_or_chosen(raw):
    raw["gaps"][1]["accepted"] = ["-1"]
    assert errors(raw) == ["gaps.axis: it needs either `accepted` or `options`"]
