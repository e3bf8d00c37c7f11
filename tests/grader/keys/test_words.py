import pytest

from grader.keys.registry import said_of, said_of_all
from grader.keys.subject_keys import keys_of_bank
from grader.keys.truths import Broken
from grader.keys.words import words
from grader.quiz.bank.topics import read_topic
from grader.settings import shipped

KEYS = keys_of_bank(shipped("questions")).keys


def speaking(seed):
    """What is run,
    in two lines.

    same: All probabilities
        stay.
    may-be-surer: The largest grows.
    """


def silent(seed):
    """What is run."""


def shipped_item(name):
    path = shipped("questions") / f"{name.partition('.')[0]}.yaml"
    return read_topic(path, with_evidence=False).topic.item(name)


def words_of(name):
    item = shipped_item(name)
    return words(KEYS, item, item.verify)


def test_a_docstring_says_what_is_run_and_what_each_option_stands_for():
    assert said_of_all(speaking) == "What is run, in two lines."
    assert said_of(speaking) == {
        "same": "All probabilities stay.",
        "may-be-surer": "The largest grows.",
    }
    assert (said_of_all(silent), said_of(silent)) == ("What is run.", {})


@pytest.mark.parametrize(
    ("question", "place", "statement"),
    [
        ("self-attention.no-scale", "option constant", "The weights stay."),
        ("diagnosis.frozen-later", "option first", "A full window keeps the first C ids."),
        ("self-attention.order-sub-layer", "step sum", "weighted sum"),
        ("transformer-block.order-pre-norm", "step cross", "The reference has nothing of the kind"),
        ("cross-attention.argue", "rubric source", "What the model answer says: the sub-layer"),
        ("cross-attention.argue", "model answer", "What the model answer says: the sub-layer"),
        ("training.loss-at-the-start", "unit", "The loss of logits that are all equal"),
    ],
)
def test_each_text_stands_beside_what_was_run_for_it(question, place, statement):
    assert words_of(question)[place].statement.startswith(statement)


def test_an_option_of_which_the_claim_says_nothing_is_a_sentence(question):
    item = question("shape", verify={"kind": "predicate", "claim": "no_scale"})
    with pytest.raises(Broken, match="does not say what option 'all' stands for: write a line"):
        words(KEYS, item, item.verify)


def test_no_two_options_of_a_question_are_run_as_one_expression():
    """Two statements that cannot differ leave one of the two options without a test."""
    for path in sorted(shipped("questions").glob("*.yaml")):
        if path.name in ("misconceptions.yaml", "concepts.yaml"):
            continue
        for item in read_topic(path, with_evidence=False).topic.items:
            said = words(KEYS, item, item.verify)
            options = [each.statement for place, each in said.items() if place.startswith("option")]
            doubled = {each for each in options if options.count(each) > 1}
            assert not doubled, f"{item.id}: {doubled}"
