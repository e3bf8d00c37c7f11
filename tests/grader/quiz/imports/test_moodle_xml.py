"""Files that Moodle or others wrote."""

import pytest

from grader.quiz.items import kinds


def question(type_, body, *, name="Mask", head=""):
    return f"""<question type="{type_}"><name><text>{name}</text></name>
      <questiontext format="html"><text><![CDATA[<p>Which keys?</p>]]></text></questiontext>
      <generalfeedback format="html"><text>Why.</text></generalfeedback>
      <defaultgrade>2.0000000</defaultgrade>{head}{body}</question>"""


def answer(text, fraction, feedback="", more=""):
    return f"""<answer fraction="{fraction}" format="html"><text>{text}</text>
      <feedback format="html"><text>{feedback}</text></feedback>{more}</answer>"""


CATEGORY = """<question type="category">
  <category><text>$course$/top/Masks &amp; more</text></category>
  </question>"""


@pytest.fixture
def one(read):
    """The only question of a file, and what is lost of it."""

    def run(type_, body, **options):
        questions, lost = read(f"<quiz>{question(type_, body, **options)}</quiz>")
        return next(iter(questions.values()), None), lost

    return run


def test_a_choice_has_its_options_with_their_feedback(one):
    body = answer("future", 100, "Yes.") + answer("past", 0, "No.") + "<single>true</single>"
    assert one("multichoice", body) == (
        {
            "kind": "choice",
            "points": 2,
            "stem": "Which keys?",
            "explanation": "Why.",
            "options": [
                {"id": "a", "text": "future", "correct": True, "feedback": "Yes."},
                {"id": "b", "text": "past", "feedback": "No."},
            ],
        },
        [],
    )


def test_without_a_word_only_one_may_be_chosen(one):
    assert one("multichoice", answer("a", 100) + answer("b", 0))[0]["kind"] == "choice"


def test_shares_that_are_not_right_minus_wrong_are_said_to_be_lost(one):
    body = "<single>false</single>" + answer("a", 50) + answer("b", 50) + answer("c", 0)
    raw, lost = one("multichoice", body)
    assert raw["kind"] == "choices"
    assert lost == ["Mask: marked otherwise: ours are right minus wrong, each worth the same"]


def test_part_of_the_points_in_a_choice_is_said_to_be_lost(one):
    raw, lost = one("multichoice", answer("a", 100) + answer("b", 50) + answer("c", 0))
    assert [option.get("correct", False) for option in raw["options"]] == [True, False, False]
    assert lost == ["Mask: lost: part of the points for some answers, which now are wrong"]


def test_options_may_have_to_keep_their_order(one):
    body = answer("a", 100) + answer("b", 0) + "<shuffleanswers>false</shuffleanswers>"
    assert one("multichoice", body)[0]["keep_order"] is True


def test_a_statement_has_a_feedback_for_each_answer(one):
    raw, _ = one("truefalse", answer("true", 0, "No.") + answer("false", 100, "Yes."))
    assert (raw["answer"], raw["feedback_true"], raw["feedback_false"]) == (False, "No.", "Yes.")


def test_a_number_has_a_tolerance_traps_and_a_feedback_for_all_others(one):
    body = (
        answer("3.5", 100, more="<tolerance>0.25</tolerance>")
        + answer("7", 0, "Twice.")
        + answer("*", 0, "Count.")
        + "<units><unit><multiplier>1</multiplier><unit_name>nats</unit_name></unit></units>"
    )
    raw, lost = one("numerical", body)
    assert (raw["answer"], raw["tolerance"], raw["unit"]) == (3.5, 0.25, "nats")
    assert raw["traps"] == [{"value": 7, "feedback": "Twice."}]
    assert (raw["feedback"], lost) == ("Count.", [])


def test_a_number_that_earns_part_of_the_points_is_said_to_be_lost(one):
    assert one("numerical", answer("1", 100) + answer("2", 50))[1] == [
        "Mask: lost: the answer 2, which earns 50 %"
    ]


