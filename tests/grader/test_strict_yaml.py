"""YAML into typed values, and the sentence about each thing that is wrong with it."""

from typing import Any, Literal

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import strict_yaml
from grader.errors import CourseError


class Part(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    name: str
    size: int = 1


class Row(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    name: str
    kind: Literal["plain", "fancy"] = "plain"


class Settings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    title: str
    parts: list[Part] = []
    limits: Part | None = None
    ratio: float = 0.5
    ready: bool = False
    kind: Literal["plain", "fancy"] = "plain"
    sizes: dict[str, int] = {}
    table: dict[str, Row] = {}


def sentence(text, type_=Settings):
    with pytest.raises(CourseError) as raised:
        strict_yaml.parse(text, type_, at="a.yaml")
    assert raised.value.exit_code == 2
    return str(raised.value)


def test_yaml_becomes_typed_values():
    text = """
title: Decoder
parts:
  - {name: embed}
  - name: softmax
    size: 3
ratio: 1
sizes: {a: 1}
"""
    assert strict_yaml.parse(text, Settings, at="a.yaml") == Settings(
        title="Decoder",
        parts=[Part(name="embed"), Part(name="softmax", size=3)],
        ratio=1.0,
        sizes={"a": 1},
    )


MISTAKES = {
    "a misspelt key": (
        "title: x\nlimit: {name: a}\n",
        "a.yaml:2: there is no key 'limit' here\n  Did you mean 'limits'?",
    ),
    "a misspelt key deep inside": (
        "title: x\nparts:\n  - name: a\n  - nmae: b\n    name: c\n",
        "a.yaml:4: parts[1]: there is no key 'nmae' here\n  Did you mean 'name'?",
    ),
    "an unknown key": (
        "title: x\nzzz: 1\n",
        "a.yaml:2: there is no key 'zzz' here\n"
        "  There is: kind, limits, parts, ratio, ready, sizes, table, title.",
    ),
    "a missing key": ("ratio: 1\n", "a.yaml:1: `title` is missing\n  Add `title: ...`."),
    "a missing key deep inside": (
        "title: x\nparts:\n  - size: 2\n",
        "a.yaml:3: parts[0]: `name` is missing\n  Add `name: ...`.",
    ),
    "a number for a text": (
        "title: 3\n",
        "a.yaml:1: title: expected a text, got 3\n  Write a text, in quotes.",
    ),
    "a text for an integer": (
        "title: x\nlimits:\n  name: a\n  size: many\n",
        "a.yaml:4: limits.size: expected an integer, got 'many'\n  Write an integer.",
    ),
    "yes in quotes": (
        "title: x\nready: 'yes'\n",
        "a.yaml:2: ready: expected true or false, got 'yes'\n  Write true or false.",
    ),
    "a mapping for a list": (
        "title: x\nparts: {name: a}\n",
        "a.yaml:2: parts: expected a list, got {'name': 'a'}\n  Write a list.",
    ),
    "a list for a mapping": (
        "- title: x\n",
        "a.yaml:1: expected a mapping, got [{'title': 'x'}]\n  Write a mapping.",
    ),
    "an unknown word": (
        "title: x\nkind: nice\n",
        "a.yaml:2: kind: expected one of plain, fancy, got 'nice'",
    ),
    "a wrong value in a mapping": (
        "title: x\nsizes: {a: one}\n",
        "a.yaml:2: sizes",
    ),
    "a wrong choice in a table": (
        "title: x\ntable:\n  a.b: {name: x}\n  c: {name: y, kind: nice}\n",
        "a.yaml:4: table.c.kind: expected one of plain, fancy, got 'nice'",
    ),
    "an unknown key in a table": (
        "title: x\ntable:\n  a.b: {nam: x}\n",
        "a.yaml:3: table.a.b: there is no key 'nam' here\n  Did you mean 'name'?",
    ),
    "nothing": ("", "a.yaml: expected a mapping, got None\n  Write a mapping."),
    "a date for a text": ("title: 2024-02-03\n", "a.yaml:1: title: expected a text, got"),
    "an impossible date": ("title: 2024-99-99\n", "a.yaml: is not valid YAML: month must be"),
    "a key twice": (
        "title: x\nratio: 1\ntitle: y\n",
        "a.yaml:3: is not valid YAML: the key 'title' stands twice",
    ),
    "a key twice deep inside": (
        "title: x\nparts:\n  - name: a\n    name: b\n",
        "a.yaml:4: is not valid YAML: the key 'name' stands twice",
    ),
    "a bracket without end": ("title: [x\n", "a.yaml:2: is not valid YAML: "),
    "a tabulator": ("title: x\nparts:\n\t- name: a\n", "a.yaml:3: is not valid YAML: "),
    "a colon in a text": ("title: a: b\n", "a.yaml:1: is not valid YAML: "),
    "two documents": ("title: x\n---\ntitle: y\n", "a.yaml:2: is not valid YAML: "),
    "an unknown anchor": ("title: *x\n", "a.yaml:1: is not valid YAML: "),
    "a Python object": (
        "title: !!python/object/apply:os.system ['true']\n",
        "a.yaml:1: is not valid YAML: ",
    ),
    "a control character": ("title: \x07\n", "a.yaml: is not valid YAML: "),
    "a list as a key": ("title: x\n? [a, b]\n: c\n", "a.yaml:2: is not valid YAML: "),
    "a mapping as a key": ("title: x\n{a: b}: c\n", "a.yaml:2: is not valid YAML: "),
    "a list as a key, twice": ("? [a]\n: 1\n? [a]\n: 2\n", "a.yaml:1: is not valid YAML: "),
    "brackets without end": ("title: " + "[" * 5000, "a.yaml:2: is not valid YAML: "),
    "deep brackets": (
        "title: " + "[" * 5000 + "]" * 5000,
        "a.yaml:1: title: expected a text, got [[[[[[[...]]]]]]]\n",
    ),
    "a long list": (
        f"title: {list(range(1000))}",
        "a.yaml:1: title: expected a text, got [0, 1, 2, 3, 4, 5, ...]\n",
    ),
}


@pytest.mark.parametrize(("text", "start"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_sentence_with_file_line_and_key(text, start):
    assert sentence(text).startswith(start)


def test_a_number_as_a_key_is_no_field():
    assert "a.yaml" in sentence("title: x\n1: y\n")


def test_the_merge_key_of_yaml_may_stand_beside_the_keys_it_brings():
    text = "base: &base {name: a, size: 1}\nmore:\n  <<: *base\n  size: 2\n"
    assert strict_yaml.parse(text, dict, at="a.yaml")["more"] == {"name": "a", "size": 2}


def test_a_file_that_is_missing_is_one_sentence(tmp_path):
    with pytest.raises(CourseError) as raised:
        strict_yaml.read(tmp_path / "a.yaml", Settings)
    assert str(raised.value) == (
        f"{tmp_path / 'a.yaml'}: cannot be read (No such file or directory)\n"
        "  Check the path and its rights."
    )


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(CourseError, match="cannot be read"):
        strict_yaml.read(tmp_path, Settings)


def test_a_file_that_is_not_utf8_is_one_sentence(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"title: caf\xe9\n")
    with pytest.raises(CourseError, match="is not UTF-8 text"):
        strict_yaml.read(tmp_path / "a.yaml", Settings)


def test_a_byte_order_mark_does_not_matter(tmp_path):
    (tmp_path / "a.yaml").write_bytes("\ufefftitle: x\n".encode())
    assert strict_yaml.read(tmp_path / "a.yaml", Settings).title == "x"


def problem_with(text):
    """The sentence about a text that is wrong, or a stand-in where there is nothing to say."""
    try:
        strict_yaml.parse(text, Settings, at="a.yaml")
    except CourseError as error:
        return str(error)
    return "a.yaml:\n  There is nothing to mend."


@settings(deadline=None, max_examples=300)
@given(st.text("titleparsnm: -[]{}'\"\n#&*!|>?%@`~,1\t", max_size=60))
def test_whatever_stands_in_the_file_there_is_a_value_or_a_sentence(text):
    assert problem_with(text).startswith("a.yaml")


@settings(deadline=None, max_examples=200)
@given(
    st.dictionaries(
        st.sampled_from(["title", "parts", "limits", "ratio", "ready", "kind", "sizes", "more"]),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-3, 3)
            | st.floats()
            | st.text("ab ", max_size=3),
            lambda inner: (
                st.lists(inner, max_size=2)
                | st.dictionaries(st.sampled_from(["name", "size", "x y", "3"]), inner, max_size=2)
            ),
            max_leaves=4,
        ),
    )
)
def test_whatever_the_values_are_there_is_a_value_or_a_sentence(data):
    assert "\n  " in problem_with(yaml.safe_dump(data)), "the sentence says what to do"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title: x\nparts: [" + "[" * 100_000, "x.yaml:2: has more than 20 lists or mappings"),
        ("title: &a x\nkind: *a\n", "x.yaml:2: has an alias (`*name`)"),
        ("title: " + "x" * 1_000_000, "is larger than 1,000,000 bytes"),
        ("title: [", "is not valid YAML"),
    ],
)
def test_a_students_file_can_neither_fill_the_memory_nor_end_the_process(tmp_path, text, says):
    path = tmp_path / "x.yaml"
    path.write_text(text)
    with pytest.raises(CourseError) as raised:
        strict_yaml.read(path, Settings, trusted=False)
    assert says in str(raised.value)


def test_a_file_of_the_course_may_use_aliases(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("title: &a plain\nkind: *a\n")
    assert strict_yaml.read(path, Settings).kind == "plain"


@pytest.mark.parametrize(("written", "means"), [("010", "8"), ("0x1F", "31"), ("1:30", "90")])
def test_a_number_in_another_base_is_refused_in_a_file_of_the_course(written, means):
    with pytest.raises(CourseError, match=f"{written} means {means} in YAML; write that, or") as no:
        strict_yaml.parse(f"points: {written}", dict[str, int], at="a.yaml")
    assert "a.yaml:1" in str(no.value)


@pytest.mark.parametrize("written", ["12", "-3", "0.5", "1_000", "1.5e+3"])
def test_a_plain_number_is_read(written):
    read = strict_yaml.parse(f"points: {written}", dict[str, float], at="a.yaml")
    assert read["points"] == float(written)


@pytest.mark.parametrize("written", ["010", "1e3", "2026-11-28", "1:30", "12.50"])
def test_a_number_of_a_student_stays_as_it_was_written(tmp_path, written):
    (tmp_path / "a.yaml").write_text(f"one: {written}\ntwo: true\nthree:\n")
    read = strict_yaml.read(tmp_path / "a.yaml", dict[str, Any], trusted=False)
    assert read == {"one": written, "two": True, "three": None}
