"""GIFT as people write it."""

import pytest

from tests.grader.quiz.exports.gift_reader import read as read_elsewhere

SAMPLE = r"""
// a comment
$CATEGORY: $course$/top/masks

// [id:masks.one] [tag:concept:3] [tag:difficulty:1]
::Mask::[html]<p>Which \= keys\: \\(a_\{1\}\\)?</p>{
  =future ones#Right.
  ~past ones#No.
  ####<p>Because.</p>
}

::Two::Which are right?{
  ~%50%a
  ~%50%b
  ~%-100%c
}

::TF::Grass grows.{FALSE#It does.#Well.}

::Num::[markdown]How *many*?{#3:0.5}

::Range::How many?{#1..5}

::Several::How many?{#
  =12#
  =%0%13:0#One more.
  ~#Count.
}

::Essay::[plain]Why < how?{}
"""


def test_every_kind_is_read(read):
    questions, lost = read(SAMPLE)
    assert {name: raw["kind"] for name, raw in questions.items()} == {
        "masks.one": "choice",
        "masks.two": "choices",
        "masks.tf": "true_false",
        "masks.num": "numeric",
        "masks.range": "numeric",
        "masks.several": "numeric",
        "masks.essay": "text",
    }
    assert lost == ["Two: marked otherwise: ours are right minus wrong, each worth the same"]


def test_escapes_formats_feedback_and_tags_are_understood(read):
    one = read(SAMPLE)[0]["masks.one"]
    assert one == {
        "concept": 3,
        "difficulty": 1,
        "stem": r"Which \= keys: $a_{1}$?",
        "explanation": "Because.",
        "kind": "choice",
        "options": [
            {"id": "a", "text": "future ones", "correct": True, "feedback": "Right."},
            {"id": "b", "text": "past ones", "feedback": "No."},
        ],
    }


def test_numbers_have_their_tolerances_traps_and_feedback(read):
    questions, _ = read(SAMPLE)
    assert (questions["masks.num"]["answer"], questions["masks.num"]["tolerance"]) == (3, 0.5)
    assert (questions["masks.range"]["answer"], questions["masks.range"]["tolerance"]) == (3, 2)
    several = questions["masks.several"]
    assert several["answer"] == 12
    assert several["traps"] == [{"value": 13, "feedback": "One more."}]
    assert several["feedback"] == "Count."


def test_the_first_feedback_is_for_those_who_are_wrong(read):
    statement = read(SAMPLE)[0]["masks.tf"]
    assert statement["answer"] is False
    assert (statement["feedback_true"], statement["feedback_false"]) == ("It does.", "Well.")


def test_plain_and_markdown_texts_are_what_they_are(read):
    questions, _ = read(SAMPLE)
    assert questions["masks.essay"]["stem"] == r"Why \< how?"
    assert questions["masks.num"]["stem"] == "How *many*?"


def test_another_reader_finds_the_same_questions():
    elsewhere = read_elsewhere(SAMPLE.replace("  ~#Count.\n", "").encode())
    assert {title for title, found in elsewhere.items() if found.valid} == {
        "Mask",
        "Two",
        "TF",
        "Num",
        "Range",
        "Several",
        "Essay",
    }


def test_an_ordering_is_read_line_by_line(read):
    text = "::O::[html]Order.{>2 ALL VERTICAL ALL_OR_NOTHING SHOW none\nabc first\nsecond\n}"
    questions, lost = read(text)
    assert questions["imported.o"]["steps"] == [
        {"id": "step-1", "text": "abc first"},
        {"id": "step-2", "text": "second"},
    ]
    assert (questions["imported.o"]["rule"], lost) == ("exact", [])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("::A::Match.{=a -> 1 =b -> 2}", "there is no counterpart for a matching question"),
        ("::A::Open{ =a ~b", "a { or a } is missing"),
        ("::A::{#lots}", "'lots' is not a number"),
        ("::A::Pick.{=a =b ~c}", "several answers earn most points where one may be chosen"),
        ("::A::Order.{>2\na\nb\n}", "the words after > are not"),
    ],
)
def test_what_cannot_be_taken_over_is_named(read, text, why):
    questions, lost = read(text + "\n\n::B::Fine.{TRUE}")
    assert list(questions) == ["imported.b"]
    assert lost[0].startswith(f"A: left out: {why}")


def test_a_question_without_a_title_is_named_by_its_line(read):
    _, lost = read("\n\nJust words.\n\n::B::Fine.{TRUE}")
    assert lost == ["question at line 3: left out: it asks for nothing (a description)"]
