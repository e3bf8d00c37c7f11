"""Matching: read, marked by pairs, and said in the taker's words."""

from fractions import Fraction

import pytest
import yaml

from grader.quiz.bank.topics import read_item
from grader.quiz.items.item import Rejected, Severity
from grader.quiz.items.matching import Matching


@pytest.fixture
def raw():
    return yaml.safe_load(Matching.example)


@pytest.fixture
def item(raw):
    return read_item(raw, at="example")


def labels(item, seed):
    """Left ids by number and right ids by letter, found by what is shown."""
    shown = item.present(seed)
    left = {part.text: part.id for part in item.left}
    right = {part.text: part.id for part in item.right}
    return (
        {left[part.text]: part.label for part in shown.parts},
        {right[part.text]: part.label for part in shown.targets},
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "form", ["{0}{1} {2}{3}", "{0}-{1}, {2}-{3}", "{2}={3};{0}={1}", "{0}{1}{2}{3}"]
)
def test_numbers_with_letters_are_read_however_they_are_joined(item, seed, form):
    left, right = labels(item, seed)
    typed = form.format(left["output"], right["t-v"], left["selection"], right["one"])
    assert item.read_typed(typed, seed=seed) == item.key()


def test_letters_alone_go_with_the_items_in_their_order(item):
    left, right = labels(item, 3)
    letters = {left["output"]: right["t-v"], left["selection"]: right["one"]}
    assert item.read_typed(" ".join(letters[n] for n in sorted(letters)), seed=3) == item.key()


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("1a 1b", "1 stands twice"),
        ("3a", "'3' is not a number from 1 to 2"),
        ("1d", "'d' is none of the letters a to c"),
        ("1", "'1' is not numbers with letters"),
        ("a", "a letter has no number"),
        ("1a 2b c", "a letter has no number"),
        ("", "there is no letter"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(item, typed, why):
    read = item.read_typed(typed, seed=1)
    assert isinstance(read, Rejected)
    assert why in read.why


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"outputs": "one"}, "there is no left item 'outputs'"),
        ({"output": "two"}, "there is no right item 'two'"),
        ("output", "is not a mapping such as {left-id: right-id}"),
        (["output"], "'output' is not a pair such as left-id: right-id"),
        (["output=one", "output=v"], "'output' is answered twice"),
    ],
)
def test_what_an_answers_file_gets_wrong_is_told_in_a_sentence(item, value, why):
    read = item.read(value)
    assert isinstance(read, Rejected)
    assert why in read.why


def test_a_mapping_and_its_stored_form_are_the_same_answer(item):
    response = item.read({"selection": "one", "output": "t-v"})
    assert response == item.read(list(response)) == item.key()


def test_each_pair_earns_its_share_and_a_wrong_one_gets_its_feedback(item):
    mark = item.mark(item.read({"output": "v", "selection": "one"}))
    assert mark.points == 1
    assert mark.misconceptions == ("logits.last_only",)
    assert mark.feedback == (
        '"Output projection" does not go with "V numbers": Each position has a row.',
    )


def test_another_wrong_pair_gets_the_feedback_of_its_left_item_and_what_is_left_out_is_told(item):
    mark = item.mark(item.read({"selection": "v"}))
    assert mark.points == 0
    assert mark.feedback == (
        '"Selection" does not go with "V numbers": A step gives one token.',
        "One item has no letter.",
    )


def test_feedback_has_the_letters_that_the_taker_saw(item):
    for seed in range(6):
        left, right = labels(item, seed)
        typed = f"{left['output']}{right['v']} {left['selection']}{right['one']}"
        seen = item.as_shown(seed)
        assert seen.present(99) == item.present(seed)
        says = f'{left["output"]}{right["v"]}: "Output projection" does not go with "V numbers"'
        assert seen.mark(item.read_typed(typed, seed=seed)).feedback[0].startswith(says)


def test_the_pairs_are_echoed_in_words_before_they_count(item):
    left, right = labels(item, 1)
    doubt = item.doubt(item.read({"output": "v"}), seed=1)
    typed = f"{left['output']}{right['v']}"
    assert f"Your pairs:\n- {typed}: Output projection → V numbers" in doubt.question
    assert "You gave nothing to:\n- Selection" in doubt.question


def test_a_guess_earns_one_part_in_as_many_as_stand_on_the_right(item):
    assert item.guess_level() == Fraction(1, 3)


def test_a_repaired_key_gives_the_share_of_its_pairs(item):
    assert item.share_if_right(item.key(), ("output=v", "selection=one")) == Fraction(1, 2)


def errors(raw):
    found = read_item(raw, at="example").problems()
    return [f"{f.where}: {f.problem}" for f in found if f.severity == Severity.ERROR]


def test_lint_names_everything_that_is_wrong(raw):
    raw["left"][0] |= {"match": "tv", "id": "one"}
    raw["left"][1]["wrong"] = [{"match": "one"}, {"match": "none"}, {"match": "none"}]
    raw["right"][1]["text"] = "T rows of V numbers"
    assert errors(raw) == [
        "right.v: the text 'T rows of V numbers' stands twice",
        "right.one: the id 'one' stands twice",
        "left.one: `match` names no right item: 'tv'",
        "left.selection: 'one' is right and among the `wrong`",
        "left.selection: `wrong` names no right item: 'none'",
        "left.selection: `wrong` names no right item: 'none'",
        "left.selection: 'none' is wrong twice",
    ]


def test_one_item_on_a_side_is_nothing_to_match(raw):
    del raw["left"][1:], raw["right"][1:]
    raw["left"][0]["wrong"] = []
    assert errors(raw) == ["left: got 1 item", "right: got 1 item"]
