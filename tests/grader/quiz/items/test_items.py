"""The contract of a kind. A new file in `grader/quiz/items` is done when it passes."""

import dataclasses
import json
from fractions import Fraction

import msgspec
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import CourseError
from grader.quiz.bank.topics import read_item
from grader.quiz.items import kinds
from grader.quiz.items.item import Doubt, Item, Presentation, Rejected
from grader.quiz.items.marks import Standing

SEEDS = range(12)


@pytest.fixture(params=sorted(kinds()))
def raw(request):
    return yaml.safe_load(kinds()[request.param].example)


@pytest.fixture
def item(raw):
    return read_item(raw, at="example")


def test_the_nine_kinds_are_found():
    assert set(kinds()) == {
        "choice", "choices", "true_false", "numeric", "ordering", "short", "text",
        "matching", "fill",
    }  # fmt: skip


def test_the_example_has_no_problem(item):
    assert list(item.problems()) == []
    assert item.misconception_ids()
    assert item.shape


def test_a_question_survives_json(item):
    again = msgspec.json.decode(msgspec.json.encode(item), type=type(item))
    assert again == item


def test_an_unknown_key_is_named(raw):
    with pytest.raises(CourseError, match=r"example: there is no key 'stemm' here\n.*'stem'"):
        read_item({**raw, "stemm": "x"}, at="example")


def test_a_missing_key_is_named(raw):
    del raw["stem"]
    with pytest.raises(CourseError, match=r"example: `stem` is missing\n  Add `stem: \.\.\.`"):
        read_item(raw, at="example")


def test_the_key_earns_all_points_unless_a_person_marks(item):
    mark = item.mark(item.key())
    if mark.standing != Standing.WAITING:
        assert mark.standing == Standing.RIGHT
        assert mark.points == item.points
    assert mark.misconceptions == ()


def test_the_key_can_be_read_back_from_the_store(item):
    stored = json.loads(json.dumps(item.key()))
    assert item.read(stored) == item.key()


def test_a_presentation_tells_neither_key_nor_feedback(item):
    secrets = {item.explanation, *item.misconception_ids(), *feedback_of(item)}
    for seed in SEEDS:
        shown = str(dataclasses.asdict(item.present(seed)))
        assert not [secret for secret in secrets if secret and secret in shown]


def test_a_presentation_names_no_part_by_its_id(item):
    shown = item.present(0)
    assert isinstance(shown, Presentation)
    parts = [*getattr(item, "options", ()), *getattr(item, "steps", ())]
    assert not {part.id for part in parts} & {part.label for part in shown.parts}


def test_the_same_seed_shows_the_same(item):
    for seed in SEEDS:
        assert item.present(seed) == item.present(seed)


def test_every_part_shown_can_be_typed(item):
    for seed in SEEDS:
        shown = item.present(seed)
        for part in shown.parts:
            typed = [f"{part.label}{target.label}" for target in shown.targets] or [part.label]
            if item.kind() == "fill":  # its parts are gaps, in each of which a letter is typed
                typed = [f"argmax; {letter}" for letter in "ab"]
            assert not any(isinstance(item.read_typed(one, seed=seed), Rejected) for one in typed)


@pytest.mark.parametrize("value", [None, [], {}, object(), ["nonsense"], [["x"]], b"a", [None]])
def test_a_value_of_the_wrong_kind_is_rejected_not_wrong(item, value):
    assert isinstance(item.read(value), Rejected)


@pytest.mark.parametrize("text", ["", "   ", ","])
def test_nothing_typed_is_rejected_not_wrong(item, text):
    if item.kind() == "text" and text.strip():
        pytest.skip("a comma is a text")
    assert isinstance(item.read_typed(text, seed=1), Rejected)


def test_a_doubt_is_a_question(item):
    doubt = item.doubt(item.key(), seed=1)
    assert doubt is None or isinstance(doubt, Doubt)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(value=values)
def test_whatever_stands_in_an_answers_file_is_read_or_rejected(item, value):
    response = item.read(value)
    if not isinstance(response, Rejected):
        assert item.read(json.loads(json.dumps(response))) == response
        mark = item.mark(response)
        assert 0 <= mark.points <= mark.max_points == item.points


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(max_size=12) | st.text(alphabet="abcdtf0123456789 .,/-e", max_size=12))
def test_whatever_is_typed_is_read_or_rejected(item, text):
    response = item.read_typed(text, seed=3)
    if not isinstance(response, Rejected):
        assert item.read(json.loads(json.dumps(response))) == response
        assert 0 <= item.mark(response).points <= item.points
        assert item.show(response).strip()


def test_an_answer_earns_all_points_if_it_were_the_right_one(item):
    assert item.share_if_right(item.key(), item.key()) == 1


def test_the_guess_level_is_a_share(item):
    level = item.guess_level()
    assert level is None or (isinstance(level, Fraction) and 0 <= level < 1)


def test_the_key_has_words(item):
    assert item.show_key().strip()
    assert item.show(item.key()).strip()


def feedback_of(part: Item):
    """Every text under a key called feedback, however deep."""
    found = []

    def walk(value):
        match value:
            case dict():
                for key, inner in value.items():
                    if key.startswith("feedback") and isinstance(inner, str):
                        found.append(inner)
                    walk(inner)
            case list():
                for inner in value:
                    walk(inner)

    walk(msgspec.to_builtins(part))
    return found
