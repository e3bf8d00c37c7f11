"""What is told after marking names options by the letters that the taker saw, in that order."""

import pytest
import yaml

from grader.quiz.bank.topics import read_item
from grader.quiz.items import kinds

SEEDS = range(8)
OPTIONS = [
    {"id": "one", "text": "eins", "correct": True, "feedback": "Yes, one."},
    {"id": "two", "text": "zwei", "correct": True, "feedback": "Yes, two."},
    {"id": "three", "text": "drei", "feedback": "No, three."},
    {"id": "four", "text": "vier\n\n```text\n4\n```", "feedback": ""},
]


def item(kind, options, **more):
    raw = {"id": f"t.{kind}", "kind": kind, "stem": "Which?", "options": options}
    return read_item(raw | more, at="t")


@pytest.fixture
def choice():
    return item("choice", [OPTIONS[0], *OPTIONS[2:]])


@pytest.fixture
def choices():
    return item("choices", OPTIONS)


def letters(item, seed):
    texts = {option.text: option.id for option in item.options}
    return {texts[part.text]: part.label for part in item.present(seed).parts}


@pytest.mark.parametrize("kind", sorted(kinds()))
@pytest.mark.parametrize("seed", SEEDS)
def test_the_question_stays_the_one_that_the_taker_of_the_seed_saw(kind, seed):
    item = read_item(yaml.safe_load(kinds()[kind].example), at="example")
    shown = item.as_shown(seed)
    assert shown.present(seed) == item.present(seed)
    assert shown.as_shown(seed) == shown
    assert shown.mark(shown.key()).points == item.mark(item.key()).points
    assert set(shown.key()) == set(item.key())


@pytest.mark.parametrize("seed", SEEDS)
def test_typed_letters_mean_what_they_meant(choices, seed):
    typed = f"{letters(choices, seed)['one']} {letters(choices, seed)['three']}"
    read = choices.as_shown(seed).read_typed(typed, seed=seed)
    assert set(read) == {"one", "three"}


@pytest.mark.parametrize("seed", SEEDS)
def test_feedback_carries_the_letters_in_their_order(choices, seed):
    shown, seen = choices.as_shown(seed), letters(choices, seed)
    said = shown.mark(shown.read(["one", "three", "two"])).feedback
    expected = {"one": "Yes, one.", "two": "Yes, two.", "three": "No, three."}
    assert said == tuple(sorted(f"{seen[name]}: {text}" for name, text in expected.items()))


@pytest.mark.parametrize("seed", SEEDS)
def test_answer_and_key_carry_the_letters(choice, seed):
    shown, seen = choice.as_shown(seed), letters(choice, seed)
    assert shown.show(("three",)) == f"{seen['three']}: drei"
    assert shown.show_key() == f"{seen['one']}: eins"
    assert shown.mark(("three",)).feedback == (f"{seen['three']}: No, three.",)


def test_several_options_are_told_in_the_order_of_their_letters(choices):
    for seed in SEEDS:
        shown = choices.as_shown(seed)
        lines = shown.show(shown.read(["one", "two", "three"])).splitlines()
        assert lines == sorted(lines)
        assert all(line.startswith("- ") for line in lines)


def test_a_block_begins_below_its_letter_and_no_feedback_stays_none(choice):
    shown = choice.as_shown(0)
    letter = letters(choice, 0)["four"]
    assert shown.show(("four",)) == f"{letter}:\n\nvier\n\n```text\n4\n```"
    assert shown.mark(("four",)).feedback == ("",)


def test_a_fixed_order_has_the_same_letters_for_everybody():
    fixed = item("choice", [OPTIONS[0], *OPTIONS[2:]], keep_order=True)
    assert fixed.mark(("three",)).feedback == ("b: No, three.",)


def test_who_saw_no_letters_is_told_the_ids_of_several_options(choice, choices):
    assert choices.mark(("one", "three")).feedback[:2] == ("one: Yes, one.", "three: No, three.")
    assert choice.mark(("three",)).feedback == ("No, three.",)
