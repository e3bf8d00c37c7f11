import pytest
from lxml import etree

from grader.quiz.exports import gift, moodle_xml
from tests.grader.quiz.exports.moodle_rules import (
    GRADING,
    assert_importable,
    questions,
    shares,
    texts,
)


@pytest.fixture
def one(export):
    """One question as Moodle's element."""
    return lambda item: questions(export("moodle-xml", item)[0])[item.id]


def test_every_shipped_question_can_be_imported(shipped_topics, export):
    for topic in shipped_topics:
        content, _ = export("moodle-xml", *topic.items)
        found = questions(content)
        assert list(found) == [item.id for item in topic.items]
        for question in found.values():
            assert_importable(question)


def test_the_category_is_the_topic_with_its_title(export, question):
    category = etree.fromstring(export("moodle-xml", question("shape"))[0])[0]
    assert category.findtext("category/text") == "$course$/top/sample"
    assert category.findtext("info/text") == "A <title> & more"


def test_a_choice_gives_all_points_to_its_right_option(one, question):
    element = one(question("shape"))
    assert element.findtext("single") == "true"
    right = dict(zip(texts(element), shares(element), strict=True))
    assert right == {"B x T x V": 100, "B x V": 0, "T x T": 0}


def test_several_answers_are_right_minus_wrong(one, question):
    element = one(question("greedy"))
    assert element.findtext("single") == "false"
    assert element.findtext("defaultgrade") == "2"
    assert sorted(shares(element)) == [-50, -50, 50, 50]


def test_a_third_is_the_fraction_that_moodle_knows(one, question):
    options = [
        {"id": f"o{n}", "text": f"T{n}", "correct": n < 3, "feedback": "."} for n in range(5)
    ]
    element = one(question("greedy", options=options))
    assert {answer.get("fraction") for answer in element.iterfind("answer")} == {
        "33.33333",
        "-33.33333",
    }


def test_a_share_that_moodle_does_not_know_leaves_the_question_out(export, question):
    options = [
        {"id": f"o{n}", "text": f"T{n}", "correct": True, "feedback": "."} for n in range(11)
    ]
    content, lost = export("moodle-xml", question("greedy", options=options))
    assert not questions(content)
    assert lost == [
        "the question is left out: 11 options are right, and Moodle knows no share of 1/11"
    ]


def test_true_and_false_are_moodles_words_with_their_feedback(one, question):
    element = one(question("encoder"))
    assert dict(zip(texts(element), shares(element), strict=True)) == {"true": 0, "false": 100}
    assert [a.findtext("feedback/text") for a in element.iterfind("answer")] == [
        "<p>The prompt holds it already.</p>",
        "<p>It continues a prompt.</p>",
    ]


def test_a_number_has_its_tolerance_its_traps_and_any_other_answer(one, question):
    element = one(question("loss"))
    assert texts(element) == ["3.912", "5.644", "*"]
    assert shares(element) == [100, 0, 0]
    assert [a.findtext("tolerance") for a in element.iterfind("answer")] == [
        "0.005000000003912",  # a hair more, for those who reckon in binary fractions
        "0.028220000003912",
        "0",
    ]
    assert element.findtext("units/unit/unit_name") == "nats"
    assert "Answer in nats." in element.findtext("questiontext/text")


def test_a_relative_tolerance_becomes_an_absolute_one(one, question):
    element = one(question("loss", tolerance=None, rel_tolerance=0.01))
    assert element.findtext("answer/tolerance") == "0.039120000003912"


def test_the_order_in_the_file_is_the_key_of_an_ordering(one, question):
    element = one(question("chain"))
    assert texts(element) == ["Logits", "Softmax", "Selection"]
    assert element.findtext("gradingtype") == "LONGEST_ORDERED_SUBSET"


def test_an_exact_ordering_is_all_or_nothing(one, question):
    assert one(question("chain", rule="exact")).findtext("gradingtype") == "ALL_OR_NOTHING"


@pytest.mark.parametrize("table", [moodle_xml.GRADING, gift.GRADING])
def test_every_rule_has_a_name_that_moodle_knows(table):
    assert set(table) >= {"exact", "edit", "position", "pairs"}
    assert {name for name, _ in table.values()} <= GRADING


def test_an_ordering_says_what_it_loses(export, question):
    _, lost = export("moodle-xml", question("flow"))
    assert [what.partition(" (")[0] for what in lost] == [
        "2 orders are right, and only one becomes the key",
        "lost: 1 step that must be left out",
        "lost: the reasons why one step comes before another",
        "marked otherwise: Moodle gives the share of the longest run of steps in right order, "
        "which is more generous",
        "lost: how the key is verified",
        "lost: which wrong answer shows which misconception",
    ]


def test_steps_that_look_alike_are_not_written(export, question):
    steps = [{"id": "a", "text": "*x*"}, {"id": "b", "text": "_x_"}]
    content, lost = export("moodle-xml", question("chain", steps=steps))
    assert not questions(content)
    assert "look alike" in lost[0]


def test_rubric_and_model_answer_are_for_the_marker(one, question):
    element = one(question("why"))
    notes = element.findtext("graderinfo/text")
    assert "There is no second sequence to attend to." in notes
    assert "<code>why</code> 3 points: Says that there is none." in notes
    element.find("graderinfo").clear()
    assert b"second sequence" not in etree.tostring(element)


def test_concept_difficulty_and_misconceptions_are_tags(one, question):
    element = one(question("shape", tags=["shapes"]))
    assert [tag.findtext("text") for tag in element.iterfind("tags/tag")] == [
        "concept:8",
        "difficulty:1",
        "purpose:concept",
        "misconception:logits.last_only",
        "shapes",
    ]


def test_options_keep_their_order_where_they_must(one, question):
    assert one(question("shape")).findtext("shuffleanswers") == "true"
    kept = one(question("shape", keep_order=True))
    assert kept.findtext("shuffleanswers") == "false"
    assert texts(kept) == ["B x T x V", "B x V", "T x T"]


def test_options_are_not_written_with_the_key_in_front(one, shipped_topics):
    items = [i for t in shipped_topics for i in t.items if i.kind() == "choice"]
    first = [shares(one(item))[0] == 100 for item in items]
    assert 0.1 < sum(first) / len(first) < 0.5


def test_characters_that_xml_cannot_hold_are_replaced(one, question):
    text = one(question("shape", stem="a\x0bb ]]> & <c>")).findtext("questiontext/text")
    assert text == "<p>a\N{REPLACEMENT CHARACTER}b ]]&gt; &amp; &lt;c&gt;</p>"
