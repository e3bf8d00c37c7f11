"""Canvas: QTI 1.2, and what its importer makes of names and conditions."""

import os
import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree

from tests.grader.quiz.exports.qti_rules import by_name

SCHEMAS = os.environ.get("GRADER_QTI_SCHEMAS")  # a folder; schemas may not be handed on
TYPES = {
    "choice": "multiple_choice_question",
    "choices": "multiple_answers_question",
    "true_false": "true_false_question",
    "numeric": "numerical_question",
    "ordering": "matching_question",
    "text": "essay_question",
    "matching": "matching_question",
    "fill": "fill_in_multiple_blanks_question",
    "short": "short_answer_question",
}


@pytest.fixture
def files(export):
    def run(*items):
        archive = zipfile.ZipFile(BytesIO(export("canvas", *items)[0]))
        return {name: etree.fromstring(archive.read(name)) for name in archive.namelist()}

    return run


@pytest.fixture
def item(files):
    return lambda question: by_name(files(question)["sample/sample.xml"], "item")[0]


def fields(item):
    entries = by_name(item, "qtimetadatafield")
    return {e[0].text: e[1].text for e in entries}


def test_every_shipped_question_has_the_type_and_the_names_that_canvas_knows(shipped_topics, files):
    for topic in shipped_topics:
        (found,) = (
            tree for name, tree in files(*topic.items).items() if name == "sample/sample.xml"
        )
        items = by_name(found, "item")
        assert [one.get("ident") for one in items] == [one.id for one in topic.items]
        for element, one in zip(items, topic.items, strict=True):
            assert fields(element)["question_type"] == TYPES[one.kind()]
            assert fields(element)["points_possible"] == str(one.points)
            _assert_conditions_are_answered(element)


def _assert_conditions_are_answered(item):
    labels = {e.get("ident") for e in by_name(item, "response_label")}
    responses = {
        e.get("ident") for name in ("response_lid", "response_str") for e in by_name(item, name)
    }
    for test in by_name(item, "varequal"):
        assert test.get("respident") in responses
        if by_name(item, "render_choice"):
            assert test.text in labels
    shown = {e.get("linkrefid") for e in by_name(item, "displayfeedback")}
    assert shown == {e.get("ident") for e in by_name(item, "itemfeedback")}


def test_names_of_feedback_hold_no_word_that_canvas_would_misread(shipped_topics, files):
    for topic in shipped_topics:
        for feedback in by_name(files(*topic.items)["sample/sample.xml"], "itemfeedback"):
            name = feedback.get("ident")
            assert name == "general_fb" or name.removesuffix("_fb").isdecimal()


def test_several_answers_want_all_right_ones_and_no_other(item, question):
    element = item(question("greedy"))
    (both,) = by_name(element, "and")
    assert sorted(etree.QName(child).localname for child in both) == [
        "not",
        "not",
        "varequal",
        "varequal",
    ]


def test_a_number_is_a_value_or_a_range(item, question):
    element = item(question("loss"))
    assert by_name(element, "varequal")[0].text == "3.912"
    assert 3.906999999 < float(by_name(element, "vargte")[0].text) < 3.907
    assert 3.917 < float(by_name(element, "varlte")[0].text) < 3.917000001


def test_an_ordering_matches_places_and_steps_and_offers_the_stray_one(item, question):
    element = item(question("flow"))
    rows = by_name(element, "response_lid")
    assert [by_name(row, "mattext")[0].text for row in rows] == [f"Step {n}" for n in range(1, 8)]
    texts = {
        e.get("ident"): by_name(e, "mattext")[0].text for e in by_name(rows[0], "response_label")
    }
    assert "Update the weights" in texts.values()
    key = {test.get("respident"): texts[test.text] for test in by_name(element, "varequal")}
    assert key["response_1"] == "Encode the text"
    assert key["response_7"] == "Select a token"
    assert {e.get("action") for e in by_name(element, "setvar")} == {"Add"}


def test_the_rubric_of_an_essay_is_not_shown_to_takers(files, question):
    content = b"".join(etree.tostring(tree) for tree in files(question("why")).values())
    assert b"second sequence" not in content


def test_the_manifest_names_each_file(files, sample):
    trees = files(*sample.items)
    manifest = trees.pop("imsmanifest.xml")
    assert {e.get("href") for e in by_name(manifest, "file")} == set(trees)
    types = [e.get("type") for e in by_name(manifest, "resource")]
    assert types == [
        "imsqti_xmlv1p2",
        "associatedcontent/imscc_xmlv1p1/learning-application-resource",
    ]


@pytest.mark.skipif(SCHEMAS is None, reason="GRADER_QTI_SCHEMAS names no folder with schemas")
def test_every_shipped_question_fits_the_dtd_of_qti_1(shipped_topics, files):
    found = sorted(Path(SCHEMAS).rglob("ims_qtiasiv1p2*.dtd"))
    if not found:
        pytest.skip(f"there is no ims_qtiasiv1p2*.dtd in {SCHEMAS}")
    dtd = etree.DTD(str(found[-1]))
    for topic in shipped_topics:
        written = etree.tostring(files(*topic.items)["sample/sample.xml"]).decode()
        bare = etree.fromstring(re.sub(r' xmlns="[^"]*"', "", written, count=1))
        assert dtd.validate(bare), dtd.error_log


def test_a_number_near_zero_is_warned_of(export, question):
    tiny = question("loss", answer=0.00002, tolerance=0.00001, traps=[])
    assert any("may count as 0" in what for what in export("canvas", tiny)[1])


def test_code_in_a_menu_is_in_one_line_and_it_is_said(export, question):
    steps = [{"id": "a", "text": "```\nx = 1\ny\n```"}, {"id": "b", "text": "`b`"}]
    lost = export("canvas", question("chain", steps=steps))[1]
    assert "code in steps is in one line, since a menu shows no formatting" in lost


def test_a_formula_in_a_menu_is_plain_text(export, item, question):
    steps = [{"id": "a", "text": r"Divide by $\sqrt{d_h}$"}, {"id": "b", "text": r"$x \nosuch$"}]
    labels = [
        e.findtext(".//{*}mattext")
        for e in by_name(item(question("chain", steps=steps)), "response_label")
    ]
    assert "Divide by \u221ad_h" in labels
    assert r"x \nosuch" in labels
    lost = export("canvas", question("chain", steps=steps))[1]
    assert "formulas in steps are plain text, since a menu shows no formatting" in lost
    assert "formulas in steps are shown as LaTeX, since a menu shows no formatting" in lost
