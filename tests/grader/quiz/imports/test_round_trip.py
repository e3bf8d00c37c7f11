"""What we write we can read again: all that the format can hold is still there."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from grader.quiz.bank.topics import Topic, load, read_item, read_topic
from grader.quiz.exports import gift, moodle_xml, paired_parts, qti21
from grader.quiz.exports.export_job import ExportJob
from grader.quiz.exports.markup import html
from grader.quiz.exports.order_words import rewritten
from grader.quiz.imports.import_file import read_file
from grader.quiz.imports.writing import Defaults, write_topics
from grader.settings import shipped

KINDS_OF_QTI = ("choice", "choices", "ordering", "true_false", "matching")


@pytest.fixture(scope="session")
def shipped_topics():
    return load(shipped("questions")).topics


def there_and_back(topics, folder, write, name):
    """The topics after a trip through a file, by name."""
    path = folder / name
    path.write_bytes(write(topics, ExportJob()))
    write_topics(
        read_file(path).topics, folder / "back", Defaults(concept=1, difficulty=1), source=name
    )
    back = {}
    for file in sorted((folder / "back").glob("*.yaml")):
        if file.stem != "misconceptions":
            reading = read_topic(file)
            assert not reading.errors
            back[file.stem] = reading.topic
    return back


NO_LINK = re.compile(r'<a href="(?!https?://|mailto:)[^"]*">(.*?)</a>', re.DOTALL)


def meaning(text):
    """What a reader sees of Markdown: how it is written does not matter, nor links to nowhere."""
    seen = NO_LINK.sub(r"\1", html(text))
    return " ".join(seen.replace("<br />", "<br /> ").split())


def pairs(item):
    """Left texts with what they match, and what matches nothing, as a menu shows it."""
    right = paired_parts.menu_texts(item, ExportJob())
    menu = {name: " ".join(text.split()) for name, text in right.items()}
    left = {meaning(part.text): menu[part.match] for part in item.left}
    return left, {menu[part.id] for part in paired_parts.strays(item)}


def options(item):
    return {
        meaning(option.text): (option.correct, meaning(option.feedback)) for option in item.options
    }


HELD = {
    "choice": lambda item: (options(item), item.keep_order),
    "choices": lambda item: (options(item), item.keep_order),
    "true_false": lambda item: (
        item.answer,
        meaning(item.feedback_true),
        meaning(item.feedback_false),
        item.misconception,
    ),
    "numeric": lambda item: (
        item.answer,
        item.unit,
        meaning(item.feedback),
        [(trap.value, meaning(trap.feedback)) for trap in item.traps],
    ),
    "text": lambda item: (
        meaning(item.model_answer),
        [(point.id, point.points, meaning(point.text)) for point in item.rubric],
        item.misconceptions,
    ),
    "short": lambda item: (
        item.accepted,
        meaning(item.feedback),
        [(form, near.points, meaning(near.feedback)) for near in item.near for form in near.forms],
    ),
    "ordering": lambda item: (
        [meaning(item.show((name,))) for name in item.key()],
        item.rule,
    ),
    "matching": lambda item: pairs(item),
}


def stem_elsewhere(item):
    """Where no step belongs nowhere and one order is right, the text does not say otherwise."""
    if item.kind() != "ordering":
        return meaning(item.stem)
    return meaning(rewritten(item.stem, has_strays=False, has_orders=False).text)


COMMON = ("id", "points", "concept", "difficulty", "purpose", "tags")


def assert_held(before, after, *, common=COMMON, stem=stem_elsewhere):
    assert before.kind() == after.kind()
    for key in common:
        assert getattr(before, key) == getattr(after, key), key
    assert stem(before) == meaning(after.stem)
    assert meaning(before.explanation) == meaning(after.explanation)
    assert HELD[before.kind()](before) == HELD[before.kind()](after)


@pytest.fixture(scope="session")
def through_moodle(shipped_topics, tmp_path_factory):
    folder = tmp_path_factory.mktemp("moodle")
    return there_and_back(shipped_topics, folder, moodle_xml.write, "quiz.xml")


def taken(topic):
    """Without gaps in a listing, which no reader takes over."""
    return [item for item in topic.items if item.kind() != "fill"]


def test_moodle_xml_keeps_the_shipped_bank(shipped_topics, through_moodle):
    back = through_moodle
    assert set(back) == {topic.name for topic in shipped_topics}
    for topic in shipped_topics:
        assert back[topic.name].title == topic.title
        assert len(back[topic.name].items) == len(taken(topic))
        for before, after in zip(taken(topic), back[topic.name].items, strict=True):
            assert_held(before, after)


def test_moodle_xml_keeps_a_tolerance(shipped_topics, through_moodle):
    for topic in shipped_topics:
        for before in topic.items:
            if before.kind() == "numeric" and before.tolerance is not None:
                after = through_moodle[topic.name].item(before.id)
                assert after.tolerance == before.tolerance


def test_gift_keeps_what_it_can_hold(shipped_topics, tmp_path):
    held = HELD | {
        "text": lambda item: item.misconceptions,
        "ordering": lambda item: HELD["ordering"](item)[0],
        "choice": lambda item: options(item),
        "choices": lambda item: options(item),
    }
    topics = shipped_topics[::3]
    back = there_and_back(topics, tmp_path, gift.write, "quiz.gift")
    for topic in topics:
        for before, after in zip(taken(topic), back[topic.name].items, strict=True):
            assert (before.id, before.kind(), before.concept) == (
                after.id,
                after.kind(),
                after.concept,
            )
            assert stem_elsewhere(before) == meaning(after.stem)
            assert meaning(before.explanation) == meaning(after.explanation)
            assert held[before.kind()](before) == held[before.kind()](after)


def test_a_package_of_qti_keeps_choices_and_orders(shipped_topics, tmp_path):
    path = tmp_path / "quiz.zip"
    topics = shipped_topics[::3]
    path.write_bytes(qti21.write(topics, ExportJob()))
    reading = read_file(path)
    back = {name: raw for topic in reading.topics for name, raw in topic.questions.items()}
    assert [topic.title for topic in reading.topics] == [topic.title for topic in topics]
    for topic in topics:
        for before in topic.items:
            assert (before.id in back) == (before.kind() in KINDS_OF_QTI)
            if before.kind() in ("choice", "choices", "ordering"):
                raw = {"id": before.id, "concept": 1, "difficulty": 1, **back[before.id]}
                after = read_item(raw, at="back")
                assert_held(before, after, common=("id", "points"), stem=lambda i: meaning(i.stem))
            if before.kind() == "ordering":
                assert strays(before) == strays(after)


def strays(item):
    return {meaning(stray.text): meaning(stray.feedback) for stray in item.distractors}


WORDS = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("C", "Zl", "Zp", "Zs"), include_characters=" "
    ),
    min_size=1,
    max_size=20,
).map(lambda text: f"w{text}")
MARKDOWN = st.one_of(
    WORDS,
    st.sampled_from(
        [
            "$x_1 < y$",
            r"$\frac{a}{b}$",
            "`a_b`",
            "*a* b",
            "```text\na  b\n\nc\n```",
            "a\n\nb",
            "1. x",
        ]
    ),
)
DIFFERENT = st.lists(MARKDOWN, min_size=2, max_size=5, unique_by=meaning)


@st.composite
def questions(draw):
    """Questions of the kinds with options and steps, with texts of any sort."""
    kind = draw(st.sampled_from(["choice", "choices", "ordering"]))
    texts = draw(DIFFERENT)
    raw = {
        "id": "made.one",
        "kind": kind,
        "concept": draw(st.integers(1, 17)),
        "difficulty": draw(st.integers(1, 3)),
        "points": draw(st.integers(1, 5)),
        "stem": draw(MARKDOWN),
        "explanation": draw(MARKDOWN),
    }
    if kind == "ordering":
        raw["steps"] = [{"id": f"s{n}", "text": text} for n, text in enumerate(texts)]
        raw["rule"] = draw(st.sampled_from(["edit", "exact"]))
    else:
        right = draw(st.integers(1, len(texts) - 1)) if kind == "choices" else 1
        raw["options"] = [
            {"id": f"o{n}", "text": text, "correct": n < right, "feedback": draw(MARKDOWN)}
            for n, text in enumerate(texts)
        ]
    return read_item(raw, at="made")


def after_a_trip(item, tmp_path_factory, write, name):
    topic = Topic(
        name="made", title="Made", concepts=(1,), items=(item,), path=Path("made.yaml"), digest=""
    )
    return there_and_back((topic,), tmp_path_factory.mktemp("made"), write, name)["made"].items[0]


@given(item=questions())
@settings(max_examples=20, deadline=None)
def test_moodle_xml_keeps_questions_of_any_text(item, tmp_path_factory):
    assert_held(item, after_a_trip(item, tmp_path_factory, moodle_xml.write, "q.xml"))


@given(item=questions())
@settings(max_examples=20, deadline=None)
def test_gift_keeps_questions_of_any_text(item, tmp_path_factory):
    after = after_a_trip(item, tmp_path_factory, gift.write, "q.gift")
    assert meaning(after.stem) == meaning(item.stem)
    assert meaning(after.explanation) == meaning(item.explanation)
    if item.kind() == "ordering":
        assert one_line(after.show(after.key())) == one_line(item.show(item.key()))
    else:
        assert options(after) == options(item)


def one_line(text):
    """A step of GIFT has no lines."""
    return " ".join(meaning(text).split())


@given(item=questions())
@settings(max_examples=20, deadline=None)
def test_qti_keeps_questions_of_any_text(item, tmp_path_factory):
    after = after_a_trip(item, tmp_path_factory, qti21.write, "q.zip")
    if item.kind() == "ordering":  # its rule is said to be lost
        after = replace(after, rule=item.rule)
    assert_held(item, after, common=("id", "points"), stem=lambda item: meaning(item.stem))
