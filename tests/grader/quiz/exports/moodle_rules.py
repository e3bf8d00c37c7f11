"""What Moodle's importer demands of a file, or silently makes of it otherwise."""

import re

from lxml import etree

FRACTIONS = [0, 5, 10, 11.11111, 12.5, 14.28571, 16.66667, 20, 25, 30, 33.33333, 40, 50, 60]
FRACTIONS += [66.66667, 70, 75, 80, 83.33333, 90, 100]
GRADING = {
    "ALL_OR_NOTHING",
    "ABSOLUTE_POSITION",
    "RELATIVE_NEXT_EXCLUDE_LAST",
    "RELATIVE_NEXT_INCLUDE_LAST",
    "RELATIVE_ONE_PREVIOUS_AND_NEXT",
    "RELATIVE_ALL_PREVIOUS_AND_NEXT",
    "LONGEST_ORDERED_SUBSET",
    "LONGEST_CONTIGUOUS_SUBSET",
    "RELATIVE_TO_CORRECT",
}


def questions(content):
    """The questions of a file by their idnumber."""
    root = etree.fromstring(content)
    assert root.tag == "quiz"
    found = [q for q in root if q.get("type") != "category"]
    assert root[0].get("type") == "category"
    return {q.findtext("idnumber"): q for q in found}


def assert_importable(question):
    assert question.findtext("name/text")
    assert question.find("questiontext").get("format") == "html"
    assert float(question.findtext("defaultgrade")) > 0
    assert 0 < len(question.findtext("idnumber")) <= 100
    for tag in question.iterfind("tags/tag"):
        assert tag.findtext("text").strip()
        assert "," not in tag.findtext("text")
    globals()[f"_{question.get('type')}"](question)


def shares(question):
    return [float(answer.get("fraction")) for answer in question.iterfind("answer")]


def texts(question):
    return [answer.findtext("text") for answer in question.iterfind("answer")]


def _multichoice(question):
    assert question.findtext("single") in ("true", "false")
    assert question.findtext("shuffleanswers") in ("true", "false")
    assert all(abs(share) in FRACTIONS for share in shares(question))
    earned = sum(share for share in shares(question) if share > 0)
    assert abs(earned - 100) < 0.1
    if question.findtext("single") == "true":
        assert shares(question).count(100) == 1
    _differ(question)


def _truefalse(question):
    assert sorted(texts(question)) == ["false", "true"]
    assert sorted(shares(question)) == [0, 100]


def _numerical(question):
    for answer in question.iterfind("answer"):
        if answer.findtext("text") != "*":
            float(answer.findtext("text"))
        assert float(answer.findtext("tolerance")) >= 0
    assert shares(question)[0] == 100
    assert question.findtext("showunits") in ("0", "1", "2", "3")


def _ordering(question):
    assert question.findtext("selecttype") == "ALL"
    assert question.findtext("gradingtype") in GRADING
    assert question.findtext("layouttype") == "VERTICAL"
    assert int(question.findtext("selectcount")) == len(texts(question)) >= 2
    _differ(question)


def _essay(question):
    assert question.findtext("responseformat") == "editor"
    assert question.find("answer") is None
    assert question.findtext("graderinfo/text")


def _shortanswer(question):
    assert question.findtext("usecase") in ("0", "1")
    assert 100 in shares(question)


def _matching(question):
    rows = question.findall("subquestion")
    asked = [row.findtext("text") for row in rows if row.findtext("text")]
    answers = [row.findtext("answer/text") for row in rows]
    assert len(asked) >= 2
    assert len(set(answers)) >= 3 or len(asked) == 2
    assert all(answers)
    assert "<" not in "".join(answers), "answers are plain text in a menu"


def _cloze(question):
    gaps = re.findall(r"\{(\d+):(\w+):(.*?)\}", question.findtext("questiontext/text"))
    assert gaps
    for _, kind, answers in gaps:
        assert kind in ("SHORTANSWER", "SHORTANSWER_C", "MULTICHOICE_S")
        assert any(answer.startswith("=") for answer in answers.split("~"))


def _differ(question):
    assert len(set(texts(question))) == len(texts(question)) >= 2
