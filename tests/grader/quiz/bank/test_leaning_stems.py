import pytest

from grader.quiz.bank.leaning_stems import leaning_stem
from grader.quiz.bank.topics import load
from grader.settings import shipped


@pytest.mark.parametrize(
    "stem",
    [
        "Now all is drawn. Which?",
        "A loop. Again it stops. Which?",
        "Again three prompts are given.",
        "Another model has two layers.",
        "The same model runs without a cache.",
        "With the same prompt, what is drawn?",
        "As before, the mask is missing.",
        "As above, but with two heads: what changes?",
        "The context length is 4 as before. What is cut?",
        "Take the model of the previous question.",
        "Next, the scale is left out.",
        "Then the tokens are drawn. Which?",
        "This model has no mask. What happens?",
        "In that program, what is wrong?",
        "What is wrong with the model above?",
        "The other loop feeds one token.",
        "They are drawn. From what?",
    ],
)
def test_a_stem_that_needs_a_question_before_it_is_told(stem):
    [finding] = leaning_stem(stem)
    assert "leans on a question before this one" in finding.problem


@pytest.mark.parametrize(
    "stem",
    [
        "A model has two layers. Now the mask is removed. What happens?",
        "Which entries of the matrix lie above the diagonal?",
        "Two sources give the same first token. Is the rest the same?",
        "One step input is as long as the one before it. Why?",
        "This program is run:\n\n```python\nprint(1)\n```\n\nWhat does it print?",
        "```python\nprint(1)\n```\n\nWhat does the program above print?",
        "Does each token see itself and the tokens before it?",
        "Nextness is no word. Is it?",
    ],
)
def test_a_stem_that_says_all_itself_is_not(stem):
    assert list(leaning_stem(stem)) == []


def test_every_shipped_question_stands_alone():
    items = [item for topic in load(shipped("questions")).topics for item in topic.items]
    assert {
        item.id: list(leaning_stem(item.stem)) for item in items if [*leaning_stem(item.stem)]
    } == {}
