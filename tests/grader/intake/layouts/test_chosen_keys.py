"""YAML of another system: what is asked for comes out, and nothing else can do harm."""

import pytest

from grader.errors import SubmissionError
from grader.intake.layouts.chosen_keys import chosen_keys

KEYS = {"name", "inner", "id"}


def chosen(text):
    return chosen_keys(text.encode(), KEYS, at="x.yml")


def test_the_top_is_whole_and_below_it_stands_what_was_asked_for():
    text = "a:\n  :name: Ada\n  :score: 1\n  inner: [{id: 007, x: {id: 1}}]\n':b': ~\n"
    assert chosen(text) == {"a": {"name": "Ada", "inner": [{"id": "007"}]}, "b": "~"}


def test_tags_are_passed_over_and_build_nothing():
    text = "a: !ruby/object:Evil\n  name: !!python/object/apply:os.system ['exit 1']\n  z: !x y\n"
    assert chosen(text) == {"a": {"name": ["exit 1"]}}


def test_aliases_mean_what_they_name_also_where_it_was_passed_over():
    text = "a: {x: &n Ada, name: *n, inner: &i [{id: 1}]}\nb: {inner: *i, name: *nobody_knows}\n"
    assert chosen(text) == {
        "a": {"name": "Ada", "inner": [{"id": "1"}]},
        "b": {"inner": [{"id": "1"}], "name": None},
    }


def test_a_short_text_that_stands_for_an_endless_one_stays_short():
    lines = ["a: &a0 {name: [x, x]}"]
    lines += [f"a{n}: &a{n} {{name: [*a{n - 1}, *a{n - 1}]}}" for n in range(1, 60)]
    assert len(chosen("\n".join(lines))) == 60


@pytest.mark.parametrize("opening", ["[", "{name: "])
def test_depth_ends_nothing(opening):
    closing = "]" if opening == "[" else "}"
    for n in (9, 5000):
        made = chosen(f"a: {{name: {opening * n}{closing * n}}}\nb: c")
        assert made["b"] == "c"


def test_a_key_that_is_no_word_is_passed_over():
    assert chosen("a:\n  ? [1, 2]\n  : {name: x}\n  name: y\n") == {"a": {"name": "y"}}


@pytest.mark.parametrize(
    "text", ["- a list", "just text", "", "a: [1", "a: \x00", "a:\n - b\n c: d\n"]
)
def test_what_is_no_mapping_is_one_sentence(text):
    with pytest.raises(SubmissionError, match=r"^x\.yml.*\n  Download the export again\.$"):
        chosen(text)


def test_bytes_that_are_no_text_are_one_sentence():
    with pytest.raises(SubmissionError, match="is not valid YAML"):
        chosen_keys(b"a: \xff\xfe\xfa", KEYS, at="x.yml")
