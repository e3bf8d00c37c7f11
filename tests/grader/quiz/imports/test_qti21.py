"""Items of QTI 2 as others write them."""

import zipfile
from io import BytesIO

import pytest

from grader.errors import CourseError

NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"


def item(body, response, *, more="", processing="", namespace=NAMESPACE):
    return f"""<?xml version="1.0"?>
    <assessmentItem xmlns="{namespace}" identifier="mask-1" title="Mask"
        adaptive="false" timeDependent="false">
      {response}{more}<itemBody>{body}</itemBody>{processing}
    </assessmentItem>"""


def response(*values, cardinality="single"):
    inside = "".join(f"<value>{value}</value>" for value in values)
    return f"""<responseDeclaration identifier="R" cardinality="{cardinality}"
      baseType="identifier"><correctResponse>{inside}</correctResponse></responseDeclaration>"""


CHOICE = """<p>Look at <strong>this</strong>.</p>
  <pre><code class="language-text">a_b</code></pre>
  <choiceInteraction responseIdentifier="R" shuffle="true" maxChoices="1">
    <prompt>Which keys?</prompt>
    <simpleChoice identifier="A">future
      <feedbackInline outcomeIdentifier="F" identifier="A" showHide="show">Yes.</feedbackInline>
    </simpleChoice>
    <simpleChoice identifier="B">past</simpleChoice>
  </choiceInteraction>"""
ORDER = """<orderInteraction responseIdentifier="R" shuffle="true"><prompt>Arrange</prompt>
    <simpleChoice identifier="S1">last</simpleChoice>
    <simpleChoice identifier="S2">first</simpleChoice>
    <simpleChoice identifier="S3">never</simpleChoice></orderInteraction>"""
MATCH = f'<responseProcessing template="{NAMESPACE}/rptemplates/match_correct"/>'


@pytest.fixture
def one(read):
    def run(*parts, **options):
        questions, lost = read(item(*parts, **options))
        return next(iter(questions.values()), None), lost

    return run


def test_a_choice_has_stem_prompt_options_and_feedback(one):
    raw, lost = one(CHOICE, response("A"), processing=MATCH)
    assert raw["kind"] == "choice"
    assert raw["stem"].split("\n\n") == [
        "Look at **this**.",
        "```text\na_b\n```",
        "Which keys?",
    ]
    assert raw["options"] == [
        {"id": "a", "text": "future", "correct": True, "feedback": "Yes."},
        {"id": "b", "text": "past"},
    ]
    assert lost == []


def test_several_answers_may_be_right(one):
    raw, lost = one(CHOICE, response("A", "B", cardinality="multiple"), processing=MATCH)
    assert raw["kind"] == "choices"
    assert [option["correct"] for option in raw["options"]] == [True, True]
    # all or nothing there, and each of them a half here
    assert lost == [
        "mask-1: marked otherwise: ours are right minus wrong, whatever its processing says"
    ]


def test_a_mapping_tells_what_is_right_where_there_is_no_key(one):
    mapped = """<responseDeclaration identifier="R" cardinality="single" baseType="identifier">
      <mapping><mapEntry mapKey="B" mappedValue="1"/>
      <mapEntry mapKey="A" mappedValue="-1"/></mapping>
      </responseDeclaration>"""
    assert [o.get("correct") for o in one(CHOICE, mapped)[0]["options"]] == [None, True]


def test_an_order_takes_its_key_and_what_stands_outside_it(one):
    raw, lost = one(ORDER, response("S2", "S1", cardinality="ordered"), processing=MATCH)
    assert [step["text"] for step in raw["steps"]] == ["first", "last"]
    assert [stray["text"] for stray in raw["distractors"]] == ["never"]
    assert (raw["rule"], lost) == ("exact", [])


def test_points_are_those_of_the_score(one):
    score = '<outcomeDeclaration identifier="SCORE" cardinality="single" normalMaximum="3.0"/>'
    assert one(CHOICE, response("A"), more=score)[0]["points"] == 3


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ('<extendedTextInteraction responseIdentifier="R"/>', "it has extendedTextInteraction"),
        (CHOICE + ORDER, "it has choiceInteraction, orderInteraction"),
        (CHOICE + CHOICE, "it has 2 of choiceInteraction"),
        ("<p>Only text.</p>", "it has no interaction"),
    ],
)
def test_other_items_are_left_out_and_named(one, body, why):
    raw, lost = one(body, response("A"))
    assert raw is None
    assert lost[0].startswith("mask-1: left out: only one choice, order or match")
    assert lost[0].endswith(why)


def test_formulas_in_mathml_and_rubrics_are_said_to_be_lost(one):
    body = '<p>A <math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi></math></p>' + CHOICE
    body = '<rubricBlock view="scorer"><p>secret</p></rubricBlock>' + body
    raw, lost = one(body, response("A"))
    assert "secret" not in raw["stem"]
    assert lost == ["mask-1: lost: <math>", "mask-1: lost: its rubric"]


