"""Short answers: every format writes their forms."""

import zipfile
from io import BytesIO
from typing import Any, ClassVar

import msgspec
import pytest

from grader.quiz.items import kinds
from grader.quiz.items.item import Item
from tests.grader.quiz.exports.gift_reader import read as read_gift
from tests.grader.quiz.exports.moodle_rules import assert_importable, questions, shares, texts
from tests.grader.quiz.exports.qti_rules import assert_sound, by_name, tree
from tests.grader.quiz.exports.qti_session import Player


class _Near(msgspec.Struct, frozen=True, kw_only=True):
    forms: tuple[str, ...]
    feedback: str = ""
    misconception: str = ""
    points: int = 0


class _Short(Item, frozen=True, kw_only=True, tag="short"):
    """The keys of a short answer, where the kind itself is not there."""

    shape: ClassVar[str] = ""
    example: ClassVar[str] = ""
    accepted: tuple[str, ...]
    near: tuple[_Near, ...] = ()
    fold: tuple[str, ...] = ("case", "space", "punctuation")
    feedback: str = ""

    def misconception_ids(self) -> tuple[str, ...]:
        return tuple(near.misconception for near in self.near)


@pytest.fixture
def item():
    raw: dict[str, Any] = {
        "id": "sample.short",
        "concept": 5,
        "difficulty": 1,
        "points": 3,
        "stem": "What is added?",
        "explanation": "The input.",
        "accepted": ["its input", "a * b"],
        "near": [
            {"forms": ["norm"], "misconception": "a.b", "feedback": "That scales.", "points": 1},
            {"forms": ["mask"], "misconception": "a.c", "feedback": "That hides."},
        ],
        "feedback": "Follow the arrow.",
    }
    kind = kinds().get("short", _Short)
    return msgspec.convert(raw | {"kind": "short"}, kind)


def test_moodle_has_every_form_with_its_share(export, item):
    content, lost = export("moodle-xml", item)
    element = questions(content)[item.id]
    assert_importable(element)
    assert texts(element) == ["its input", r"a \* b", "norm", "mask", "*"]
    assert shares(element) == [100, 100, 33.33333, 0, 0]
    assert element.findtext("usecase") == "0"
    assert "differences in punctuation count there" in lost


def test_a_share_that_moodle_does_not_know_becomes_the_next_smaller_one(export, item):
    content, lost = export("moodle-xml", msgspec.structs.replace(item, points=7))
    assert shares(questions(content)[item.id])[2] == 14.28571
    content, lost = export("moodle-xml", msgspec.structs.replace(item, points=13))
    assert shares(questions(content)[item.id])[2] == 5
    assert "1 of 13 points for some answers became 5 %" in lost


def test_gift_is_read_elsewhere(export, item):
    found = read_gift(export("gift", item)[0])[item.id]
    assert [answer.fraction for answer in found.answers.answers] == [100, 100, 33.33333, 0, 0]


@pytest.mark.parametrize(
    ("typed", "points", "shown"),
    [("its input", 3, []), ("norm", 1, ["FORM3"]), ("mask", 0, ["FORM4"]), ("x", 0, ["OTHER"])],
)
def test_qti_gives_the_points_of_a_form_and_its_feedback(export, item, typed, points, shown):
    archive = zipfile.ZipFile(BytesIO(export("qti21", item)[0]))
    root = tree(archive.read("items/sample.short.xml"))
    assert_sound(root)
    outcomes = Player(root).answer(typed)
    assert (outcomes["SCORE"], outcomes["shown"]) == (points, [*shown, "explanation"])


def test_canvas_takes_every_accepted_form(export, item):
    content, lost = export("canvas", item)
    root = tree(zipfile.ZipFile(BytesIO(content)).read("sample/sample.xml"))
    assert [e.text for e in by_name(root, "varequal")] == ["its input", "a * b"]
    assert "lost: what to say about wrong forms, and points for some of them" in lost
