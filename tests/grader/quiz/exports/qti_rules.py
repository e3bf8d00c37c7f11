"""What holds for every item of QTI, whatever schema is at hand."""

from lxml import etree

from tests.grader.quiz.exports.qti_session import local

CHOICES = {"choiceInteraction", "orderInteraction", "matchInteraction"}
BLOCKS = {
    "p",
    "pre",
    "ul",
    "ol",
    "table",
    "blockquote",
    "hr",
    "h1",
    "h2",
    "h3",
    "rubricBlock",
    "div",
}
BLOCKS |= CHOICES | {"extendedTextInteraction"}


def by_name(item, name):
    return [e for e in item.iter() if isinstance(e.tag, str) and local(e) == name]


def assert_sound(item):
    assert local(item) == "assessmentItem"
    assert item.get("adaptive") == item.get("timeDependent") == "false"
    assert item.get("identifier")[0].isalpha()
    order = [local(child) for child in item]
    heads = ("responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing")
    ranks = [(*heads, "modalFeedback").index(name) for name in order]
    assert ranks == sorted(ranks)
    assert {local(child) for child in by_name(item, "itemBody")[0]} <= BLOCKS
    _assert_names_exist(item)
    _assert_choices(item)
    assert "style" not in {name for element in item.iter() for name in element.attrib}


def _assert_names_exist(item):
    declared = {
        e.get("identifier")
        for name in ("responseDeclaration", "outcomeDeclaration")
        for e in by_name(item, name)
    }
    for name in ("variable", "correct", "mapResponse", "setOutcomeValue"):
        assert {e.get("identifier") for e in by_name(item, name)} <= declared
    feedback = {e.get("identifier") for e in by_name(item, "modalFeedback")}
    assert len(feedback) == len(by_name(item, "modalFeedback"))
    assert "explanation" in feedback


def _assert_choices(item):
    choices = [e.get("identifier") for e in by_name(item, "simpleChoice")]
    assert len(set(choices)) == len(choices)
    key = [e.text for e in by_name(item, "correctResponse")[0]] if choices else []
    assert set(key) <= set(choices)
    for interaction in by_name(item, "orderInteraction"):
        assert (sorted(key) == sorted(choices)) == (interaction.get("maxChoices") is None)
        assert interaction.get("maxChoices") in (None, str(len(choices)))
        assert key != choices


def tree(content):
    return etree.fromstring(content)