def test_the_order_of_the_steps_is_that_of_the_file(one):
    body = "<selecttype>ALL</selecttype><gradingtype>ALL_OR_NOTHING</gradingtype>"
    body += (
        "<answer fraction='1'><text>x</text></answer><answer fraction='0'><text>y</text></answer>"
    )
    raw, lost = one("ordering", body)
    assert raw["steps"] == [{"id": "step-1", "text": "x"}, {"id": "step-2", "text": "y"}]
    assert (raw["rule"], lost) == ("exact", [])


def test_another_way_of_marking_an_order_is_said_to_be_lost(one):
    body = "<answer><text>x</text></answer><answer><text>y</text></answer>"
    assert one("ordering", body)[1] == [
        "Mask: all steps are asked for, and not some of them",
        "Mask: marked otherwise: there is no rule RELATIVE_NEXT_EXCLUDE_LAST here, and edits are "
        "counted instead",
    ]


def test_notes_for_the_marker_become_the_model_answer(one):
    body = "<graderinfo format='html'><text>&lt;p&gt;Say *why*.&lt;/p&gt;</text></graderinfo>"
    assert one("essay", body)[0]["model_answer"] == r"Say \*why\*."


def test_a_short_answer_has_its_forms_or_is_left_out(one):
    raw, lost = one("shortanswer", answer("mask", 100) + answer("cask", 0, "Near."))
    if "short" in kinds():
        assert raw["accepted"] == ["mask"]
        assert raw["near"] == [{"forms": ["cask"], "feedback": "Near."}]
    else:
        assert raw is None
        assert lost == ["Mask: left out: there is no counterpart for a short answer"]


@pytest.mark.parametrize("type_", ["cloze", "description", "calculated"])
def test_a_type_without_counterpart_is_left_out_and_named(one, type_):
    assert one(type_, "") == (
        None,
        [f"Mask: left out: there is no counterpart for the type '{type_}'"],
    )


def test_tags_become_concept_difficulty_and_the_one_misconception_that_fits(one):
    names = ["concept:3", "difficulty:2", "purpose:ablation", "misconception:a.b", "mine"]
    names.append("concept:99")
    tags = "".join(f"<tag><text>{name}</text></tag>" for name in names)
    raw, lost = one("multichoice", answer("x", 100) + answer("y", 0) + f"<tags>{tags}</tags>")
    assert (raw["concept"], raw["difficulty"], raw["purpose"]) == (3, 2, "ablation")
    assert raw["tags"] == ["mine", "concept:99"]
    assert raw["options"][1]["misconception"] == "a.b"
    assert lost == []


def test_misconceptions_without_a_place_are_named(one):
    tags = "<tags><tag><text>misconception:a.b</text></tag></tags>"
    body = answer("x", 100) + answer("y", 0) + answer("z", 0) + tags
    assert one("multichoice", body)[1] == ["Mask: misconceptions to give to its wrong answers: a.b"]


def test_hints_and_feedback_for_everybody_are_said_to_be_lost(one):
    body = answer("x", 100) + answer("y", 0)
    body += "<hint format='html'><text>h</text></hint>"
    body += "<correctfeedback format='html'><text>Well done.</text></correctfeedback>"
    assert one("multichoice", body)[1] == [
        "Mask: lost: its hints",
        "Mask: lost: what it says to all who are right, partly right or wrong",
    ]


def test_half_a_point_becomes_a_whole_one_and_it_is_said(read):
    text = question("multichoice", answer("x", 100) + answer("y", 0)).replace("2.0000000", "0.5")
    questions, lost = read(f"<quiz>{text}</quiz>")
    assert next(iter(questions.values()))["points"] == 1
    assert lost == ["Mask: 0.5 points became 1: ours are whole"]


