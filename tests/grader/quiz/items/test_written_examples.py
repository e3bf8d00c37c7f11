"""The page on writing questions shows every kind as it is."""

import re
from pathlib import Path

import yaml

from grader.quiz.bank.topics import read_item
from grader.quiz.items import kinds

PAGE = Path(__file__).parents[4] / "docs" / "questions.md"


def test_every_kind_has_a_section_with_its_example():
    text = PAGE.read_text(encoding="utf-8")
    shown = re.findall(r"^### `(\w+)`\n.*?^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert {kind for kind, _ in shown} == set(kinds())
    for kind, example in shown:
        raw = yaml.safe_load(example)
        assert raw == yaml.safe_load(kinds()[kind].example), "the page is behind the code"
        assert list(read_item(raw, at=kind).problems()) == []


def test_every_key_of_a_question_is_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    every = {name for kind in kinds().values() for name in kind.__struct_fields__}
    assert [
        name for name in sorted(every) if f"`{name}`" not in text and f"{name}:" not in text
    ] == []
