"""Matches and gaps: what is written earns elsewhere what it earns here."""

import re
import zipfile
from html import unescape
from io import BytesIO
from itertools import product

import pytest
import yaml
from msgspec.structs import replace

from grader.quiz.bank.topics import read_item
from grader.quiz.exports import paired_parts
from grader.quiz.exports.export_job import ExportJob
from grader.quiz.items import kinds
from tests.grader.quiz.exports.moodle_rules import assert_importable, questions
from tests.grader.quiz.exports.qti_rules import assert_sound, by_name, tree
from tests.grader.quiz.exports.qti_session import Player


def example(kind):
    return read_item(yaml.safe_load(kinds()[kind].example), at="example")


@pytest.fixture
def matching():
    return example("matching")


@pytest.fixture
def fill():
    return example("fill")


def qti_item(content, item):
    return tree(zipfile.ZipFile(BytesIO(content)).read(f"items/{item.id}.xml"))


def test_every_answer_to_a_match_earns_in_qti_what_it_earns_here(export, matching):
    content, _ = export("qti21", matching)
    assert_sound(qti_item(content, matching))
    job = ExportJob()
    left = {p.id: f"L{n}" for n, p in enumerate(paired_parts.left_mixed(matching, job), start=1)}
    right = {p.id: f"R{n}" for n, p in enumerate(paired_parts.right_mixed(matching, job), start=1)}
    for chosen in product(right, repeat=len(left)):
        response = tuple(f"{part}={one}" for part, one in zip(left, chosen, strict=True))
        given = [f"{left[part]} {right[one]}" for part, one in zip(left, chosen, strict=True)]
        outcomes = Player(qti_item(content, matching)).answer(given)
        assert outcomes["SCORE"] == matching.mark(response).points
        says_row = any(
            "Each position has a row" in text for text in matching.mark(response).feedback
        )
        assert (len(outcomes["shown"]) == 2) == says_row


def test_every_answer_to_gaps_earns_in_qti_what_it_earns_here(export, fill):
    content, _ = export("qti21", fill)
    assert_sound(qti_item(content, fill))
    options = fill.gaps[1].arranged(0, fill.id).values()
    names = {option.id: f"RESPONSE2_C{n}" for n, option in enumerate(options, start=1)}
    for typed, chosen in product(("argmax", "max", "Argmax", "sum"), names):
        outcomes = Player(qti_item(content, fill)).answer(
            {"RESPONSE": typed, "RESPONSE2": names[chosen]}
        )
        mark = fill.mark((f"pick={typed}", f"axis={chosen}"))
        assert outcomes["SCORE"] == mark.points
        assert len(outcomes["shown"]) == len(mark.feedback) + 1
    assert Player(qti_item(content, fill)).answer({})["shown"] == []


def test_moodle_matches_texts_and_has_what_matches_nothing(export, matching):
    content, lost = export("moodle-xml", matching)
    element = questions(content)[matching.id]
    assert_importable(element)
    rows = {
        row.findtext("answer/text"): row.findtext("text") for row in element.findall("subquestion")
    }
    assert rows == {
        "T rows of V numbers": "Output projection",
        "One integer": "Selection",
        "V numbers": "",
    }
    assert "lost: what to say about wrong pairs" in lost


def cloze(content, item):
    """The gaps as Moodle reads them: cut first, then without entities."""
    text = questions(content)[item.id].findtext("questiontext/text")
    found = re.findall(r"\{(\d+):(\w+):(.*?)\}", text)
    return [
        (int(weight), kind, [unescape(answer) for answer in re.split("~", answers)])
        for weight, kind, answers in found
    ]


def test_gaps_are_a_cloze_question_of_moodle(export, fill):
    content, _ = export("moodle-xml", fill)
    assert_importable(questions(content)[fill.id])
    (weight, kind, typed), (_, menu, offered) = cloze(content, fill)
    assert (weight, kind, menu) == (1, "SHORTANSWER_C", "MULTICHOICE_S")
    assert typed[0] == "=argmax"
    assert typed[1].startswith("max#<p>That is how probable")
    assert typed[2].startswith("*#")
    assert sorted(one.partition("#")[0] for one in offered) == ["1", "=-1"]


def test_signs_of_the_notation_do_not_end_a_gap(export, fill):
    nasty = "d['a~b'] # {x} = 2 * y"
    gap = replace(fill.gaps[0], accepted=(nasty,))
    content, _ = export("moodle-xml", replace(fill, gaps=(gap, fill.gaps[1])))
    first, _ = cloze(content, fill)
    assert first[2][0] == "=d['a~b'] # {x} = 2 \\* y"


def test_points_that_gaps_cannot_share_are_said_to_change(export, fill):
    content, lost = export("moodle-xml", replace(fill, points=3))
    assert [weight for weight, *_ in cloze(content, fill)] == [1, 1]
    assert "its points became 2, one a gap: Moodle's gaps are whole" in lost


def test_gift_has_one_gap_and_no_more(export, fill):
    alone = replace(fill, listing="p.[[pick]]()", gaps=fill.gaps[:1])
    content, _ = export("gift", alone)
    assert "<pre>p._____()</pre>" in content.decode().replace("\\", "")
    assert "=%100%argmax" in content.decode()
    assert "GIFT has no question with several gaps" in export("gift", fill)[1][0]


def test_canvas_gives_each_part_its_share(export, matching, fill):
    content, _ = export("canvas", matching, fill)
    root = tree(zipfile.ZipFile(BytesIO(content)).read("sample/sample.xml"))
    assert [e.text for e in by_name(root, "setvar")] == ["50.00"] * 4


def test_a_handout_has_both_sides_and_its_key_the_letters(export, matching, fill):
    content, _ = export("markdown", matching, fill)
    text = content.decode()
    assert "To choose from:" in text
    assert "___1___" in text
    assert "argmax" not in text
    with_key, _ = export("markdown", matching, fill, with_keys=True)
    (key,) = re.findall(r"Key of `example.matching`:\*\* (.*)", with_key.decode())
    given = matching.read_typed(key, seed=0)
    assert given == matching.key()
