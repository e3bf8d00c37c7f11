"""GIFT as people write it."""

import pytest

from tests.grader.quiz.exports.gift_reader import read as read_elsewhere

SAMPLE = r"""
// a comment
$CATEGORY: $course$/top/masks

// [id:masks.one] [tag:concept:3] [tag:difficulty:1]
::Mask::[html]<p>Which \= keys\: \\(a_\{1\}\\)?</p>{
  =future ones#Right.
  ~past ones#No.
  ####<p>Because.</p>
}

::Two::Which are right?{
  ~%50%a
  ~%50%b
  ~%-100%c
}

::TF::Grass grows.{FALSE#It does.#Well.}

::Num::[markdown]How *many*?{#3:0.5}

::Range::How many?{#1..5}

::Several::How many?{#
  =12#
  =%0%13:0#One more.
  ~#Count.
}

::Essay::[plain]Why < how?{}
"""


def test_every_kind_is_read(read):
    questions, lost = read(SAMPLE)
    assert {name: raw["kind"] for name, raw in questions.items()} == {
        "masks.one": "choice",
        "masks.two": "choices",
        "masks.tf": "true_false",
        "masks.num": "numeric",
        "masks.range": "numeric",
        "masks.several": "numeric",
        "masks.essay": "text",
    }
    assert lost == ["Two: marked otherwise: ours are right minus wrong, each worth the same"]


def test_escapes_formats_feedback_and_tags_are_understood(read):
    one = read(SAMPLE)[0]["masks.one"]
    assert one == {
        "concept": 3,
        "difficulty": 1,
        "stem": r"Which \= keys: $a_{1}$?",
        "explanation": "Because.",
        "kind": "choice",
        "options": [
            {"id": "a", "text": "future ones", "correct": True, "feedback": "Right."},
            {"id": "b", "text": "past ones", "feedback": "No."},
        ],
    }


def test_numbers_have_their_tolerances_traps_and_feedback(read):
    questions, _ = read(SAMPLE)
    assert (questions["masks.num"]["answer"], questions["masks.num"]["tolerance"]) == (3, 0.5)
    assert (questions["masks.range"]["answer"], questions["masks.range"]["tolerance"]) == (3, 2)
    several = questions["masks.several"]
    assert several["answer"] == 12
    assert several["traps"] == [{"value": 13, "feedback": "One more."}]
    assert several["feedback"] == "Count."


def test_the_first_feedback_is_for_those_who_are_wrong(read):
    statement = read(SAMPLE)[0]["masks.tf"]
    assert statement["answer"] is False
    assert (statement["feedback_true"], statement["feedback_false"]) == ("It does.", "Well.")


def test_plain_and_markdown_texts_are_what_they_are(read):
    questions, _ = read(SAMPLE)
    assert questions["masks.essay"]["stem"] == r"Why \< how?"
    assert questions["masks.num"]["stem"] == "How *many*?"


def test_another_reader_finds_the_same_questions():
    elsewhere = read_elsewhere(SAMPLE.replace("  ~#Count.\n", "").encode())
    assert {title for title, found in elsewhere.items() if found.valid} == {
        "Mask",
        "Two",
        "TF",
        "Num",
        "Range",
        "Several",
        "Essay",
    }


def test_an_ordering_is_read_line_by_line(read):
    text = "::O::[html]Order.{>2 ALL VERTICAL ALL_OR_NOTHING SHOW none\nabc first\nsecond\n}"
    questions, lost = read(text)
    assert questions["imported.o"]["steps"] == [
        {"id": "step-1", "text": "abc first"},
        {"id": "step-2", "text": "second"},
    ]
    assert (questions["imported.o"]["rule"], lost) == ("exact", [])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("::A::Match.{=a -> 1}", "it matches fewer than two items"),
        ("::A::Match.{=a -> 1 =b}", "'b' has no -> where the others match something"),
        ("::A::Open{ =a ~b", "a { or a } is missing"),
        ("::A::{#lots}", "'lots' is not a number"),
        ("::A::Pick.{=a =b ~c}", "several answers earn most points where one may be chosen"),
        ("::A::Order.{>2\na\nb\n}", "the words after > are not"),
    ],
)
def test_what_cannot_be_taken_over_is_named(read, text, why):
    questions, lost = read(text + "\n\n::B::Fine.{TRUE}")
    assert list(questions) == ["imported.b"]
    assert lost[0].startswith(f"A: left out: {why}")


def test_a_question_without_a_title_is_named_by_its_line(read):
    _, lost = read("\n\nJust words.\n\n::B::Fine.{TRUE}")
    assert lost == ["question at line 3: left out: it asks for nothing (a description)"]


def only(read, text):
    """The only question of a text, and what is said of it."""
    questions, lost = read(text)
    (question,) = questions.values()
    return question, lost


def option_texts(question):
    return [option["text"] for option in question["options"]]