def test_a_key_that_names_no_choice_leaves_the_item_out(one):
    assert one(ORDER, response("S9", cardinality="ordered"))[1] == [
        "mask-1: left out: its correct response is missing, or names unknown choices"
    ]


def packed(**files):
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "/") + ".xml", content)
    return out.getvalue()


def test_a_package_without_tests_is_one_topic(read):
    questions, _ = read(packed(items_a=item(CHOICE, response("A")), imsmanifest="<manifest/>"))
    assert list(questions) == ["imported.mask-1"]


def test_a_test_names_the_topic_of_its_items(read):
    test = f"""<assessmentTest xmlns="{NAMESPACE}" identifier="masks" title="All masks"><testPart>
      <assessmentItemRef identifier="i" href="../items/a.xml"/></testPart></assessmentTest>"""
    content = packed(tests_t=test, items_a=item(CHOICE, response("A")))
    assert list(read(content)[0]) == ["masks.mask-1"]


def test_a_package_of_canvas_is_refused_with_what_to_do(read):
    with pytest.raises(CourseError, match=r"holds no item of QTI 2\.1\n  Export .*Canvas"):
        read(packed(quiz="<questestinterop/>"))


def test_version_3_is_refused_with_what_to_do(read):
    text = item(CHOICE, response("A"), namespace="http://www.imsglobal.org/xsd/imsqtiasi_v3p0")
    with pytest.raises(CourseError, match="expected <assessmentItem> of QTI 2"):
        read(text)


MATHS = '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>{}</mi></math>'


def choices(*texts):
    inside = "".join(
        f'<simpleChoice identifier="{name}">{text}</simpleChoice>'
        for name, text in zip("ABC", texts, strict=False)
    )
    return f"""<choiceInteraction responseIdentifier="R" shuffle="true" maxChoices="1">
      <prompt>Which?</prompt>{inside}</choiceInteraction>"""


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ((MATHS.format("d"), MATHS.format("e")), "its answers are formulas in MathML"),
        (("x = " + MATHS.format("d"), "y"), "its answers are formulas in MathML"),
        (('<object data="a.svg"/>', "y"), "one of its options has no text"),
        (("y", "<p>y</p>"), "two of its options look alike: 'y'"),
    ],
)
def test_an_item_whose_answers_would_be_broken_is_left_out(one, texts, why):
    raw, lost = one(choices(*texts), response("A"))
    assert raw is None
    assert lost[-1] == f"mask-1: left out: {why}"


def test_links_and_text_alternatives_are_kept(one):
    body = '<p>See <a href="https://x.org">this</a>: <img src="a.png" alt="a flow"/></p>'
    raw, lost = one(body + choices("a", "b"), response("A"))
    assert raw["stem"].startswith("See [this](https://x.org): a flow")
    assert lost == ["mask-1: lost: an image (its text alternative is kept)"]


def mapped(*entries, bound=""):
    inside = "".join(f'<mapEntry mapKey="{key}" mappedValue="{value}"/>' for key, value in entries)
    return f"""<responseDeclaration identifier="R" cardinality="single" baseType="identifier">
      <correctResponse><value>A</value></correctResponse>
      <mapping{bound}>{inside}</mapping></responseDeclaration>"""


BY_MAP = f'<responseProcessing template="{NAMESPACE}/rptemplates/map_response"/>'


def test_points_of_a_mapping_are_kept_and_partial_ones_said_to_be_lost(one):
    raw, lost = one(choices("a", "b"), mapped(("A", 3)), processing=BY_MAP)
    assert (raw["points"], lost) == (3, [])
    raw, lost = one(
        choices("a", "b", "c"), mapped(("A", 2), ("B", 1), ("C", -1)), processing=BY_MAP
    )
    assert raw["points"] == 2
    assert lost == [
        "mask-1: lost: part of the points for some answers, which now are wrong",
        "mask-1: lost: that some wrong answers cost points",
    ]


def test_points_that_the_processing_gives_are_kept(one):
    processing = """<responseProcessing><responseCondition><responseIf>
      <match><variable identifier="R"/><correct identifier="R"/></match>
      <setOutcomeValue identifier="SCORE"><baseValue baseType="float">2.5</baseValue>
      </setOutcomeValue></responseIf></responseCondition></responseProcessing>"""
    raw, lost = one(choices("a", "b"), response("A"), processing=processing)
    assert raw["points"] == 2
    assert lost == ["mask-1: 2.5 points became 2: ours are whole"]


def test_two_feedbacks_of_one_name_are_both_kept(one):
    said = "".join(
        f'<modalFeedback outcomeIdentifier="{name}" identifier="A" showHide="show">{text}'
        "</modalFeedback>"
        for name, text in (("F", "Yes."), ("G", "More."))
    )
    raw, _ = one(choices("a", "b"), response("A"), processing=MATCH + said)
    assert raw["options"][0]["feedback"] == "Yes.\n\nMore."


