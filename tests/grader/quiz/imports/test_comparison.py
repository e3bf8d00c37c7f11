"""What is broken on its way in is left out, and what differs is named."""

import pytest

from grader.quiz.imports.comparison import Figures, broken, difference
from grader.quiz.imports.draft import Draft, NotTaken, Reading

OPTIONS = [{"id": "a", "text": "one", "correct": True}, {"id": "b", "text": "two"}]
CHOICE = {"kind": "choice", "stem": "Which?", "explanation": "", "options": OPTIONS}


def with_texts(*texts):
    return CHOICE | {"options": [{"id": f"o{n}", "text": text} for n, text in enumerate(texts)]}


def test_a_sound_question_has_no_fault():
    assert list(broken(CHOICE)) == []


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        (with_texts("one", ""), "one of its options has no text"),
        (with_texts("one", "&nbsp;"), "one of its options has no text"),
        (with_texts("one", "\u200b"), "one of its options has no text"),
        (with_texts("one", "one"), "two of its options look alike: 'one'"),
        (with_texts(r"\<s\>", "&lt;s&gt;"), "two of its options look alike: '&lt;s&gt;'"),
        (with_texts("a  b", "a b"), "two of its options look alike: 'a b'"),
        (with_texts("one"), "it has only one option"),
        (CHOICE | {"stem": " "}, "its text is empty"),
        (CHOICE | {"stem": "by the {=head width}"}, "the key of a gap stands in its text"),
        (CHOICE | {"stem": "by the {~ width}"}, "the key of a gap stands in its text"),
        (CHOICE | {"stem": "by {1:SHORTANSWER:=a}"}, "the key of a gap stands in its text"),
        ({"kind": "short", "stem": "q", "accepted": ["a", " "]}, "one of its answers is empty"),
        ({"kind": "numeric", "stem": "q", "answer": "x"}, "answer: expected a number, got 'x'"),
    ],
)
def test_what_nobody_can_take_is_broken(fields, fault):
    assert fault in list(broken(fields))


def test_an_answer_that_cannot_be_typed_leaves_a_question_out():
    (fault,) = broken({"kind": "short", "stem": "q", "explanation": "", "accepted": ["w" * 300]})
    assert fault.startswith("its right answer cannot be given here: the answer has 300")


def test_what_an_author_must_mend_is_named():
    reading = Reading()
    many = with_texts(*(f"t{n}" for n in range(14)))
    many["options"][0]["correct"] = True
    reading.add(reading.topic("masks"), Draft(name="one", fields=many))
    assert [loss.what for loss in reading.losses] == ["to be mended, options: got 14 options"]


@pytest.mark.parametrize("stem", ["Format `{=x}` in Python.", "```\n{=x}\n```", "The set {a, b}"])
def test_braces_that_are_no_gap_are_sound(stem):
    assert list(broken(CHOICE | {"stem": stem})) == []


def test_texts_that_differ_in_emphasis_alone_are_not_alike():
    assert list(broken(with_texts("**one**", "one"))) == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (Figures(), ""),
        (Figures(parts=2, feedback=0), ""),
        (Figures(parts=3), "only this was taken over: 2 options of 3"),
        (Figures(feedback=2), "only this was taken over: 0 feedbacks of 2"),
    ],
)
def test_what_is_less_than_in_the_source_is_counted(source, said):
    assert difference(source, CHOICE) == said


def test_a_difference_is_said_once_and_only_if_nothing_else_is():
    reading = Reading()
    topic = reading.topic("masks")
    reading.add(topic, Draft(name="one", fields=CHOICE, source=Figures(parts=3)))
    reading.lose("two", "lost: an option")
    reading.add(topic, Draft(name="two", fields=CHOICE, source=Figures(parts=3)))
    assert [(loss.question, loss.what) for loss in reading.losses] == [
        ("one", "only this was taken over: 2 options of 3"),
        ("two", "lost: an option"),
    ]


def test_a_broken_question_is_not_added():
    reading = Reading()
    with pytest.raises(NotTaken, match="look alike"):
        reading.add(reading.topic("masks"), Draft(name="one", fields=with_texts("a", "a")))
    assert not reading.topics[0].questions


@pytest.mark.parametrize(
    ("name", "title", "said"),
    [
        ("Masks: why?", "", []),
        ("\u6ce8\u610f\u529b", "", ["lost: a part of this name"]),
        ("w" * 90, "", ["lost: a part of this name"]),
        ("q17", "Why masks?", ["lost: this name (the file has an id beside it"]),
        ("why-masks-17", "Why masks?", []),
    ],
)
def test_a_name_that_an_id_cannot_hold_is_named(name, title, said):
    reading = Reading()
    reading.add(reading.topic("masks"), Draft(name=name, title=title, fields=CHOICE))
    assert len(reading.losses) == len(said)
    for loss, begins in zip(reading.losses, said, strict=True):
        assert loss.question == (title or name)
        assert loss.what.startswith(begins)


def test_topics_of_one_name_and_two_keys_are_two():
    reading = Reading()
    first, second = reading.topic("Intro", key="A/Intro"), reading.topic("intro!", key="B/intro!")
    assert (first.name, second.name) == ("intro", "intro-2")
    assert reading.topic("Intro", key="A/Intro") is first


@pytest.mark.parametrize("name", ["Misconceptions", "concepts"])
def test_no_topic_takes_the_name_of_a_file_of_the_bank(name):
    assert Reading().topic(name).name == f"{name.lower()}-2"
