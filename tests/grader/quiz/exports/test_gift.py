import re

import pytest

from grader.quiz.exports.gift import escaped
from tests.grader.quiz.exports.gift_reader import read


@pytest.fixture
def written(export):
    return lambda item: export("gift", item)[0].decode()


def test_another_reader_understands_every_shipped_question(shipped_topics, export):
    sets = {"choice": "SelectSet", "choices": "MultipleChoicesSet"}
    sets |= {"true_false": "TrueFalseSet", "text": "Essay"}
    seen = 0
    for topic in shipped_topics:
        items = {item.id: item for item in topic.items if item.kind() in sets}
        found = read(export("gift", *items.values())[0])
        for name, item in items.items():
            assert found[name].valid
            assert type(found[name].answers).__name__ == sets[item.kind()]
            seen += 1
    assert seen >= 80


def test_another_reader_finds_the_right_options(export, question):
    found = read(export("gift", question("shape"), question("greedy"))[0])
    options = {a.answer: a.fraction for a in found["sample.shape"].answers.answers}
    assert options == {"B x T x V": 100, "B x V": 0, "T x T": 0}
    several = [a.fraction for a in found["sample.greedy"].answers.answers]
    assert sorted(several) == [-50, -50, 50, 50]


def test_another_reader_finds_a_number_and_its_tolerance(export, question):
    # it takes no feedback for all other numbers, which Moodle writes itself
    found = read(export("gift", question("loss", feedback=""))[0])["sample.loss"]
    right, trap = found.answers.answers
    assert (right.value, right.fraction) == (3.912, 100)
    assert 0.005 < right.tolerance < 0.00500001
    assert (trap.value, trap.fraction) == (5.644, 0)


def test_a_command_of_latex_does_not_become_a_line_break():
    assert escaped(r"\neq \nabla") == r"\\neq \\nabla"


def test_every_sign_with_a_meaning_is_escaped():
    assert escaped("a = b # c ~ d : e\nf") == r"a \= b \# c \~ d \: e\nf"


def test_braces_are_entities_since_some_readers_know_no_escape_for_them():
    assert escaped(r"\frac{a}") == r"\\frac&\#123;a&\#125;"


def test_no_question_has_a_blank_line_inside(written, question):
    text = written(question("shape", stem="one\n\n```text\na\n\nb\n```\n"))
    _, block = text.strip().split("\n\n")
    assert block.startswith("// [id:sample.shape]")


def test_an_ordering_has_all_six_words_and_one_step_a_line(written, question):
    assert (
        "{>3 ALL VERTICAL RELATIVE_ALL_PREVIOUS_AND_NEXT SHOW none\nLogits\nSoftmax\nSelection\n"
        in written(question("chain"))
    )


def test_no_ordering_uses_the_word_that_moodle_takes_for_a_step(shipped_topics, export):
    for topic in shipped_topics:
        assert b"LONGEST_ORDERED_SUBSET" not in export("gift", *topic.items)[0]


def test_a_step_has_no_escapes_but_that_of_the_backslash(written, question):
    # Moodle shows the others as they are
    steps = [{"id": "a", "text": r"Divide by $\sqrt{d} = 2$"}, {"id": "b", "text": "// slashes\nx"}]
    lines = written(question("chain", steps=steps)).splitlines()
    assert r"Divide by \\(\\sqrt&#123;d&#125; = 2\\)" in lines
    assert "&#47;/ slashes x" in lines


def test_a_step_with_code_keeps_its_lines(written, question):
    steps = [{"id": "a", "text": "```\nx  = 1\n\ny\n```"}, {"id": "b", "text": "b"}]
    assert "<pre><code>x  = 1&#10;&#10;y&#10;</code></pre>" in written(
        question("chain", steps=steps)
    )


def test_a_percent_sign_in_front_is_no_weight(written, question):
    options = [
        {"id": "a", "text": "%50% of it", "correct": True, "feedback": "."},
        {"id": "b", "text": "none", "feedback": "."},
    ]
    assert r"=&\#37;50% of it#" in written(question("shape", options=options))


def test_the_first_feedback_of_true_or_false_is_for_those_who_are_wrong(written, question):
    assert (
        "{FALSE#<p>The prompt holds it already.</p>#<p>It continues a prompt.</p>####"
        in written(question("encoder"))
    )


def test_idnumber_and_tags_stand_in_a_comment(written, question):
    assert "// [id:sample.shape] [tag:concept:8] [tag:difficulty:1]" in written(question("shape"))
    assert r"[tag:a\]b]" in written(question("shape", tags=["a]b"]))


def test_points_and_rubric_are_said_to_be_lost(export, question):
    _, lost = export("gift", question("why"))
    assert lost == ["lost: the rubric and the model answer", "lost: its points (it counts 1)"]


def test_each_line_of_options_begins_with_a_sign(written, question):
    inside = re.search(r"\{\n(.*)\n\}", written(question("greedy")), re.DOTALL)[1]
    assert all(line.startswith(("~%", "####")) for line in inside.splitlines())


def test_an_ordering_is_said_to_be_for_moodle_alone(export, question):
    assert any(
        "only Moodle reads an ordering" in what for what in export("gift", question("chain"))[1]
    )
