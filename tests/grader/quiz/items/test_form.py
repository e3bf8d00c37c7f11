"""A question as a form: what it sends is read as the answer, and it holds no key."""

import msgspec
import pytest
import yaml

from grader.quiz.bank.topics import load
from grader.quiz.items import kinds
from grader.quiz.items.form import ANSWER, REST, OrderForm, TextForm, field
from grader.quiz.items.item import Rejected
from grader.settings import shipped

KINDS = kinds()
SEEDS = range(5)


def example(kind):
    raw = yaml.safe_load(KINDS[kind].example)
    return msgspec.convert(raw, KINDS[kind])


def bank():
    return [item for topic in load(shipped("questions")).topics for item in topic.items]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_form_that_is_empty_before_it_is_answered(kind):
    item = example(kind)
    form = item.form(1)
    if isinstance(form, OrderForm):
        assert item.read_typed(form.typed(form.sent), seed=1) is not None
    else:
        assert form.typed(form.sent) == ""
    assert form.typed({}) == ""


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_form_that_is_filled_with_the_key_sends_the_key(kind, seed):
    item = example(kind).as_shown(seed)
    form = item.form(seed, item.key())
    assert item.read_typed(form.typed(form.sent), seed=seed) == item.read(item.key())


def test_so_does_every_question_that_is_shipped():
    for item in bank():
        shown = item.as_shown(3)
        form = shown.form(3, shown.key())
        assert shown.read_typed(form.typed(form.sent), seed=3) == shown.read(shown.key()), item.id


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_form_sent_fills_it_again(kind):
    item = example(kind)
    form = item.form(2, item.key())
    assert item.form(2).filled(form.sent) == form


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_holds_no_id_of_a_part_and_no_feedback(kind):
    item = example(kind)
    text = str(item.form(1))
    raw = yaml.safe_load(KINDS[kind].example)
    parts = [
        part
        for name in ("options", "steps", "distractors", "left", "right", "gaps")
        for part in raw.get(name, ())
    ]
    hidden = [part.get("feedback") for part in parts] + [raw["explanation"], raw.get("feedback")]
    hidden += [f"'{part['id']}'" for part in parts]
    hidden += [part.get("misconception") for part in parts]
    assert [one for one in hidden if one and one in text] == []


def test_a_step_moves_down_over_the_line_and_back():
    form = example("ordering").form(1)
    first, *others = form.steps
    last = others[-1]
    down = form.moved(last.label, 1)
    assert (down.steps, down.rest) == ((first, *others[:-1]), (last,))
    assert down.moved(last.label, -1) == form
    assert form.moved(first.label, -1) == form
    assert form.moved("99", 1) == form


def test_what_stands_below_the_line_is_left_out_of_the_order():
    form = example("ordering").form(1)
    labels = [step.label for step in form.steps]
    assert form.typed({ANSWER: [*labels[:2], REST, *labels[2:]]}) == " ".join(labels[:2])


@pytest.mark.parametrize("sent", [["1", "2"], ["1", "1", "2", "3"], ["1", "2", "3", "9"]])
def test_half_an_order_is_none(sent):
    form = example("ordering").form(1)
    assert form.typed({ANSWER: sent}) == ""
    assert form.filled({ANSWER: sent}) == form


def test_pairs_may_be_filled_in_part():
    item = example("matching")
    form = item.form(1)
    label = form.rows[0][0].label
    given = item.read_typed(form.typed({field(label): ["a"]}), seed=1)
    assert len(given) == 1


def test_gaps_may_be_filled_in_part_and_none_takes_what_stands_between_them():
    item = example("fill")
    form = item.form(1)
    one, two = (gap.label for gap in form.gaps)
    assert item.read_typed(form.typed({field(one): ["argmax"]}), seed=1) == ("pick=argmax",)
    assert form.typed({field(one): [""], field(two): [""]}) == ""
    assert isinstance(item.read_typed(form.typed({field(one): ["a;b"]}), seed=1), Rejected)


def test_a_text_has_the_ends_of_lines_of_a_text():
    assert TextForm().typed({ANSWER: ["one\r\ntwo "]}) == "one\ntwo"