def test_a_category_is_a_topic_and_names_make_ids(read):
    body = answer("x", 100) + answer("y", 0)
    twice = question("multichoice", body, name="Äpfel 1") * 2
    known = question("multichoice", body, head="<idnumber>masks-more.of-mine</idnumber>")
    questions, _ = read(f"<quiz>{CATEGORY}{twice}{known}</quiz>")
    assert list(questions) == [
        "masks-more.apfel-1",
        "masks-more.apfel-1-2",
        "masks-more.of-mine",
    ]


def test_a_script_in_a_question_is_dropped_and_it_is_said(one):
    raw, lost = one("multichoice", answer("&lt;script&gt;x&lt;/script&gt;a", 100) + answer("b", 0))
    assert raw["options"][0]["text"] == "a"
    assert lost == ["Mask: dropped: <script>"]


def test_a_broken_question_does_not_keep_the_others_out(read):
    broken = question("numerical", answer("lots", 100), name="broken")
    fine = question("numerical", answer("1", 100), name="fine")
    questions, lost = read(f"<quiz>{broken}{fine}</quiz>")
    assert list(questions) == ["imported.fine"]
    assert lost == ["broken: left out: 'lots' is not a number"]


def cdata(text):
    return f"<![CDATA[{text}]]>"


def test_breaks_at_the_ends_of_paragraphs_are_nothing(one):
    body = answer(cdata("<p>1<br></p>"), 100) + answer(cdata("<p>x<br /></p>"), 0)
    raw, lost = one("multichoice", body)
    assert [option["text"] for option in raw["options"]] == ["1", "x"]
    assert lost == []


def test_html_that_nobody_escaped_is_read_with_its_elements(read):
    text = question("multichoice", answer("<p>embedding</p>", 100) + answer("<b>soft</b>max", 0))
    text = text.replace(cdata("<p>Which keys?</p>"), "<p>Which comes <b>first</b> &amp; last?</p>")
    questions, lost = read(f"<quiz>{text}</quiz>")
    (raw,) = questions.values()
    assert raw["stem"] == r"Which comes **first** \& last?"
    assert [option["text"] for option in raw["options"]] == ["embedding", "**soft**max"]
    assert lost == []


def test_underlined_words_become_bold_and_it_is_said(one):
    raw, lost = one("multichoice", answer(cdata("<u>a</u> b"), 100) + answer("b", 0))
    assert raw["options"][0]["text"] == "**a** b"
    assert lost == ["Mask: underlined words are bold now"]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (answer("", 100) + answer("b", 0), "one of its options has no text"),
        (answer(cdata("<p><br></p>"), 0) + answer("b", 100), "one of its options has no text"),
        (answer("b", 0) + answer(cdata("<p>b</p>"), 100), "two of its options look alike: 'b'"),
        (answer("b", 100), "it has only one option"),
    ],
)
def test_options_without_a_text_of_their_own_leave_a_question_out(one, options, why):
    assert one("multichoice", options) == (None, [f"Mask: left out: {why}"])


def test_points_that_ours_cannot_hold_are_said(one):
    def said(*options):
        return one("multichoice", "".join(options))[1]

    assert said(answer("a", 50), answer("b", 0)) == [
        "Mask: marked otherwise: its best answer earned 50 % and now earns all points"
    ]
    assert said(answer("a", 100), answer("b", -25)) == [
        "Mask: lost: that some wrong answers cost points"
    ]
    raw, lost = one("truefalse", answer("true", 100) + answer("false", -100))
    assert (raw["answer"], lost) == (True, ["Mask: lost: that false earns -100 %"])
    assert one("truefalse", answer("true", 100) + answer("false", 100))[1] == [
        "Mask: left out: both true and false are right"
    ]


def test_part_of_the_points_for_a_form_is_kept_where_it_is_whole(one):
    raw, lost = one("shortanswer", answer("mask", 100) + answer("masks", 50, "Near."))
    assert raw["near"] == [{"forms": ["masks"], "feedback": "Near.", "points": 1}]
    assert lost == []
    raw, lost = one("shortanswer", answer("mask", 100) + answer("masks", 33.33333))
    assert raw["near"] == [{"forms": ["masks"]}]
    assert lost == ["Mask: lost: part of the points for some forms, which now are wrong"]


