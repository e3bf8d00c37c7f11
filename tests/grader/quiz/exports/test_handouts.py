"""Markdown and JSON: without keys unless they are asked for."""

import json
import re

import msgspec
import pytest

from grader.quiz.bank.topics import read_item

FOR_TAKERS = {"id", "kind", "points", "stem", "unit"}


def secrets(item):
    """Every text of a question that no taker may see before it is due."""
    raw = msgspec.to_builtins(item)
    texts = {item.explanation, *item.misconception_ids()}
    for name in ("feedback", "feedback_true", "feedback_false", "misconception", "model_answer"):
        texts.add(raw.get(name) or "")
    for part in (*raw.get("options", ()), *raw.get("traps", ()), *raw.get("distractors", ())):
        texts |= {part.get("feedback") or "", part.get("misconception") or ""}
    texts |= {reason for _, _, reason in raw.get("before") or ()}
    texts |= {point["text"] for point in raw.get("rubric", ())}
    return {flat(text) for text in texts if text}


def flat(text):
    return " ".join(text.split())


@pytest.mark.parametrize("format_", ["markdown", "json"])
def test_no_key_feedback_rubric_or_explanation_is_in_a_handout(format_, shipped_topics, export):
    for topic in shipped_topics:
        content = export(format_, *topic.items)[0].decode()
        if format_ == "json":
            content = " ".join(texts_of(json.loads(content)))
        for item in topic.items:
            stem_and_parts = flat(" ".join([item.stem, *(p.text for p in item.present(0).parts)]))
            for secret in secrets(item):
                assert secret not in flat(content) or secret in stem_and_parts, (item.id, secret)


def texts_of(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)
    else:
        yield str(value)


def test_the_markdown_for_staff_has_every_secret(shipped_topics, export):
    for topic in shipped_topics:
        content = flat(export("markdown", *topic.items, with_keys=True)[0].decode())
        for item in topic.items:
            for secret in secrets(item):
                assert secret in content, (item.id, secret)


def test_a_handout_has_stem_parts_and_how_to_answer(export, question):
    text = export("markdown", question("shape"))[0].decode()
    assert text.startswith("# A <title> & more\n\n## 1. (1 point)\n\nWhich shape")
    assert re.findall(r"- \*\*(\w)\*\* (.+)", text) == [
        ("a", "T x T"),
        ("b", "B x V"),
        ("c", "B x T x V"),
    ]
    assert text.rstrip().endswith("Write the letter of the right answer.")


def test_the_key_is_told_by_the_letters_and_numbers_of_the_handout(export, question):
    def key(name):
        text = export("markdown", question(name), with_keys=True)[0].decode()
        return re.search(r"\*\*Key of `sample\.[a-z]+`:\*\*(.*)", text)[1].strip()

    assert (key("shape"), key("greedy"), key("chain")) == ("c", "b d", "3 2 1")
    assert (key("encoder"), key("loss"), key("why")) == ("", "", "")


def test_comments_for_staff_have_the_letters_and_the_order_of_the_handout(export, question):
    text = export("markdown", question("shape"), with_keys=True)[0].decode()
    assert re.findall(r"- (Right|Wrong), \*\*(\w)\*\*: (.+) →", text) == [
        ("Wrong", "a", "T x T"),
        ("Wrong", "b", "B x V"),
        ("Right", "c", "B x T x V"),
    ]


def test_no_number_is_given_as_an_example_on_paper(export, question):
    assert b"Write a number (nats).\n" in export("markdown", question("loss"))[0]


def test_parts_of_several_lines_stay_in_their_list(export, question):
    options = [
        {"id": "a", "text": "one\n\n```text\ncode\n```", "correct": True},
        {"id": "b", "text": "two"},
    ]
    text = export("markdown", question("shape", options=options, keep_order=True))[0].decode()
    assert "- **a** one\n\n  ```text\n  code\n  ```\n- **b** two" in text


def test_json_with_keys_is_the_question_as_it_stands_in_yaml(sample, export):
    record = json.loads(export("json", *sample.items, with_keys=True)[0])
    again = [read_item(raw, at="json") for raw in record["topics"][0]["questions"]]
    assert tuple(again) == sample.items


def test_json_for_takers_holds_what_the_terminal_shows(sample, export):
    record = json.loads(export("json", *sample.items, seed=3)[0])
    assert record["keys"] is False
    for raw, item in zip(record["topics"][0]["questions"], sample.items, strict=True):
        assert raw == json.loads(msgspec.json.encode(item.present(3)))
