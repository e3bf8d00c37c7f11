"""What a text says of its own rules is left out where it would be false, and nothing else is."""

import zipfile
from io import BytesIO

import pytest

from grader.quiz.exports.order_words import rewritten


def without(text, *, has_strays=False, has_orders=False):
    return rewritten(text, has_strays=has_strays, has_orders=has_orders)


@pytest.mark.parametrize(
    "sentence",
    [
        "Some steps belong nowhere.",
        "Some labels belong on no arrow.",
        "Some events do not happen.",
        "Two of the steps do not belong here.",
        "Not all steps are needed.",
        "Some of them are not part of the loop.",
        "Leave out what is not needed.",
        "Leave the others out.",
        "3 steps must be left out.",
    ],
)
def test_steps_that_belong_nowhere_are_not_spoken_of(sentence):
    found = without(f"Put the steps in order. {sentence}", has_orders=True)
    assert (found.text, found.without) == ("Put the steps in order.", (sentence,))
    assert without(f"Order them. {sentence}", has_strays=True).without == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "Wherever two steps do not depend on each other, both orders count.",
        "Wherever two orders always give the same distribution, both count.",
        "Several orders are right.",
        "Any order of the first two is accepted.",
        "More than one order is correct.",
        "The order of the two does not matter.",
    ],
)
def test_several_orders_are_not_spoken_of(sentence):
    found = without(f"Put the steps in order. {sentence} Begin with $x$.", has_strays=True)
    assert (found.text, found.without) == (
        "Put the steps in order. Begin with $x$.",
        (sentence,),
    )
    assert without(f"Order them. {sentence}", has_orders=True).without == ()


def test_a_sentence_may_go_over_lines_and_end_a_paragraph():
    text = "Order them. Some steps\nbelong nowhere.\n\n```text\nSome steps belong nowhere.\n```\n"
    assert without(text).text == "Order them.\n\n```text\nSome steps belong nowhere.\n```"


@pytest.mark.parametrize(
    "text",
    [
        "Put the events of one step in order. Top-k works on the logits here.",
        "The function returns the generated tokens, EOS included. Put its parts in order.",
        "The model has two layers and some heads. Put the parts in order.",
    ],
)
def test_other_sentences_stay(text):
    assert without(text) == rewritten(text, has_strays=True, has_orders=True)


def test_no_shipped_ordering_says_what_is_false_elsewhere(shipped_topics, export):
    orderings = [i for topic in shipped_topics for i in topic.items if i.kind() == "ordering"]
    assert len(orderings) >= 12
    for format_ in ("moodle-xml", "gift"):
        for item in orderings:
            content, lost = export(format_, item)
            words = " ".join(content.decode().split())
            assert "nowhere" not in words.replace("misconception", "")
            assert "both orders count" not in words
            assert "both count" not in words
            assert any("which would be false there" in what for what in lost)


@pytest.mark.parametrize(("format_", "keeps_orders"), [("canvas", False), ("qti21", True)])
def test_where_such_steps_are_offered_the_text_says_so(
    shipped_topics, export, format_, keeps_orders
):
    for item in (i for topic in shipped_topics for i in topic.items if i.kind() == "ordering"):
        archive = zipfile.ZipFile(BytesIO(export(format_, item)[0]))
        content = " ".join(b"".join(map(archive.read, archive.namelist())).decode().split())
        spoken = without(item.stem, has_orders=True).without
        assert spoken
        assert all(sentence in content for sentence in spoken)
        for sentence in without(item.stem, has_strays=True).without:
            assert (sentence in content) == keeps_orders