def test_no_points_become_one_and_it_is_said(read):
    text = question("multichoice", answer("x", 100) + answer("y", 0)).replace("2.0000000", "0")
    questions, lost = read(f"<quiz>{text}</quiz>")
    assert next(iter(questions.values()))["points"] == 1
    assert lost == ["Mask: 0 points became 1: ours are whole, and at least 1"]


def test_categories_of_one_name_stay_apart_and_keep_their_names(read, tmp_path):
    body = answer("x", 100) + answer("y", 0)
    other = CATEGORY.replace("top/Masks", "top/more/Masks")
    one = question("multichoice", body)
    questions, lost = read(f"<quiz>{CATEGORY}{one}{other}{one}</quiz>")
    assert list(questions) == ["masks-more.mask", "masks-more-2.mask"]
    assert lost == []


def test_a_double_slash_is_part_of_a_category(read):
    category = CATEGORY.replace("Masks &amp; more", "In//out")
    body = answer("x", 100) + answer("y", 0)
    questions, _ = read(f"<quiz>{category}{question('multichoice', body)}</quiz>")
    assert list(questions) == ["in-out.mask"]


def test_a_name_beside_an_idnumber_is_said_to_be_lost(one):
    raw, lost = one(
        "multichoice", answer("x", 100) + answer("y", 0), head="<idnumber>q17</idnumber>"
    )
    assert raw is not None
    assert lost == ["Mask: lost: this name (the file has an id beside it, which is kept)"]


def test_names_of_signs_that_html_has_and_xml_has_not_are_read(read):
    text = question("multichoice", answer("a&nbsp;&rarr;&nbsp;b", 100) + answer("&lt;pad&gt;", 0))
    (raw,) = read(f"<quiz>{text}</quiz>")[0].values()
    assert [option["text"] for option in raw["options"]] == ["a\xa0\u2192\xa0b", r"\<pad\>"]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("latin-1", "ISO-8859-1"), ("utf-16", "UTF-16"), ("utf-8-sig", "UTF-8"), ("utf-8", "UTF-16")],
)
def test_a_file_may_be_in_the_encoding_that_it_declares(read, encoding, declared):
    text = question("multichoice", answer("groß", 100) + answer("klein", 0))
    whole = f'<?xml version="1.0" encoding="{declared}"?>\n<quiz>{text}</quiz>'
    (raw,) = read(whole.encode(encoding))[0].values()
    assert raw["options"][0]["text"] == "groß"


def test_a_declaration_may_come_after_blank_lines(read):
    text = question("multichoice", answer("x", 100) + answer("y", 0))
    assert read(f'\n\n<?xml version="1.0"?>\n<quiz>{text}</quiz>')[0]


def test_a_unit_that_is_marked_is_said_to_be_lost(one):
    body = answer("3", 100) + "<unitgradingtype>1</unitgradingtype>"
    body += "<units><unit><multiplier>1</multiplier><unit_name>nats</unit_name></unit></units>"
    assert one("numerical", body)[1] == ["Mask: lost: that a missing or wrong unit costs points"]


def row(left, right):
    return (
        f'<subquestion format="html"><text>{left}</text>'
        f"<answer><text>{right}</text></answer></subquestion>"
    )


def test_a_match_is_taken_over_with_equal_answers_as_one_and_extra_ones(one):
    rows = row("ids", "integers") + row("tokens", "integers") + row("logits", "numbers")
    raw, lost = one("matching", rows + row("", "words"))
    assert [part["match"] for part in raw["left"]] == ["right-1", "right-1", "right-2"]
    assert [part["text"] for part in raw["right"]] == ["integers", "numbers", "words"]
    assert lost == []


def test_a_match_without_an_answer_is_left_out_and_named(one):
    raw, lost = one("matching", row("ids", "integers") + row("logits", ""))
    assert raw is None
    assert lost == ["Mask: left out: an item on its left has nothing on the right"]
