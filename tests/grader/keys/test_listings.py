"""Listings are run as takers would complete or mend them; pairs as a claim finds them."""

import pytest
import yaml

from grader.keys.listings import listing_problems
from grader.keys.truths import Broken, truth_problems
from grader.quiz.bank.topics import read_item
from grader.quiz.items.fill import Fill
from grader.quiz.items.matching import Matching
from reference.decoder.answers.listings import function_of


def doubles(seed, program):
    return function_of(program, "double")(seed + 3) == 2 * (seed + 3)


FILL = {
    "id": "x.fill",
    "kind": "fill",
    "stem": "Complete.",
    "listing": "def double(x):\n    return x [[sign]] [[other]]",
    "gaps": [
        {
            "id": "sign",
            "options": [{"id": "plus", "text": "+", "correct": True}, {"id": "times", "text": "*"}],
        },
        {"id": "other", "accepted": ["x", "1 * x"], "near": [{"forms": ["y", "2"]}]},
    ],
    "verify": {"kind": "listing", "claim": "doubles"},
}
LINES = {
    "id": "x.line",
    "kind": "choice",
    "stem": "Which?\n\n```python\n1  def double(x):\n2      y = x\n3      return x * y\n```",
    "options": [
        {"id": "two", "text": "Line 2"},
        {"id": "three", "text": "Line 3", "correct": True},
    ],
    "verify": {"kind": "listing", "claim": "doubles", "mended": "return x + y"},
}


def problems(raw):
    item = read_item(raw, at="x")
    return list(listing_problems(item, item.verify, doubles))


def test_right_answers_hold_and_wrong_ones_fail_or_raise():
    assert problems(FILL) == []


def test_a_form_that_is_marked_wrongly_is_named():
    gap = {**FILL["gaps"][1], "accepted": ["x", "x * x"], "near": [{"forms": ["y", "(x)"]}]}
    assert problems({**FILL, "gaps": [FILL["gaps"][0], gap]}) == [
        "gap 'other': 'x * x' is right, and on seed 0 it is not",
        "gap 'other': '(x)' is wrong, and does what the reference does",
    ]


def test_a_right_form_that_raises_is_said_to():
    gap = {**FILL["gaps"][1], "accepted": ["z"]}
    with pytest.raises(Broken, match="raised NameError on seed 0"):
        problems({**FILL, "gaps": [FILL["gaps"][0], gap]})


def test_the_line_that_mends_a_listing_is_the_marked_one():
    assert problems(LINES) == []
    turned = [{**each, "correct": not each.get("correct")} for each in LINES["options"]]
    mended = {**LINES["verify"], "mended": "y = x * x"}
    assert problems({**LINES, "options": turned, "verify": mended}) == [
        "with line 2 mended the listing is still wrong on seed 0"
    ]


def test_a_listing_without_a_bug_is_said_to_have_none():
    stem = LINES["stem"].replace("x * y", "x + y")
    assert problems({**LINES, "stem": stem}) == [
        "the listing has no bug: it does what the reference does"
    ]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"stem": LINES["stem"].replace("3  ", "4  ")}, "line 3 of the listing does not begin"),
        ({"stem": "Which?"}, "the stem has 0 blocks of code"),
        (
            {"options": [{"id": "a", "text": "Line 9"}, {"id": "b", "text": "b", "correct": True}]},
            "the option 'Line 9' does not begin with a line of the listing",
        ),
    ],
)
def test_a_stem_that_cannot_be_run_is_said_to_be_broken(change, why):
    with pytest.raises(Broken, match=why):
        problems({**LINES, **change})


@pytest.mark.parametrize(
    "program", ["import os", "double = (1).__class__", "open('x')", "double = __name__"]
)
def test_a_listing_reaches_nothing_outside(program):
    with pytest.raises((ValueError, NameError)):
        function_of(f"{program}\ndef double(x):\n    return x", "double")


def match_problems(given):
    raw = {**yaml.safe_load(Matching.example), "verify": {"kind": "predicate", "claim": "c"}}
    item = read_item(raw, at="x")
    return truth_problems(item, item.verify, lambda seed: given)


def test_each_pair_is_compared_with_what_a_claim_finds():
    assert match_problems({"output": "t-v", "selection": ["one"]}) == ()
    assert match_problems({"output": "v", "selection": "one"}) == (
        "option 'output=t-v' is marked right, and is false on all 10 seeds",
        "option 'output=v' is marked wrong, and is true on all 10 seeds",
    )
    assert match_problems({"output": ["t-v", "v"], "selection": "one"}) == (
        "option 'output=v' is marked wrong, and is true on all 10 seeds",
    )


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"output": "t-v"}, "must give each of output, selection its right item"),
        ({"output": "t", "selection": "one"}, "gives 'output' what is no right item: 't'"),
        (True, "must give each of output, selection its right item"),
    ],
)
def test_a_claim_that_says_too_little_of_pairs_is_said_to_be_broken(given, why):
    with pytest.raises(Broken, match=why):
        match_problems(given)


def test_the_example_of_gaps_runs():
    raw = {**yaml.safe_load(Fill.example), "verify": {"kind": "listing", "claim": "greedy"}}
    assert read_item(raw, at="x").verify.claim == "greedy"