def test_a_title_that_says_more_than_the_identifier_is_said_to_be_lost(read):
    text = item(choices("a", "b"), response("A"), processing=MATCH)
    assert read(text.replace('title="Mask"', 'title="Why masks"'))[1] == [
        "mask-1: lost: its title 'Why masks'"
    ]


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("notes.xml", "<p>no end", ["notes.xml: not read: it is not valid XML"]),
        ("notes.xml", b"\x89PNG\r\n\x00\x81", ["notes.xml: not read: it is not text in UTF-8"]),
        ("__MACOSX/items/._a.xml", b"\x00\x05\x16\x07", []),
        ("__MACOSX/items/a.xml", b"\x00\x05\x16\x07", []),
        ("items/._a.xml", b"\x00\x05\x16\x07", []),
        (
            "old.xml",
            "<assessmentItem identifier='old'/>",
            ["old: left out: it is no item of QTI 2.1, but of no namespace"],
        ),
        ("new.xml", "<qti-assessment-item/>", ["new.xml: not read: it is an item of QTI 3.0"]),
        (
            "canvas.xml",
            "<questestinterop/>",
            ["canvas.xml: not read: it is QTI 1.2, as Canvas writes it"],
        ),
        ("big.xml", b" " * (5 << 20), ["big.xml: not read: it is larger than 4 MB"]),
    ],
)
def test_a_broken_file_beside_the_items_does_not_refuse_them(read, path, content, said):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(path, content)
        archive.writestr("items/a.xml", item(choices("a", "b"), response("A"), processing=MATCH))
    questions, lost = read(out.getvalue())
    assert list(questions) == ["imported.mask-1"]
    assert len(lost) == len(said)
    assert all(one.startswith(begins) for one, begins in zip(lost, said, strict=True))


def test_a_weight_in_a_test_and_an_address_with_a_space_are_understood(read):
    test = f"""<assessmentTest xmlns="{NAMESPACE}" identifier="masks" title="All masks"><testPart>
      <assessmentItemRef identifier="i" href="../items/a%20b.xml"><weight identifier="W" value="3"/>
      </assessmentItemRef></testPart></assessmentTest>"""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("tests/t.xml", test)
        archive.writestr("items/a b.xml", item(choices("a", "b"), response("A"), processing=MATCH))
    questions, lost = read(out.getvalue())
    assert list(questions) == ["masks.mask-1"]
    assert lost == ["i: lost: the weight that its test gives it"]


def test_items_that_are_not_in_the_package_and_drawn_ones_are_named(read):
    test = f"""<assessmentTest xmlns="{NAMESPACE}" identifier="masks" title="All masks"><testPart>
      <assessmentSection><selection select="1"/>
      <assessmentItemRef identifier="i" href="../items/a.xml"/>
      <assessmentItemRef identifier="j" href="../items/gone.xml"/>
      </assessmentSection></testPart></assessmentTest>"""
    _, lost = read(packed(tests_t=test, items_a=item(CHOICE, response("A"))))
    assert lost == [
        "All masks: all its items are taken over, and not some of them",
        "j: left out: the package has no file '../items/gone.xml'",
    ]


def test_an_item_with_numbers_of_its_own_for_each_taker_is_left_out(one):
    template = '<templateProcessing><setTemplateValue identifier="X"/></templateProcessing>'
    assert one(choices("a", "b"), response("A"), more=template)[1] == [
        "mask-1: left out: it makes other numbers for each taker"
    ]


MATCHED = """<p>Match.</p><matchInteraction responseIdentifier="R" shuffle="true">
  <simpleMatchSet><simpleAssociableChoice identifier="a" matchMax="1">ids</simpleAssociableChoice>
  <simpleAssociableChoice identifier="b" matchMax="1">logits</simpleAssociableChoice>
  </simpleMatchSet><simpleMatchSet>
  <simpleAssociableChoice identifier="x" matchMax="0">T integers</simpleAssociableChoice>
  <simpleAssociableChoice identifier="y" matchMax="0">T x V numbers</simpleAssociableChoice>
  <simpleAssociableChoice identifier="z" matchMax="0">one integer</simpleAssociableChoice>
  </simpleMatchSet></matchInteraction>"""


def test_a_match_is_taken_over_with_what_matches_nothing(one):
    raw, _ = one(MATCHED, response("a x", "b y", cardinality="multiple"))
    assert [(left["text"], left["match"]) for left in raw["left"]] == [
        ("ids", "right-1"),
        ("logits", "right-2"),
    ]
    assert [right["text"] for right in raw["right"]] == [
        "T integers",
        "T x V numbers",
        "one integer",
    ]


def test_a_match_with_two_right_ones_for_an_item_is_left_out_and_named(one):
    raw, lost = one(MATCHED, response("a x", "a y", "b y", cardinality="multiple"))
    assert raw is None
    assert lost == ["mask-1: left out: an item on its left has several right ones"]