def test_a_question_with_several_gaps_is_left_out_and_said(read):
    text = "::Scaling::Divide by the {=square root} of the {=head width}.\n\n::B::Fine.{TRUE}"
    questions, lost = read(text)
    assert list(questions) == ["imported.b"]
    assert lost == [
        "Scaling: left out: it has several pairs of braces: several gaps, a brace without a "
        "backslash, or a blank line is missing"
    ]


def test_a_tilde_before_the_right_answer_makes_no_empty_option(read):
    question, lost = only(read, "The mask is {~=causal~random} here.")
    assert question["options"] == [
        {"id": "a", "text": "causal", "correct": True},
        {"id": "b", "text": "random"},
    ]
    assert lost == []


def test_types_and_special_tokens_stay_as_text(read):
    question, lost = only(read, "Which? {=vector<int> ~vector<string> ~<pad> ~<s> ~</s>}")
    assert option_texts(question) == [
        r"vector\<int\>",
        r"vector\<string\>",
        r"\<pad\>",
        r"\<s\>",
        r"\</s\>",
    ]
    assert lost == []


@pytest.mark.parametrize(
    ("text", "kind", "stem"),
    [
        ("{=Softmax} turns logits into probabilities.", "short", r"\_\_\_\_\_ turns logits into"),
        ("[html]<p>Softmax keeps the order.</p>{TRUE}", "true_false", "Softmax keeps the order."),
        ("<b>Softmax</b> keeps the order.{TRUE}", "true_false", "**Softmax** keeps the order."),
        ("<p>Softmax keeps the order.</p>{TRUE}", "true_false", "Softmax keeps the order."),
        ("<!-- mine -->\n<p>Grass grows.</p>{TRUE}", "true_false", "Grass grows."),
        ("<pad> is a token.{TRUE}", "true_false", r"\<pad\> is a token."),
        ("What turns logits into probabilities? {softmax}", "short", "What turns"),
        ("[markdown]*Why*?{}", "text", "*Why*?"),
    ],
)
def test_a_file_may_begin_with_any_sign(read, text, kind, stem):
    question, lost = only(read, text)
    assert question["kind"] == kind
    assert question["stem"].startswith(stem)
    assert lost == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_a_file_may_be_in_any_unicode(read, encoding):
    assert only(read, "{=Größe} ist groß.".encode(encoding))[0]["accepted"] == ["Größe"]


def test_letters_of_windows_are_read_and_it_is_said(read):
    question, lost = only(read, "::A::Größe?{=groß}".encode("cp1252"))
    assert question["accepted"] == ["groß"]
    assert lost == ["the whole file: it is not UTF-8: read as Windows-1252, so look at its letters"]


def test_an_answer_before_all_signs_is_one(read):
    question, _ = only(read, "Pick. {softmax ~relu =gelu}")
    assert [(o["text"], o.get("correct")) for o in question["options"]] == [
        ("softmax", None),
        ("relu", None),
        ("gelu", True),
    ]
    assert only(read, "Say it. {softmax =soft max}")[0]["accepted"] == ["softmax", "soft max"]


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ("{=a ~ ~b}", "one of its options has no text"),
        ("{=a ~b ~}", "one of its options has no text"),
        ("{=a ~a}", "two of its options look alike: 'a'"),
        ("{=<p></p> ~b}", "one of its options has no text"),
        ("{=<math><mi>x</mi></math> ~b}", "one of its options has no text"),
        ('{=<img src="a.png"> ~b}', "an = inside a tag has no backslash"),
        ("{={a} ~b}", "there is a { inside its answers, without a backslash"),
        ("{=x}", "its text is empty"),
    ],
)
def test_a_question_that_would_be_broken_is_left_out_with_the_reason(read, answers, why):
    stem = "" if answers == "{=x}" else "Which? "
    questions, lost = read(f"::A::{stem}{answers}\n\n::B::Fine.{{TRUE}}")
    assert list(questions) == ["imported.b"]
    assert lost[-1] == f"A: left out: {why}"


def test_latex_needs_no_backslash_before_its_braces(read):
    text = r"What is \(\frac{a}{b}\)? {=\(a = b\) ~$$x_{1}$$ ~$\sqrt{d}$}"
    question, lost = only(read, text)
    assert question["stem"] == r"What is $\frac{a}{b}$?"
    assert option_texts(question) == ["$a = b$", "$$x_{1}$$", r"$\sqrt{d}$"]
    assert lost == []


def test_lines_are_lines_where_no_format_is_named(read):
    question, _ = only(read, "What does it print?\\nx \\= 1\nprint(x){=1 ~2}")
    assert question["stem"] == "What does it print?\\\nx \\= 1\\\nprint(x)"
    code = "<pre>\na  b\n  c\n</pre>{=1 ~2}"
    assert only(read, code)[0]["stem"] == "```\na  b\n  c\n```"


def test_points_that_answers_cost_or_share_are_said_to_be_lost(read):
    assert only(read, "::A::Which?{=a ~%50%b ~%-25%c}")[1] == [
        "A: lost: part of the points for some answers, which now are wrong",
        "A: lost: that some wrong answers cost points",
    ]


def test_a_range_becomes_the_number_in_its_middle_exactly(read):
    question, _ = only(read, "How much? {#0.1..0.3}")
    assert (question["answer"], question["tolerance"]) == (0.2, 0.1)


@pytest.mark.parametrize(
    ("written", "tolerance"),
    [
        ("1822:0", None),
        ("1822", None),
        ("1822:0.5", 0.5),
        ("0.25:0.001", 0.001),
        ("1000000:0.5000010000", 0.500001),
        ("1000000:0.500001", 0.5),  # as we write it, with a hair
    ],
)
def test_a_tolerance_is_what_was_written_without_our_hair(read, written, tolerance):
    assert only(read, f"How many? {{#{written}}}")[0].get("tolerance") == tolerance


def test_a_question_before_a_category_without_a_blank_line_is_not_lost(read):
    questions, _ = read("::A::Fine.{T}\n$CATEGORY: top/x\n::B::Fine.{F}")
    assert list(questions) == ["imported.a", "x.b"]


def test_categories_of_one_name_stay_apart(read):
    one, other = (f"$CATEGORY: $course$/top/{name}/Intro\n\n::Q::q{{T}}\n\n" for name in "AB")
    questions, _ = read(one + other)
    assert list(questions) == ["intro.q", "intro-2.q"]


def test_a_star_that_is_escaped_is_a_star(read):
    question, lost = only(read, r"::S::All? {=\*args =some*}")
    assert question["accepted"] == ["*args", "some", "some*"]
    assert lost == ["S: a * stands for no other text here: 'some*' became 'some' and itself"]


def test_a_form_with_stars_takes_what_it_took_without_more_text(read):
    question, _ = only(read, "::S::Name it.{=*soft*max* =sigmoid}")
    assert question["accepted"] == ["softmax", "*soft*max*", "sigmoid"]


def test_a_right_form_of_stars_and_signs_alone_leaves_the_question_out(read):
    assert read("::S::Name it.{=*-*}")[1] == ["S: left out: its form '*-*' takes nearly any answer"]


def test_forms_that_are_the_same_here_are_one_and_it_is_said(read):
    question, lost = only(read, "::S::Name it.{=KV cache=kv-cache=KV cache=%0%KV Cache#no}")
    assert (question["accepted"], question.get("near")) == (["KV cache"], None)
    assert lost == [
        "S: its forms 'KV cache' and 'kv-cache' are one here",
        "S: its forms 'KV cache' and 'KV Cache' are one here",
    ]


def test_a_second_number_that_is_right_leaves_the_question_out(read):
    assert read("::R::A root of 4?{#=2=-2}")[1] == [
        "R: left out: two numbers are right, and -2 is the second"
    ]
    question, lost = only(read, "::R::A root of 4?{#=2=%50%2:1}")
    assert question["answer"] == 2
    assert lost == ["R: lost: the answer 2:1, which earns 50 %"]


def test_a_share_may_have_a_decimal_comma(read):
    question, _ = only(read, "::C::Which?{~%66,667%a ~%33.333%b ~%-50%c}")
    assert [(o["text"], o.get("correct")) for o in question["options"]] == [
        ("a", True),
        ("b", True),
        ("c", None),
    ]


def test_true_in_small_letters_is_a_word_and_it_is_said(read):
    question, lost = only(read, "::W::Is it?{true}")
    assert question["kind"] == "short"
    assert lost == ["W: read as a short answer, as Moodle does: true and false are written large"]


def test_a_question_that_a_blank_line_parts_is_said_to_be_one(read):
    _, lost = read("::Code::[markdown]What prints?\n\n    f(1)\n{=1 ~2}")
    assert lost == [
        "Code: left out: it asks for nothing (a description)",
        "question at line 3: a blank line stands before it: look whether 'Code' is its beginning",
    ]


@pytest.mark.parametrize("address", ["http://x.org", "a/b.txt", "~/x.html"])
def test_an_option_that_is_an_address_is_taken_without_a_warning(read, address):
    escaped = address.replace(":", r"\:").replace("~", r"\~")
    question, lost = only(read, f"::A::Where?{{={escaped} ~b}}")
    assert option_texts(question)[0].replace("\\", "") == address
    assert lost == []


def test_markdown_with_html_in_it_is_read_with_both(read):
    question, lost = only(read, "::M::[markdown]a *b* <b>c</b>{=`x` ~**y**}")
    assert question["stem"] == "a *b* **c**"
    assert option_texts(question) == ["`x`", "**y**"]
    assert lost == []
